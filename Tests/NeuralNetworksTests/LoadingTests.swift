import Foundation
import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// Parameters from files that PyTorch wrote; Fixtures/NeuralNetworks/make_weights.py made them and their results.
@Suite struct LoadingTests {
    private struct Results: Decodable {
        var sequential, custom: Example
        struct Example: Decodable { var inputs, outputs: [Double] }
    }
    private let results: Results = Golden.load("weights.json")

    private static func file(_ name: String) throws -> TensorFile {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return try TensorFile(contentsOf: folder.appending(path: "Fixtures/NeuralNetworks/\(name)").path)
    }

    private static func perceptron(_ sizes: [Int], _ activation: MultilayerPerceptron.Activation = .relu)
        -> MultilayerPerceptron
    {
        var random = RandomStream(seed: 1)
        return MultilayerPerceptron(sizes, activation: activation, random: &random)
    }

    private func difference(_ network: some Layer, _ example: Results.Example, inputs: Int) throws -> Double {
        let x = Tensor(example.inputs.map { Float($0) }, shape: [example.inputs.count / inputs, inputs])
        return Golden.difference(try network(x).floats(), example.outputs)
    }

    private static let sequentialNames = ["layers.0": "0", "layers.1": "2", "layers.2": "4"]

    @Test func aSequentialNetworkComputesTheSame() throws {
        let network = Self.perceptron([4, 16, 16, 2])
        #expect(try difference(network, results.sequential, inputs: 4) > 0.1)
        try network.loadParameters(from: Self.file("sequential.safetensors"), names: Self.sequentialNames)
        #expect(try difference(network, results.sequential, inputs: 4) < 1e-6)
    }

    private static let customNames = ["layers.0": "body.first", "layers.1": "body.second", "layers.2": "head"]

    @Test func aNetworkWithNamesOfItsOwnComputesTheSame() throws {
        let network = Self.perceptron([3, 5, 4, 1], .tanh)
        let file = try Self.file("custom.safetensors")
        #expect(throws: ParameterFileError.extra(names: ["scale"], parameters: network.parameters.entries.map(\.path)))
        {
            try network.loadParameters(from: file, names: Self.customNames)
        }
        try network.loadParameters(from: file, names: Self.customNames, allowsExtra: true)
        #expect(try difference(network, results.custom, inputs: 3) < 1e-6)
    }

    /// The longest matching name applies; an empty one removes a prefix.
    @Test func namesOfPartsAndWholes() throws {
        let network = Self.perceptron([2, 3, 1])
        let nested: Parameters = ["policy": network.parameters]
        var file = TensorFile()
        file.add("layers.0.weight", [1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2])
        file.add("b", [7, 8, 9] as [Float], shape: [3])
        file.add("out.weight", [10, 11, 12] as [Double], shape: [1, 3])
        file.add("out.bias", [13] as [Double], shape: [1])
        try nested.load(from: file, names: ["policy": "", "policy.layers.0.bias": "b", "policy.layers.1": "out"])
        #expect(network.parameters.variables.map(\.values) == [[1, 2, 3, 4, 5, 6], [7, 8, 9], [10, 11, 12], [13]])
    }

    /// Loads a file that doesn't fit; nothing may change.
    private func refusal(
        _ names: [String: String], sizes: [Int] = [4, 16, 16, 2], replacing name: String? = nil,
        by values: [Int64] = []
    ) throws -> ParameterFileError {
        let network = Self.perceptron(sizes)
        let before = network.parameters.variables.map(\.values)
        var file = TensorFile()
        for tensor in try Self.file("sequential.safetensors").tensors where tensor.entry.name != name {
            file.add(tensor)
        }
        if let name, !values.isEmpty { file.add(name, values, shape: [values.count]) }
        let error = #expect(throws: ParameterFileError.self) { try network.loadParameters(from: file, names: names) }
        #expect(network.parameters.variables.map(\.values) == before)
        return try #require(error)
    }

    @Test func aMissingTensorIsNamedWithWhatItMayBe() throws {
        let bare = try refusal([:])
        #expect(
            bare
                == .missing(
                    parameter: "layers.0.weight", shape: [16, 4], name: "layers.0.weight", suggestion: "0.weight"))
        #expect("\(bare)".contains("if you mean '0.weight', use layers.0=0"), "\(bare)")
        let misspelt = try refusal(["layers.0": "0", "layers.1": "2", "layers.2": "4", "layers.2.bias": "4.bais"])
        #expect(misspelt == .missing(parameter: "layers.2.bias", shape: [2], name: "4.bais", suggestion: "4.bias"))
        #expect("\(misspelt)".contains("use layers.2=4"), "\(misspelt)")
        let gone = try refusal(Self.sequentialNames, replacing: "2.bias")
        #expect(gone == .missing(parameter: "layers.1.bias", shape: [16], name: "2.bias", suggestion: nil))
    }

    @Test func otherShapesTypesAndNames() throws {
        let shape = try refusal(Self.sequentialNames, sizes: [4, 17, 16, 2])
        #expect(shape == .shape(parameter: "layers.0.weight", expected: [17, 4], name: "0.weight", given: [16, 4]))
        #expect("\(shape)".contains("[16, 4]") && "\(shape)".contains("[17, 4]"))
        let type = try refusal(Self.sequentialNames, replacing: "4.bias", by: [1, 2])
        #expect(type == .type(name: "4.bias", given: .int64))
        let extra = try refusal(Self.sequentialNames, replacing: "step", by: [1])
        guard case .extra(["step"], _) = extra else {
            Issue.record("\(extra)")
            return
        }
        let unknown = try refusal(["layer.0": "0"])
        guard case .unknownParameter("layer.0", let parameters) = unknown else {
            Issue.record("\(unknown)")
            return
        }
        #expect(parameters.first == "layers.0.weight")
    }
}
