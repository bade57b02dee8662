import Synchronization

/// Eager use: reading a tensor's value runs a program once, with its plan cached by the graph's structure.
enum Evaluation {
    /// The elements of a tensor, computed if necessary; the result is stored in the node.
    static func value(of tensor: Tensor) throws -> HostArray {
        let node = tensor.node
        if let data = node.data { return data }
        try check(tensor)
        let graph = LinearGraph(outputs: [node], assignments: [], leavesAsInputs: true)
        let plan = try cache.take(graph) ?? makePlan(graph)
        for (leaf, input) in zip(graph.leaves, plan.inputs) {
            let source = leaf.data ?? leaf.variable!.0.storage
            input.memory.copyMemory(from: source.memory, byteCount: source.count * source.type.size)
        }
        plan.run()
        try RunFaults.throwIfFound()
        let output = plan.outputs[0]
        let result = HostArray(count: output.count, type: output.type)
        result.memory.copyMemory(from: output.memory, byteCount: output.count * output.type.size)
        cache.put(plan, for: graph)
        node.data = result
        return result
    }

    private static func makePlan(_ graph: LinearGraph) throws -> Plan {
        let declared = graph.leaves.map { (shape: $0.shape, type: $0.type) }
        return try Plan(graph, inputs: declared, random: RandomState(key: 0), options: try PlanOptions())
    }

    /// Only tensors that depend on data and variables alone have a value outside a program.
    private static func check(_ tensor: Tensor) throws {
        if let recording = Recording.current {
            throw TensorError.valueReadWhileRecording(
                operation: tensor.node.operation.name, program: recording.programName)
        }
        var problem: TensorError?
        var seen: Set<ObjectIdentifier> = []
        visit(tensor.node, unless: &seen) { node in
            if node.data != nil { return }
            if case .input = node.operation { problem = .valueOfInput(operation: tensor.node.operation.name) }
            if case .random = node.operation { problem = .randomOutsideProgram(operation: tensor.node.operation.name) }
            if let (variable, version) = node.variable, variable.version != version {
                problem = .staleVariable(name: variable.name)
            }
        }
        if let problem { throw problem }
    }

    private static let cache = PlanCache()
}

/// Plans of eager evaluations. A plan is taken out while it runs, so that two threads never share one.
private final class PlanCache: Sendable {
    private struct Entries: @unchecked Sendable {
        // Touched only under the lock; a plan has one user at a time.
        var plans: [LinearGraph.Structure: Plan] = [:]
        var order: [LinearGraph.Structure] = []
    }

    private static let limit = 64
    private let entries = Mutex(Entries())

    func take(_ graph: LinearGraph) -> Plan? {
        entries.withLock { Box(plan: $0.plans.removeValue(forKey: graph.structure)) }.plan
    }

    func put(_ plan: Plan, for graph: LinearGraph) {
        let box = Box(plan: plan)
        entries.withLock { entries in
            entries.order.removeAll { $0 == graph.structure }
            entries.order.append(graph.structure)
            entries.plans[graph.structure] = box.plan
            if entries.order.count > Self.limit { entries.plans[entries.order.removeFirst()] = nil }
        }
    }

    private struct Box: @unchecked Sendable {
        var plan: Plan?
    }
}
