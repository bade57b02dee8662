import Foundation
import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// Optimisers compared with PyTorch, step by step, with given gradients and on a small network.
@Suite struct OptimizerTests {
    /// Relative to max(1, |expected|), over 100 steps that each round.
    private static let tolerance = 5e-6

    struct File: Decodable {
        var given: Given
        var fitted: Fitted
    }

    struct Given: Decodable, Sendable {
        var start: [Golden.Array]
        /// By step and parameter.
        var gradients: [[Golden.Array]]
        /// By optimiser, with all parameters joined after every tenth step.
        var paths: [String: [[Double]]]
    }

    struct Fitted: Decodable, Sendable {
        var input: Golden.Array
        var target: Golden.Array
        var start: [Golden.Array]
        var paths: [String: [[Double]]]
    }

    static let file: File = Golden.load("optimizers.json")

    static func optimizer(_ name: String) -> (any Optimizer)? {
        switch name {
        case "SGD": SGD(learningRate: 0.05)
        case "SGD with momentum": SGD(learningRate: 0.02, momentum: 0.9)
        case "SGD with Nesterov momentum": SGD(learningRate: 0.02, momentum: 0.9, nesterov: true)
        case "SGD with weight decay": SGD(learningRate: 0.02, momentum: 0.5, weightDecay: .penalty(0.1))
        case "RMSProp": RMSProp(learningRate: 0.01)
        case "RMSProp with weight decay": RMSProp(learningRate: 0.01, weightDecay: .penalty(0.1))
        case "RMSProp with epsilon inside":
            RMSProp(learningRate: 0.01, decay: 0.9, epsilon: 0.01, epsilonInside: true)
        case "centred RMSProp": RMSProp(learningRate: 0.01, decay: 0.95, epsilon: 0.01, centred: true)
        case "AdaGrad": AdaGrad(learningRate: 0.05)
        case "AdaGrad with weight decay":
            AdaGrad(learningRate: 0.05, epsilon: 1e-6, weightDecay: .penalty(0.1))
        case "Adam": Adam(learningRate: 0.02)
        case "Adam with other settings": Adam(learningRate: 0.005, beta1: 0.5, beta2: 0.9, epsilon: 1e-4)
        case "Adam with weight decay": Adam(learningRate: 0.02, weightDecay: .penalty(0.1))
        case "RAdam": RAdam(learningRate: 0.02)
        case "RAdam with other settings": RAdam(learningRate: 0.01, beta1: 0.8, beta2: 0.9, epsilon: 1e-4)
        case "AdamW": AdamW(learningRate: 0.02, weightDecay: 0.5)
        case "AdamW of matrices": AdamW(learningRate: 0.02, weightDecay: 0.5, decaying: WeightDecay.matrices)
        default: nil
        }
    }

    /// Compares all parameters with PyTorch's after every tenth of 100 steps that `run` makes.
    private func follow(_ path: [[Double]], _ parameters: Parameters, run: (Int) -> Void) {
        #expect(path.count == 10)
        for step in 0..<100 {
            run(step)
            guard step % 10 == 9 else { continue }
            let difference = Golden.difference(parameters.variables.flatMap(\.values), path[step / 10])
            #expect(difference < Self.tolerance, "after step \(step + 1)")
        }
    }

    @Test func everyOptimizerIsCovered() {
        #expect(Self.file.given.paths.count == 17 && Self.file.fitted.paths.count == 17)
    }

    @Test(arguments: file.given.paths.keys.sorted())
    func givenGradients(_ name: String) throws {
        let golden = Self.file.given
        let parameters = layerParameters(golden.start)
        let optimizer = try #require(Self.optimizer(name))
        let inputs = golden.start.map { Program.Input(extents: $0.shape, type: .float32) }
        let plan = try Program(name, inputs: inputs) { gradients in
            try optimizer.update(parameters, gradients)
            return []
        }.plan()
        follow(golden.paths[name]!, parameters) { step in
            for (index, gradient) in golden.gradients[step].enumerated() {
                _ = plan.input(index).update(fromContentsOf: gradient.floats)
            }
            plan.run()
        }
    }

    @Test(arguments: file.fitted.paths.keys.sorted())
    func network(_ name: String) throws {
        let golden = Self.file.fitted
        var random = RandomStream(seed: 1)
        let network = MultilayerPerceptron([3, 5, 2], activation: .tanh, random: &random)
        network.parameters.copy(from: layerParameters(golden.start))
        let optimizer = try #require(Self.optimizer(name))
        let plan = try Program(name, inputs: [.float32(8, 3), .float32(8, 2)]) { inputs in
            let loss = squaredError(network(inputs[0]), inputs[1]).mean()
            try optimizer.minimize(loss, network.parameters)
            return [loss]
        }.plan()
        _ = plan.input(0).update(fromContentsOf: golden.input.floats)
        _ = plan.input(1).update(fromContentsOf: golden.target.floats)
        follow(golden.paths[name]!, network.parameters) { _ in plan.run() }
    }

    /// The textbook formulas in float64, over enough steps that the moments settle.
    @Test func longRunsFollowTheFormulas() throws {
        let parameters = Parameters([("x", Variable([1, -2, 3], shape: [3]))])
        let adam = Adam(learningRate: 0.001)
        let plan = try Program("adam", inputs: [.float32(3)]) { inputs in
            try adam.update(parameters, [inputs[0]])
            return []
        }.plan()
        var (x, m, v) = ([1.0, -2, 3], [0.0, 0, 0], [0.0, 0, 0])
        for step in 1...3_000 {
            let g = (0..<3).map { Foundation.sin(Double(step * ($0 + 1)) * 0.7) + 0.3 }.map { Double(Float($0)) }
            _ = plan.input(0).update(fromContentsOf: g.map { Float($0) })
            plan.run()
            for i in 0..<3 {
                m[i] = 0.9 * m[i] + 0.1 * g[i]
                v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i]
                let (mean, square) = (m[i] / (1 - pow(0.9, Double(step))), v[i] / (1 - pow(0.999, Double(step))))
                x[i] -= 0.001 * mean / (square.squareRoot() + 1e-8)
            }
        }
        // Each of 3,000 steps rounds a parameter of about 3 to float32.
        #expect(Golden.difference(parameters.variables[0].values, x) < 2e-5)
    }

    @Test func epsilonInsideTheRoot() throws {
        let parameters = Parameters([("x", Variable([1, -2], shape: [2]))])
        let optimizer = RMSProp(learningRate: 0.1, decay: 0.9, epsilon: 0.5, centred: true, epsilonInside: true)
        try Program("step") { _ in
            try optimizer.update(parameters, [Tensor([2.0, -4])])
            return []
        }.plan().run()
        // v = 0.1 g², a = 0.1 g, so that v − a² = 0.09 g².
        let expected = [1 - 0.1 * 2 / (0.36 + 0.5).squareRoot(), -2 + 0.1 * 4 / (1.44 + 0.5).squareRoot()]
        #expect(Golden.difference(parameters.variables[0].values, expected) < Self.tolerance)
    }

    /// The variance of a constant gradient is zero except for rounding, which must not turn its root into NaN.
    @Test func constantGradientsStayFinite() throws {
        let parameters = Parameters([("x", Variable([Float](repeating: 0, count: 100), shape: [100]))])
        let optimizer = RMSProp(learningRate: 1e-9, centred: true)
        let plan = try Program("step") { _ in
            try optimizer.update(parameters, [Tensor((1...100).map { Float($0) * 0.37 })])
            return []
        }.plan()
        for _ in 0..<5_000 { plan.run() }
        #expect(parameters.variables[0].values.allSatisfy { $0.isFinite })
    }

    /// A rule may depend on the path; with a gradient of zero only the decay moves a parameter: θ ← θ (1 − α λ).
    @Test func decayByPath() throws {
        let parameters = Parameters(
            ["norm.weight", "linear.weight"].map { ($0, Variable([2], shape: [1])) })
        let optimizer = SGD(learningRate: 0.5, weightDecay: .decoupled(0.25) { path, _ in !path.hasPrefix("norm") })
        try Program("step") { _ in
            try optimizer.update(parameters, [Tensor([0.0]), Tensor([0.0])])
            return []
        }.plan().run()
        #expect(parameters.variables.map(\.values) == [[2], [1.75]])
    }

    @Test func learningRatesChangeBetweenReplays() throws {
        let parameters = Parameters([("x", Variable([1], shape: [1]))])
        let optimizer = SGD(learningRate: 0.5)
        let plan = try Program("step") { _ in
            try optimizer.update(parameters, [Tensor([1.0])])
            return []
        }.plan()
        plan.run()
        #expect(parameters.variables[0].values == [0.5])
        optimizer.learningRate.set([0.125])
        plan.run()
        #expect(parameters.variables[0].values == [0.375])
    }

    /// State is made by the first update, named by path, and sufficient to resume: the same steps follow.
    @Test(arguments: file.given.paths.keys.sorted())
    func stateResumes(_ name: String) throws {
        let golden = Self.file.given
        func make() throws -> (Parameters, any Optimizer, Plan) {
            let parameters = layerParameters(golden.start)
            let optimizer = try #require(Self.optimizer(name))
            #expect(optimizer.state.variables.allSatisfy { $0.values == [0] })
            let plan = try Program(name) { _ in
                try optimizer.update(parameters, golden.gradients[0].map(\.tensor))
                return []
            }.plan()
            return (parameters, optimizer, plan)
        }
        let (parameters, optimizer, plan) = try make()
        let (resumed, other, otherPlan) = try make()
        for _ in 0..<5 { plan.run() }
        resumed.copy(from: parameters)
        other.state.copy(from: optimizer.state)
        for _ in 0..<5 {
            plan.run()
            otherPlan.run()
        }
        #expect(resumed.variables.map(\.values) == parameters.variables.map(\.values))
        #expect(optimizer.state.entries.allSatisfy { !$0.path.isEmpty })
    }

    @Test func clippedGradientsAreMinimised() throws {
        let parameters = Parameters([("x", Variable([3, 4], shape: [2]))])
        let optimizer = SGD(learningRate: 1)
        let plan = try Program("step") { _ in
            let loss = 0.5 * parameters.variables[0].tensor.squared().sum()
            return [try optimizer.minimize(loss, parameters, clippingNorm: 1)]
        }.plan()
        plan.run()
        #expect(plan.output(0)[0] == 5)
        #expect(Golden.difference(parameters.variables[0].values, [3 - 0.6, 4 - 0.8]) < Self.tolerance)
    }
}
