// A plan as text: its steps, which are the same for the same program.

extension Emitter {
    func describe(_ units: [PlanUnit]) -> [Plan.Step] {
        var producer: [Int: Int] = [:]
        for (position, unit) in units.enumerated() { for member in unit.members { producer[member] = position } }
        return units.enumerated().map { position, unit in
            var step = describe(unit)
            let sources = unit.members.flatMap { graph.entries[$0].inputs }.compactMap { producer[graph.base(of: $0)] }
            step.reads = Set(sources).subtracting([position]).sorted()
            return step
        }
    }

    private func describe(_ unit: PlanUnit) -> Plan.Step {
        let entries = unit.members.map { graph.entries[$0] }
        var outside: Set<Int> = []
        for entry in entries { outside.formUnion(entry.inputs.filter { !unit.members.contains($0) }) }
        let written = unit.members.filter { places.places[$0] != .register }
        let bytes = (Array(outside) + written).map { graph.entries[$0].count * 4 }.reduce(0, +)
        // The origin of the result, because a derivative is often fused with its differentiated function.
        let origins = unit.members.reversed().compactMap { graph.origins[$0] }
        return Plan.Step(
            operations: unit.members.map(label), shape: entries.last!.shape,
            flops: unit.members.map(flops).reduce(0, +), bytes: bytes, reads: [],
            origin: origins.first { !$0.isOfGradient } ?? origins.first)
    }

    /// The operation's name, with the extents that its result does not show.
    private func label(_ index: Int) -> String {
        let entry = graph.entries[index]
        let operands = entry.inputs.map { graph.entries[$0].shape }
        switch entry.operation {
        case .matmul(let left, let right):
            return "matmul \(operands[0])\(left ? "ᵀ" : "") × \(operands[1])\(right ? "ᵀ" : "")"
        case .reduce: return "\(entry.operation.name) of \(operands[0])"
        case .convolution: return "\(entry.operation.name) of \(operands[0]), \(operands[1])"
        default: return entry.operation.name
        }
    }

    func flops(_ index: Int) -> Int {
        let entry = graph.entries[index]
        switch entry.operation {
        case .matmul(let left, _):
            let shape = graph.entries[entry.inputs[0]].shape.suffix(2)
            return 2 * entry.count * (left ? shape.first! : shape.last!)
        case .convolution(_, let geometry): return geometry.flops
        case .reduce, .argmax, .cumulativeSum, .scatterAdd: return graph.entries[entry.inputs[0]].count
        case .unary, .binary, .select, .random: return entry.count
        default: return 0
        }
    }
}

extension Plan.Step {
    /// The operations in order, such as `tanh · multiply · add`.
    public var name: String { operations.joined(separator: " · ") }

    /// The operations in the order of their first use, with the number of uses: `multiply ×2 · add`.
    public var summary: String {
        var counts: [String: Int] = [:]
        for operation in operations { counts[operation, default: 0] += 1 }
        var seen: Set<String> = []
        return operations.filter { seen.insert($0).inserted }.map { name in
            counts[name]! == 1 ? name : "\(name) ×\(counts[name]!)"
        }.joined(separator: " · ")
    }

    /// The innermost lines of code outside this module that recorded the step, such as `gradient of Linear.swift:22,
    /// from Policy.swift:41`; empty unless ``Plan/recordsOrigins`` was set at the time. The first look-up takes a tenth
    /// of a second.
    public var place: String { origin?.place ?? "" }
}

extension Plan: CustomStringConvertible {
    /// One line per unit: its operations, result shape, floating-point operations and bytes.
    public var description: String {
        let rows = steps.enumerated().map { index, step in
            "\(index)\t\(step.name) → \(step.shape)\t\(step.flops) FLOP\t\(step.bytes) B"
        }
        return (rows + ["\(steps.count) units, \(flops) FLOP, arena \(arenaBytes) B"]).joined(separator: "\n")
    }

    /// The number of floating-point operations per run.
    public var flops: Int { steps.map(\.flops).reduce(0, +) }

    /// The number of bytes that the steps of a run read and write.
    public var bytes: Int { steps.map(\.bytes).reduce(0, +) }
}
