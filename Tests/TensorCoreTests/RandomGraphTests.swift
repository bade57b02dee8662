import Testing

@testable import TensorCore

/// Hundreds of random programs: fused and unfused plans with every instruction set give the same bits, close to the
/// float64 reference, assignments included; so do units done in parts.
@Suite struct RandomGraphTests {
    /// Programs per test case; the cases run concurrently.
    private static let programsPerCase = 100

    @Test(arguments: 0..<6)
    func plansAgree(_ block: Int) throws {
        for index in 0..<Self.programsPerCase {
            let seed = UInt64(block * Self.programsPerCase + index)
            guard let failure = try Self.disagreement(RandomGraph(seed: seed)) else { continue }
            Issue.record("\(try Self.shrunk(seed) ?? failure)")
        }
    }

    /// The disagreement of the shortest prefix of the program that has one.
    private static func shrunk(_ seed: UInt64) throws -> String? {
        for steps in 0..<RandomGraph(seed: seed).steps {
            if let failure = try disagreement(RandomGraph(seed: seed, steps: steps)) { return failure }
        }
        return nil
    }

    /// What a program's replays gave: outputs, then variables, of each replay.
    private typealias Trace = [[[Float]]]

    private static let replays = 3
    private static let tolerance = 2e-6

    /// A description of the first difference between two ways to run the program; nil if all agree.
    private static func disagreement(_ graph: RandomGraph) throws -> String? {
        let (exact, plan) = try referenceTrace(graph)
        var first: Trace?
        for kernels in KernelTests.kernels {
            for fused in [true, false] {
                let parts = graph.seed % 2 == 0 ? 1 : 3
                let trace = try trace(
                    graph, PlanOptions(fused: fused, kernels: kernels), parts: first == nil ? 1 : parts)
                let label = "seed \(graph.seed), \(graph.steps) steps, \(kernels.name)\(fused ? ", fused" : "")"
                for (replay, (results, expected)) in zip(trace, exact).enumerated() {
                    for (index, (result, values)) in zip(results, expected).enumerated() {
                        let difference = largestDifference(result, values)
                        if !(difference < tolerance) {
                            return "\(label): replay \(replay), result \(index) is \(difference) from the reference\n"
                                + "\(plan)"
                        }
                    }
                }
                if let first, bits(first) != bits(trace) { return "\(label): other bits than the first plan\n\(plan)" }
                first = first ?? trace
            }
        }
        return nil
    }

    private static func bits(_ trace: Trace) -> [[[UInt32]]] { trace.map { $0.map { $0.map(\.bitPattern) } } }

    private static func variables(of graph: RandomGraph) -> [Variable] {
        graph.variableShapes.enumerated().map { index, shape in
            Variable(numbers(shape.elementCount, seed: graph.seed + UInt64(index) + 50).map { Float($0) }, shape: shape)
        }
    }

    /// Different inputs in each replay.
    private static func inputs(of graph: RandomGraph, replay: Int) -> [[Float]] {
        graph.inputShapes.enumerated().map { index, shape in
            numbers(shape.elementCount, seed: graph.seed + UInt64(index + 10 * replay) + 100).map { Float($0) }
        }
    }

    private static func program(_ graph: RandomGraph, _ variables: [Variable], _ options: PlanOptions) -> Program {
        let inputs = graph.inputShapes.map { Program.Input(extents: $0, type: .float32) }
        return Program("random \(graph.seed)", inputs: inputs, seed: graph.seed, options: options) {
            try graph.record($0, variables)
        }
    }

    private static func trace(_ graph: RandomGraph, _ options: PlanOptions, parts: Int) throws -> Trace {
        let variables = variables(of: graph)
        let plan = try program(graph, variables, options).plan()
        return (0..<replays).map { replay in
            for (index, values) in inputs(of: graph, replay: replay).enumerated() {
                _ = plan.input(index).update(fromContentsOf: values)
            }
            if parts == 1 { plan.run() } else { plan.run(inParts: parts) }
            return plan.outputs.indices.map { Array(plan.output($0)) } + variables.map(\.values)
        }
    }

    /// The float64 interpreter's results, and the program's plan as text.
    private static func referenceTrace(_ graph: RandomGraph) throws -> (trace: [[[Double]]], plan: String) {
        let variables = variables(of: graph)
        let program = program(graph, variables, try PlanOptions())
        let recorded = try program.recorded(graph.inputShapes.map { ($0, .float32) })
        let roots = (recorded.outputs + recorded.assignments.map(\.value)).map { Tensor($0) }
        var state = Dictionary(
            uniqueKeysWithValues: variables.map { (ObjectIdentifier($0), $0.values.map(Double.init)) })
        let trace = (0..<replays).map { replay in
            let given = inputs(of: graph, replay: replay).map { $0.map(Double.init) }
            let results = Reference.evaluate(
                roots, inputs: given, variables: state, random: (graph.seed, UInt64(replay)))
            for (assignment, value) in zip(recorded.assignments, results.dropFirst(recorded.outputs.count)) {
                state[ObjectIdentifier(assignment.variable)] = value
            }
            return Array(results.prefix(recorded.outputs.count)) + variables.map { state[ObjectIdentifier($0)]! }
        }
        return (trace, try program.plan().description)
    }
}
