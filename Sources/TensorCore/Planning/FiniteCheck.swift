import Synchronization

/// The search for the first operation that produces a NaN or an infinity, for runs that go wrong.
///
/// If ``isEnabled`` is set before programs are planned, plans run unfused and check each result; the first fault is
/// kept for ``RunFaults``.
public enum FiniteCheck {
    private static let enabled = Atomic(false)

    /// Whether new plans check their results.
    public static var isEnabled: Bool {
        get { enabled.load(ordering: .relaxed) }
        set { enabled.store(newValue, ordering: .relaxed) }
    }
}

extension Emitter {
    /// The unit's instruction, followed by a check of its result: for a NaN if no operand had one, or an infinity if
    /// all operands were finite.
    /// all operands were finite.
    func checked(_ instruction: Instruction, _ unit: PlanUnit, program: String) -> Instruction {
        let index = unit.members[0]
        let entry = graph.entries[index]
        guard entry.type == .float32 else { return instruction }
        let operands = entry.inputs.filter { graph.entries[$0].type == .float32 }.map { operand in
            UnsafeBufferPointer(start: floats(operand), count: graph.entries[operand].count)
        }
        let result = UnsafeBufferPointer(start: floats(index), count: entry.count)
        let origin = graph.origins[index]
        return Instruction(scratchBytes: instruction.scratchBytes, pieces: 1) { part, scratch in
            // The result may overwrite an operand.
            let before = Finiteness(operands)
            instruction.body(part, scratch)
            let after = Finiteness([result])
            guard after.hasNaN && !before.hasNaN || after.hasInfinity && !before.hasInfinity && !before.hasNaN else {
                return
            }
            RunFaults.report(
                .notFinite(
                    value: after.hasNaN ? "NaN" : "an infinity", operation: entry.operation.name, shape: entry.shape,
                    program: program, origin: origin?.description ?? ""))
        }
    }

    /// A check of the inputs and variables before the first unit: a value that is not finite there comes from
    /// elsewhere.
    func leafCheck(program: String) -> Instruction {
        let leaves = graph.entries.indices.filter {
            graph.bindings[$0] != nil && graph.entries[$0].type == .float32
        }
        let arrays = leaves.map { UnsafeBufferPointer(start: floats($0), count: graph.entries[$0].count) }
        return Instruction(pieces: 1) { _, _ in
            for (leaf, array) in zip(leaves, arrays) where Finiteness([array]).hasNaN {
                let entry = graph.entries[leaf]
                RunFaults.report(
                    .notFinite(
                        value: "NaN", operation: entry.operation.name, shape: entry.shape, program: program,
                        origin: graph.origins[leaf]?.description ?? ""))
            }
        }
    }
}

/// Whether arrays hold NaN or infinities.
private struct Finiteness {
    var hasNaN = false
    var hasInfinity = false

    init(_ arrays: [UnsafeBufferPointer<Float>]) {
        for array in arrays {
            for value in array where !value.isFinite {
                if value.isNaN { hasNaN = true } else { hasInfinity = true }
            }
        }
    }
}
