import Foundation

@testable import NeuralNetworks
@testable import TensorCore

/// PyTorch's results, written by Fixtures/NeuralNetworks/make_golden.py.
enum Golden {
    struct Array: Decodable, Sendable {
        var type: String
        var shape: Shape
        var values: [Double]

        var floats: [Float] { values.map { Float($0) } }

        /// The elements as a constant.
        var tensor: Tensor {
            type == "int32" ? Tensor(values.map { Int32($0) }, shape: shape) : Tensor(floats, shape: shape)
        }
    }

    /// A network file in the fixtures' folder.
    static func load<Value: Decodable>(_ name: String) -> Value {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appending(path: "Fixtures/NeuralNetworks/\(name)")
        return try! JSONDecoder().decode(Value.self, from: Data(contentsOf: file))
    }

    /// The largest difference relative to max(1, |expected|); infinite where one isn't a number.
    static func difference(_ values: [Float], _ expected: [Double]) -> Double {
        guard values.count == expected.count else { return .infinity }
        let differences = zip(values, expected).map { abs(Double($0) - $1) / max(1, abs($1)) }
        return differences.contains(where: \.isNaN) ? .infinity : differences.max() ?? 0
    }
}

/// Variables under PyTorch's names `layers.0.weight`, `layers.0.bias` and so on.
func layerParameters(_ arrays: [Golden.Array]) -> Parameters {
    Parameters(
        arrays.enumerated().map { index, array in
            let path = "layers.\(index / 2).\(index % 2 == 0 ? "weight" : "bias")"
            return (path, Variable(array.floats, shape: array.shape, name: path))
        })
}
