import Foundation
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// PyTorch's results, written by Fixtures/NeuralNetworks/make_golden.py.
enum Golden {
    struct Array: Decodable, Sendable {
        var type: String
        var shape: Shape
        var values: [Double]

        var floats: [Float] { values.map { Float($0) } }

        /// The elements as a constant tensor.
        var tensor: Tensor {
            type == "int32" ? Tensor(values.map { Int32($0) }, shape: shape) : Tensor(floats, shape: shape)
        }
    }

    /// A layer or a loss: its operands, its result, and the gradients of the result's weighted sum.
    struct Case: Decodable, CustomTestStringConvertible, Sendable {
        var name: String
        var operands: [Array]
        var parameters: [Array]
        var result: Array
        var weights: Array
        /// For the first float operands (those after them are constants), then for the parameters.
        var gradients: [Array]

        var testDescription: String { name }

        /// Runs `forward` as a program and compares its result and gradients with PyTorch's.
        func check(_ forward: @escaping ([Tensor]) throws -> (result: Tensor, parameters: [Variable])) throws {
            let inputs = operands.map { Program.Input(extents: $0.shape, type: ScalarType(rawValue: $0.type)!) }
            let program = Program(name, inputs: inputs) { operands in
                let (result, variables) = try forward(operands)
                #expect(variables.map(\.shape) == parameters.map(\.shape))
                let sum = (result * weights.tensor).sum()
                let floats = operands.filter { $0.type == .float32 }.prefix(gradients.count - variables.count)
                return [result] + TensorCore.gradients(of: sum, withRespectTo: Swift.Array(floats))
                    + TensorCore.gradients(of: sum, withRespectTo: variables)
            }
            let plan = try program.plan()
            for (input, operand) in zip(plan.inputs, operands) {
                switch input.type {
                case .float32: _ = input.floats.update(fromContentsOf: operand.floats)
                case .int32: _ = input.integers.update(fromContentsOf: operand.values.map { Int32($0) })
                }
            }
            plan.run()
            let expected = [result] + gradients
            #expect(plan.outputShapes == expected.map(\.shape))
            for (index, array) in expected.enumerated() {
                let difference = Golden.difference(Swift.Array(plan.output(index)), array.values)
                #expect(difference < Golden.tolerance, "\(index == 0 ? "result" : "gradient \(index - 1)") of \(name)")
            }
        }
    }

    /// Relative to max(1, |expected|): both sides round.
    static let tolerance = 1e-6

    /// A network file in the fixtures' folder.
    static func load<Value: Decodable>(_ name: String) -> Value {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appending(path: "Fixtures/NeuralNetworks/\(name)")
        return try! JSONDecoder().decode(Value.self, from: Data(contentsOf: file))
    }

    /// The largest difference relative to max(1, |expected|); infinite if either isn't a number.
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
