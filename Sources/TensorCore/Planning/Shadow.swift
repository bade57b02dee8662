import Glibc
import Storage

/// The plain run beside the runs of a plan; see ``ShadowCheck``.
final class Shadow {
    /// Of the outputs and then the assigned variables.
    private(set) var differences: [ShadowDifference]
    private let emitter: Emitter
    private let program: String
    /// The inputs and then the variables that a run starts from, and their values at its start.
    private let sources: [HostArray]
    private let start: [HostArray]
    private let plain: PlainRun
    private let makePlain: () throws(MemoryError) -> PlainRun
    /// The plain run from operands with their last bits flipped, made when needed.
    private lazy var nudged: PlainRun = {
        do throws(MemoryError) { return try makePlain() } catch { preconditionFailure("\(error)") }
    }()
    private var isNudged = false

    init(of emitter: Emitter, inputs declared: [(shape: Shape, type: ScalarType)], options: PlanOptions)
        throws(MemoryError)
    {
        let graph = emitter.graph
        (self.emitter, program) = (emitter, options.name)
        let read = graph.stored { if case .variable = $0 { true } else { false } }
        var seen: Set<ObjectIdentifier> = []
        let variables = (read + graph.assignments.map(\.storage)).filter { seen.insert(ObjectIdentifier($0)).inserted }
        sources = emitter.inputs + variables
        start = sources.map { HostArray(count: $0.count, type: $0.type) }
        makePlain = { () throws(MemoryError) in try PlainRun(of: graph, variables, inputs: declared, options) }
        plain = try makePlain()
        differences =
            graph.outputs.enumerated().map { ShadowDifference(name: "output \($0) \(graph.entries[$1].shape)") }
            + graph.assignments.enumerated().map {
                ShadowDifference(name: "variable \($0) '\($1.name)' \(graph.entries[$1.value].shape)")
            }
    }

    /// The work before the plan's first unit.
    func plainRun() -> Instruction {
        Instruction(pieces: 1) { [unowned self] _, _ in
            for (copy, source) in zip(start, sources) { copy.copyElements(of: source) }
            plain.run(from: start, random: emitter.random)
            isNudged = false
        }
    }

    /// A unit's instruction, followed by a comparison of its results.
    func compared(_ instruction: Instruction, _ unit: PlanUnit, as step: Plan.Step) -> Instruction {
        let members = unit.members.filter { emitter.places.places[$0] != .register }
        return Instruction(scratchBytes: instruction.scratchBytes, pieces: 1) { [unowned self] part, scratch in
            instruction.body(part, scratch)
            for member in members {
                let entry = emitter.graph.entries[member]
                let found = difference(entry.type, entry.count, emitter.address(member)) {
                    $0.plan.emitter.address(member)
                }
                guard let found, found.largest > found.allowed else { continue }
                let origin = emitter.graph.origins[member]?.description ?? ""
                report("'\(step.summary)' → \(entry.shape)", found, origin)
            }
        }
    }

    /// The work after the last instruction.
    func finalComparison() -> Instruction {
        let outputs = emitter.outputs.indices.map { index in
            (emitter.outputs[index], { (run: PlainRun) in run.plan.outputs[index].memory })
        }
        let variables = emitter.graph.assignments.map { assignment in
            (assignment.storage, { (run: PlainRun) in run.copies[ObjectIdentifier(assignment.storage)]!.memory })
        }
        return Instruction(pieces: 1) { [unowned self] _, _ in
            for (index, (array, place)) in (outputs + variables).enumerated() {
                guard let found = difference(array.type, array.count, array.memory, place) else { continue }
                differences[index].take(found.largest, found.allowed)
                if found.largest > found.allowed { report("The \(differences[index].name)", found, "") }
            }
        }
    }

    /// The largest difference between an array and that of the plain run, and the allowed one; nil if all bits are the
    /// same.
    private func difference(
        _ type: ScalarType, _ count: Int, _ memory: UnsafeMutableRawPointer,
        _ place: (PlainRun) -> UnsafeMutableRawPointer
    ) -> (largest: Double, allowed: Double)? {
        let expected = place(plain)
        if memcmp(memory, expected, count * type.size) == 0 { return nil }
        let (largest, magnitude) = Self.compare(type, count, memory, expected)
        let allowed = type == .float32 ? 0x1p-20 * magnitude : 0
        if largest <= allowed { return (largest, allowed) }
        if !isNudged { nudged.run(from: start, random: emitter.random, nudged: true) }
        isNudged = true
        return (largest, allowed + 16 * Self.compare(type, count, place(nudged), expected).largest)
    }

    /// The largest difference of two elements, and the largest finite element of the second array.
    private static func compare(
        _ type: ScalarType, _ count: Int, _ first: UnsafeMutableRawPointer, _ second: UnsafeMutableRawPointer
    ) -> (largest: Double, magnitude: Double) {
        func number(_ memory: UnsafeMutableRawPointer, _ index: Int) -> Double {
            switch type {
            case .float32: Double(memory.assumingMemoryBound(to: Float.self)[index])
            case .int32: Double(memory.assumingMemoryBound(to: Int32.self)[index])
            }
        }
        var (largest, magnitude) = (0.0, 0.0)
        for index in 0..<count {
            let (x, y) = (number(first, index), number(second, index))
            if y.isFinite { magnitude = max(magnitude, abs(y)) }
            if x == y || x.isNaN && y.isNaN { continue }
            let difference = abs(x - y)
            largest = max(largest, difference.isNaN ? .infinity : difference)
        }
        return (largest, magnitude)
    }

    private func report(_ result: String, _ found: (largest: Double, allowed: Double), _ origin: String) {
        RunFaults.report(
            .differsFromPlain(
                result: result, program: program, difference: found.largest, allowed: found.allowed, origin: origin))
    }
}

/// A plain run of a step, in arrays of its own.
private final class PlainRun {
    let plan: Plan
    /// The stand-in for each variable.
    let copies: [ObjectIdentifier: HostArray]
    private let random = RandomState(key: 0)
    /// The plan's inputs, then the stand-ins for the variables.
    private let places: [HostArray]

    init(
        of graph: LinearGraph, _ variables: [HostArray], inputs declared: [(shape: Shape, type: ScalarType)],
        _ options: PlanOptions
    ) throws(MemoryError) {
        let copies = Dictionary(
            uniqueKeysWithValues: variables.map {
                (ObjectIdentifier($0), HostArray(count: $0.count, type: $0.type))
            })
        var options = options
        options.kernels = KernelTable.narrowest() ?? options.kernels
        (options.fused, options.reusesMemory, options.isShadowed, options.checksFinite) = (false, false, false, false)
        plan = try Plan(
            graph.rebound { copies[ObjectIdentifier($0)] ?? $0 }, inputs: declared, random: random, options: options)
        self.copies = copies
        places = plan.inputs + variables.map { copies[ObjectIdentifier($0)]! }
    }

    func run(from start: [HostArray], random state: RandomState, nudged: Bool = false) {
        for (place, values) in zip(places, start) {
            place.copyElements(of: values)
            guard nudged, place.type == .float32 else { continue }
            // Whole numbers are exact: labels, masks, counters.
            for (index, x) in place.floats.enumerated() where x.isFinite && x != x.rounded() {
                place.floats[index] = Float(bitPattern: x.bitPattern ^ 1)
            }
        }
        random.pointer.pointee = state.pointer.pointee
        plan.run()
    }
}

extension ShadowDifference {
    /// Replaces the difference if the other one is a larger fraction of its allowance.
    fileprivate mutating func take(_ other: Double, _ otherAllowed: Double) {
        if isNone || other * allowed > largest * otherAllowed { (largest, allowed) = (other, otherAllowed) }
    }
}
