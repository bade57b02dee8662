import Foundation
import Testing

@testable import TensorCore

/// Every operation's values and gradients against PyTorch's, in float32, by every instruction set.
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
        #expect(Self.cases.count == 93)
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

extension GoldenTests {
    typealias Body = @Sendable ([Tensor]) -> Tensor

    /// The operation that a case's name begins with: the longest that fits.
    static func operation(of name: String) -> String? {
        operations.keys.filter { name == $0 || name.hasPrefix($0 + " ") }.max { $0.count < $1.count }
    }

    static func body(of name: String) -> Body? { operation(of: name).flatMap { operations[$0] } }

    static let operations: [String: Body] =
        elementwise.merging(reductions) { first, _ in first }.merging(movement) { first, _ in first }

    private static let elementwise: [String: Body] = [
        "negate": { -$0[0] },
        "exp": { $0[0].exp() },
        "log": { $0[0].log() },
        "squareRoot": { $0[0].squareRoot() },
        "squared": { $0[0].squared() },
        "absolute": { $0[0].absolute() },
        "sign": { $0[0].sign() },
        "relu": { $0[0].relu() },
        "sigmoid": { $0[0].sigmoid() },
        "tanh": { $0[0].tanh() },
        "softplus": { $0[0].softplus() },
        "clamped": { $0[0].clamped(-1.25, 0.75) },
        "scalar constants": { 2 * $0[0] + 1 - $0[0] / 4 + (1 - $0[0]) + 3 / ($0[0].squared() + 1) },
        "add": { $0[0] + $0[1] },
        "subtract": { $0[0] - $0[1] },
        "multiply": { $0[0] * $0[1] },
        "divide": { $0[0] / $0[1] },
        "maximum": { maximum($0[0], $0[1]) },
        "minimum": { minimum($0[0], $0[1]) },
        "less": { $0[0] .< $0[1] },
        "lessEqual": { $0[0] .<= $0[1] },
        "greater": { $0[0] .> $0[1] },
        "greaterEqual": { $0[0] .>= $0[1] },
        "equal": { $0[0] .== $0[1] },
        "select": { .select($0[0] .> Tensor(0), $0[1] * $0[2], $0[2]) },
        "asFloat": { $0[0].asFloat() },
        "withoutGradient": { $0[0] * $0[0].withoutGradient() },
    ]

    private static let reductions: [String: Body] = [
        "sum of all": { $0[0].sum() },
        "sum of first": { $0[0].sum([0]) },
        "sum of middle kept": { $0[0].sum([1], keepDimensions: true) },
        "sum of first and last": { $0[0].sum([0, -1]) },
        "mean of all": { $0[0].mean() },
        "mean of last two": { $0[0].mean([1, 2]) },
        "max of last": { $0[0].max([-1]) },
        "max of all": { $0[0].max() },
        "max tied": { $0[0].max([1]) },
        "max of first two kept": { $0[0].max([0, 1], keepDimensions: true) },
        "sum of a long row": { $0[0].sum([1]) },
        "max of a long row": { $0[0].max([1]) },
        "sum of long columns": { $0[0].sum([0]) },
        "softmax": { $0[0].softmax() },
        "logSoftmax": { $0[0].logSoftmax() },
        "logSumExp": { $0[0].logSumExp() },
        "logSumExp kept": { $0[0].logSumExp(keepDimensions: true) },
        "argmax": { $0[0].argmax() },
    ]

    private static let movement: [String: Body] = [
        "gathered": { $0[0].gathered($0[1]) },
        "oneHot": { $0[0].oneHot(depth: 5) },
        "reshaped": { $0[0].reshaped(to: [4, 6]) },
        "permuted": { $0[0].permuted([2, 0, 1]) },
        "transposed": { $0[0].transposed() },
        "broadcast": { $0[0].broadcast(to: [2, 3, 4]) },
        "matmul": { $0[0].matmul($0[1]) },
        "matmul left transposed": { $0[0].matmul($0[1], transposeLeft: true) },
        "matmul right transposed": { $0[0].matmul($0[1], transposeRight: true) },
        "matmul left transposed right transposed": { $0[0].matmul($0[1], transposeLeft: true, transposeRight: true) },
    ]
}
