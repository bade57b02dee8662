// A plan as text and as a drawing, so that a user sees what a step does.

extension Emitter {
    func describe(_ unit: PlanUnit) -> Plan.Step {
        let entries = unit.members.map { graph.entries[$0] }
        let names = entries.map(\.operation.name).joined(separator: " · ")
        var outside: Set<Int> = []
        for entry in entries { outside.formUnion(entry.inputs.filter { !unit.members.contains($0) }) }
        let written = unit.members.filter { places.places[$0] != .register }
        let bytes = (Array(outside) + written).map { graph.entries[$0].count * 4 }.reduce(0, +)
        return Plan.Step(
            name: names, shape: entries.last!.shape, flops: unit.members.map(flops).reduce(0, +), bytes: bytes)
    }

    private func flops(_ index: Int) -> Int {
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

extension Plan: CustomStringConvertible {
    /// One line a unit: its operations, result shape, floating-point operations and bytes.
    public var description: String {
        let rows = steps.enumerated().map { index, step in
            "\(index)\t\(step.name) → \(step.shape)\t\(step.flops) FLOP\t\(step.bytes) B"
        }
        let flops = steps.map(\.flops).reduce(0, +)
        return (rows + ["\(steps.count) units, \(flops) FLOP, arena \(arenaBytes) B"]).joined(separator: "\n")
    }
}
