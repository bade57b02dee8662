import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// Layers compared with PyTorch, forward, backward and in their updates of buffers:
/// Fixtures/NeuralNetworks/make_layers.py.
@Suite struct LayerGoldenTests {
    /// Relative to max(1, |expected|): both sides round in float32.
    private static let tolerance = 1e-5

    struct Case: Decodable, CustomTestStringConvertible, Sendable {
        var name: String
        var training: Bool
        var inputs: [Golden.Array]
        /// Parameters and buffers as PyTorch stores them.
        var state: [String: Golden.Array]
        var results: [Golden.Array]
        var weights: [Golden.Array]
        /// Of the weighted sum of all results.
        var inputGradients: [Golden.Array]
        var gradients: [String: Golden.Array]
        /// After one step.
        var buffers: [String: Golden.Array]

        var testDescription: String { name }
    }

    static let cases: [Case] = Golden.load("layers.json")

    /// The arrays as the file that PyTorch's safetensors would write.
    private static func file(_ arrays: [String: Golden.Array]) -> TensorFile {
        var file = TensorFile()
        for (name, array) in arrays { file.add(name, array.floats, shape: array.shape) }
        return file
    }

    @Test(arguments: cases)
    func agreesWithPyTorch(_ golden: Case) throws {
        let layer = try #require(GoldenLayer.named(golden.name))
        let state = layer.module.state
        #expect(Set(state.entries.map(\.path)) == Set(golden.state.keys))
        try layer.module.loadParameters(from: Self.file(golden.state))
        let parameters = layer.module.parameters
        let inputs = golden.inputs.map { Program.Input(extents: $0.shape, type: ScalarType(rawValue: $0.type)!) }
        let program = Program(golden.name, inputs: inputs) { inputs in
            let results = (golden.training ? Mode.training : .evaluation) { layer.body(inputs) }
            #expect(results.count == golden.results.count)
            let sum = zip(results, golden.weights).map { ($0 * $1.tensor).sum() }.reduce(Tensor(0), +)
            let floats = inputs.filter { $0.type == .float32 }
            return results + gradients(of: sum, withRespectTo: floats)
                + gradients(of: sum, withRespectTo: parameters.variables)
        }
        let plan = try program.plan()
        for (input, array) in zip(plan.inputs, golden.inputs) {
            switch input.type {
            case .float32: _ = input.floats.update(fromContentsOf: array.floats)
            case .int32: _ = input.integers.update(fromContentsOf: array.values.map { Int32($0) })
            }
        }
        plan.run()
        let expected = golden.results + golden.inputGradients
        for (index, array) in expected.enumerated() {
            #expect(plan.outputShapes[index] == array.shape)
            let difference = Golden.difference(Array(plan.output(index)), array.values)
            #expect(difference < Self.tolerance, "output \(index) of \(golden.name)")
        }
        let found = parameters.entries.enumerated().map { index, entry in
            let place = expected.count + index
            return (entry.path, Variable(Array(plan.output(place)), shape: plan.outputShapes[place]))
        }
        try Self.expect(Parameters(found), golden.gradients, "gradient")
        try Self.expect(layer.module.buffers, golden.buffers, "buffer")
    }

    private static func expect(_ found: Parameters, _ expected: [String: Golden.Array], _ kind: String) throws {
        let file = found.file()
        #expect(Set(file.tensors.map(\.entry.name)) == Set(expected.keys))
        for tensor in file.tensors {
            let array = try #require(expected[tensor.entry.name])
            #expect(tensor.entry.shape == array.shape)
            let difference = try Golden.difference(tensor.values(file: ""), array.values)
            #expect(difference < tolerance, "\(kind) \(tensor.entry.name)")
        }
    }

    @Test func everyKindIsCovered() {
        #expect(Self.cases.count == 57)
        let activations = Self.cases.map(\.name).filter { $0.hasPrefix("activation ") }.map { $0.dropFirst(11) }
        #expect(Set(activations.map(String.init)) == Set(Activation.allCases.map(\.rawValue)))
    }
}
