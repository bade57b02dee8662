import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// Layers, losses and clipping against PyTorch, forward and backward.
@Suite struct LayerTests {
    /// Relative to max(1, |expected|): both sides round.
    private static let tolerance = 1e-6

    struct File: Decodable {
        var cases: [Case]
        var clippings: [Clipping]
    }

    struct Case: Decodable, CustomTestStringConvertible, Sendable {
        var name: String
        var operands: [Golden.Array]
        var parameters: [Golden.Array]
        var result: Golden.Array
        var weights: Golden.Array
        /// Of the weighted sum of the result: float operands, then parameters.
        var gradients: [Golden.Array]

        var testDescription: String { name }
    }

    struct Clipping: Decodable, Sendable {
        var limit: Double
        var gradients: [Golden.Array]
        var norm: Double
        var clipped: [Golden.Array]
    }

    static let file: File = Golden.load("networks.json")

    /// What a case computes, and the parameters of its layer, given PyTorch's values.
    private static func forward(_ golden: Case, _ x: [Tensor]) throws -> (result: Tensor, parameters: [Variable]) {
        switch golden.name {
        case "huber 1", "huber 1 as smooth L1": return (huberLoss(x[0], x[1]), [])
        case "huber 2.5": return (huberLoss(x[0], x[1], delta: 2.5), [])
        case "squared error": return (squaredError(x[0], x[1]), [])
        case "cross entropy": return (crossEntropy(logits: x[0], labels: x[1]), [])
        case "binary cross entropy": return (binaryCrossEntropy(logits: x[0], targets: x[1]), [])
        case "standard normal divergence": return (standardNormalDivergence(mean: x[0], logVariance: x[1]), [])
        default: break
        }
        let weights = golden.parameters.filter { $0.shape.count == 2 }
        let sizes = [weights[0].shape[1]] + weights.map { $0.shape[0] }
        var random = RandomStream(seed: 1)
        let layer: any Layer
        if golden.name.hasPrefix("linear") {
            layer = Linear(sizes[0], sizes[1], random: &random)
        } else {
            let name = golden.name.split(separator: " ")[1]
            let activation = try #require(MultilayerPerceptron.Activation(rawValue: String(name)))
            layer = MultilayerPerceptron(sizes, activation: activation, random: &random)
        }
        let parameters = layer.parameters.variables
        for (variable, array) in zip(parameters, golden.parameters) { variable.set(array.floats) }
        return (layer(x[0]), parameters)
    }

    @Test(arguments: file.cases)
    func agreesWithPyTorch(_ golden: Case) throws {
        let inputs = golden.operands.map { Program.Input(extents: $0.shape, type: ScalarType(rawValue: $0.type)!) }
        let program = Program(golden.name, inputs: inputs) { operands in
            let (result, parameters) = try Self.forward(golden, operands)
            #expect(parameters.map(\.shape) == golden.parameters.map(\.shape))
            let sum = (result * golden.weights.tensor).sum()
            let floats = operands.filter { $0.type == .float32 }
            return [result] + gradients(of: sum, withRespectTo: floats) + gradients(of: sum, withRespectTo: parameters)
        }
        let plan = try program.plan()
        for (input, operand) in zip(plan.inputs, golden.operands) {
            switch input.type {
            case .float32: _ = input.floats.update(fromContentsOf: operand.floats)
            case .int32: _ = input.integers.update(fromContentsOf: operand.values.map { Int32($0) })
            }
        }
        plan.run()
        let expected = [golden.result] + golden.gradients
        #expect(plan.outputShapes == expected.map(\.shape))
        for (index, array) in expected.enumerated() {
            let difference = Golden.difference(Array(plan.output(index)), array.values)
            #expect(difference < Self.tolerance, "\(index == 0 ? "result" : "gradient \(index - 1)") of \(golden.name)")
        }
    }

    @Test func everyKindIsCovered() {
        #expect(Self.file.cases.count == 12)
        #expect(Self.file.clippings.map(\.limit) == [0.5, 100])
    }

    @Test(arguments: file.clippings)
    func clippingAgreesWithPyTorch(_ golden: Clipping) throws {
        let gradients = golden.gradients.map(\.tensor)
        let norm = globalNorm(gradients)
        #expect(try Golden.difference([norm.item()], [golden.norm]) < Self.tolerance)
        for (gradient, expected) in zip(clipped(gradients, norm: norm, to: golden.limit), golden.clipped) {
            #expect(gradient.shape == expected.shape)
            #expect(try Golden.difference(gradient.floats(), expected.values) < Self.tolerance)
        }
    }
}
