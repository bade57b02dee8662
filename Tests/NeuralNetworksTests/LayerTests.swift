import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// Layers and clipping against PyTorch, forward and backward.
@Suite struct LayerTests {
    struct File: Decodable {
        var cases: [Golden.Case]
        var clippings: [Clipping]
    }

    struct Clipping: Decodable, Sendable {
        var limit: Double
        var gradients: [Golden.Array]
        var norm: Double
        var clipped: [Golden.Array]
        /// Cut element by element.
        var cut: [Golden.Array]
    }

    static let file: File = Golden.load("networks.json")

    /// The result of a case, and the parameters of its layer, with PyTorch's values.
    private static func forward(_ golden: Golden.Case, _ x: Tensor) throws -> (result: Tensor, parameters: [Variable]) {
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
        return (layer(x), parameters)
    }

    @Test(arguments: file.cases)
    func agreesWithPyTorch(_ golden: Golden.Case) throws {
        try golden.check { try Self.forward(golden, $0[0]) }
    }

    @Test func everyKindIsCovered() {
        #expect(Self.file.cases.count == 5)
        #expect(Self.file.clippings.map(\.limit) == [0.5, 100])
    }

    @Test(arguments: file.clippings)
    func clippingAgreesWithPyTorch(_ golden: Clipping) throws {
        let gradients = golden.gradients.map(\.tensor)
        let norm = globalNorm(gradients)
        #expect(try Golden.difference([norm.item()], [golden.norm]) < Golden.tolerance)
        for (gradient, expected) in zip(clipped(gradients, norm: norm, to: golden.limit), golden.clipped) {
            #expect(gradient.shape == expected.shape)
            #expect(try Golden.difference(gradient.floats(), expected.values) < Golden.tolerance)
        }
        for (gradient, expected) in zip(clipped(gradients, elementsTo: golden.limit), golden.cut) {
            #expect(try gradient.floats() == expected.floats)
        }
    }
}
