import Foundation
import Testing

@testable import TensorCore

/// Every operation's values and gradients compared with PyTorch's, in float32, with every instruction set.
///
/// Fixtures/TensorCore/make_golden.py writes the file.
@Suite struct GoldenTests {
    /// Relative to max(1, |expected|): both sides round.
    private static let tolerance = 1e-6

    struct Array: Decodable {
        var type: String
        var shape: Shape
        var values: [Double]
    }

    struct Case: Decodable, CustomTestStringConvertible, Sendable {
        var name: String
        var operands: [Array]
        var result: Array
        var weights: Array?
        /// Of the weighted sum of the result, with respect to each float operand.
        var gradients: [Array]?

        var testDescription: String { name }
    }

    static let cases: [Case] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appending(path: "Fixtures/TensorCore/operations.json")
        return try! JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
    }()

    @Test func everyCaseHasItsOperation() {
        #expect(Self.cases.count == 156)
        let names = Set(Self.cases.map(\.name))
        #expect(names.count == Self.cases.count)
        #expect(names.allSatisfy { Self.body(of: $0) != nil })
        #expect(Self.operations.keys.allSatisfy { name in names.contains { Self.operation(of: $0) == name } })
    }

    @Test(arguments: cases)
    func agreesWithPyTorch(_ golden: Case) throws {
        let body = try #require(Self.body(of: golden.name))
        let inputs = golden.operands.map { Program.Input(extents: $0.shape, type: ScalarType(rawValue: $0.type)!) }
        let expected = [golden.result] + (golden.gradients ?? [])
        for kernels in KernelTests.kernels {
            let program = Program(golden.name, inputs: inputs, options: try PlanOptions(kernels: kernels)) { operands in
                let result = body(operands)
                guard let weights = golden.weights else { return [result] }
                let sum = (result * Tensor(weights.values.map { Float($0) }, shape: weights.shape)).sum()
                return [result] + gradients(of: sum, withRespectTo: operands.filter { $0.type == .float32 })
            }
            let plan = try program.plan()
            for (index, operand) in golden.operands.enumerated() {
                switch inputs[index].type {
                case .float32: _ = plan.input(index).update(fromContentsOf: operand.values.map { Float($0) })
                case .int32: _ = plan.integerInput(index).update(fromContentsOf: operand.values.map { Int32($0) })
                }
            }
            plan.run()
            #expect(plan.outputShapes == expected.map(\.shape))
            for (index, values) in expected.map(\.values).enumerated() {
                let result = plan.outputs[index]
                let floats = result.type == .float32 ? Swift.Array(result.floats) : result.integers.map { Float($0) }
                let part = index == 0 ? "result" : "gradient \(index - 1)"
                let difference = largestDifference(floats, values)
                #expect(difference < Self.tolerance, "\(part) of \(golden.name) by \(kernels.name)")
            }
        }
    }
}
