@testable import TensorCore

/// An operation with the operand shapes that it is tested at.
struct OperationCase: CustomTestStringConvertible, Sendable {
    var name: String
    /// Five sets of operand shapes, broadcasting and empty dimensions among them.
    var shapes: [[Shape]]
    var range: ClosedRange<Double> = -2...2
    var isDifferentiable = true
    var body: @Sendable ([Tensor]) -> Tensor

    var testDescription: String { name }

    static let unaryShapes: [[Shape]] = [[[]], [[1]], [[7]], [[3, 5]], [[2, 0, 3]]]
    static let binaryShapes: [[Shape]] = [
        [[], []], [[3, 4], [4]], [[2, 1, 3], [5, 1]], [[4, 3], [4, 1]], [[0, 3], [3]],
    ]
    static let rowShapes: [[Shape]] = [[[1, 1]], [[4, 3]], [[2, 3, 5]], [[5]], [[0, 4]]]

    static func unary(
        _ name: String, in range: ClosedRange<Double> = -2...2, differentiable: Bool = true,
        _ body: @escaping @Sendable (Tensor) -> Tensor
    ) -> OperationCase {
        OperationCase(name: name, shapes: unaryShapes, range: range, isDifferentiable: differentiable) { body($0[0]) }
    }

    static func binary(
        _ name: String, in range: ClosedRange<Double> = -2...2, differentiable: Bool = true,
        _ body: @escaping @Sendable (Tensor, Tensor) -> Tensor
    ) -> OperationCase {
        OperationCase(name: name, shapes: binaryShapes, range: range, isDifferentiable: differentiable) {
            body($0[0], $0[1])
        }
    }

    static func rows(_ name: String, _ body: @escaping @Sendable (Tensor) -> Tensor) -> OperationCase {
        OperationCase(name: name, shapes: rowShapes) { body($0[0]) }
    }

    static let elementwise: [OperationCase] = [
        unary("negate") { -$0 }, unary("exp") { $0.exp() }, unary("log", in: 0.1...3) { $0.log() },
        unary("squareRoot", in: 0.1...3) { $0.squareRoot() }, unary("squared") { $0.squared() },
        unary("absolute") { $0.absolute() }, unary("sign", differentiable: false) { $0.sign() },
        unary("relu") { $0.relu() }, unary("sigmoid") { $0.sigmoid() }, unary("tanh") { $0.tanh() },
        unary("softplus") { $0.softplus() }, unary("clamped") { $0.clamped(-1, 0.75) },
        unary("with constants") { 2 * $0 + 1 - $0 / 3 },
        unary("log1p", in: -0.9...3) { $0.log1p() }, unary("expm1") { $0.expm1() },
        unary("sine", in: -9...9) { $0.sine() }, unary("cosine", in: -9...9) { $0.cosine() },
        unary("erf") { $0.erf() }, unary("erfInverse", in: -0.9...0.9) { $0.erfInverse() },
        unary("logSigmoid", in: -9...9) { $0.logSigmoid() },
        unary("floor", differentiable: false) { $0.floor() },
        unary("rounded", differentiable: false) { $0.rounded() },
        unary("asInteger", in: -9...9, differentiable: false) { $0.asInteger().asFloat() },
        unary("power of a number", in: 0.2...2) { $0.power(2.5) + $0.power(-1) + $0.power(3) + $0.power(-2) },
        binary("power", in: 0.3...2) { $0.power($1) },
        binary("add") { $0 + $1 }, binary("subtract") { $0 - $1 }, binary("multiply") { $0 * $1 },
        binary("divide", in: 0.3...2) { $0 / $1 }, binary("maximum") { maximum($0, $1) },
        binary("minimum") { minimum($0, $1) }, binary("less", differentiable: false) { $0 .< $1 },
        binary("lessEqual", differentiable: false) { $0 .<= $1 }, binary("equal", differentiable: false) { $0 .== $1 },
        binary("greater", differentiable: false) { $0 .> $1 },
        binary("greaterEqual", differentiable: false) { $0 .>= $1 },
        unary("asFloat", in: -9...9, differentiable: false) { $0.asInteger().asFloat() },
        unary("oneHot", in: 0...5, differentiable: false) { $0.asInteger().oneHot(depth: 4) },
        unary("withoutGradient", differentiable: false) { $0 * $0.withoutGradient() },
        binary("select") { Tensor.select($0 .< $1, $0 * $1, $1.exp()) },
    ]

    static let reductions: [OperationCase] = [
        rows("sum") { $0.sum() }, rows("sum of last") { $0.sum([-1]) },
        rows("sum of first kept") { $0.sum([0], keepDimensions: true) }, unary("mean of nothing left") { $0.sum() / 3 },
        OperationCase(
            name: "sum of first and last",
            shapes: [[[2, 3, 4]], [[1, 2, 1]], [[3, 1, 5]], [[4, 2, 0]], [[2, 3, 33]]]
        ) {
            $0[0].sum([0, 2])
        },
        OperationCase(name: "max", shapes: [[[1]], [[4, 3]], [[2, 3, 5]], [[1, 40]], [[0, 4]]]) { $0[0].max([-1]) },
        OperationCase(name: "max of first", shapes: [[[1, 2]], [[4, 3]], [[2, 3, 5]], [[40, 1]], [[4, 0]]]) {
            $0[0].max([0])
        },
        rows("mean") { $0.count == 0 ? $0.sum() : $0.mean() }, rows("softmax") { $0.softmax() },
        rows("logSoftmax") { $0.logSoftmax() }, rows("logSumExp") { $0.logSumExp() },
    ]

    static let movement: [OperationCase] = [
        rows("reshaped") { $0.reshaped(to: [$0.count]) },
        rows("reshaped by a dimension") { $0.expandingDimension(at: 0) },
        OperationCase(name: "permuted", shapes: [[[2, 3, 4]], [[1, 1, 1]], [[5, 1, 2]], [[3, 0, 2]], [[2, 2, 7]]]) {
            $0[0].permuted([2, 0, 1])
        },
        OperationCase(name: "transposed", shapes: [[[2, 3]], [[1, 1]], [[5, 1]], [[3, 0]], [[2, 2, 7]]]) {
            $0[0].transposed()
        },
        OperationCase(name: "broadcast", shapes: [[[1]], [[3, 1]], [[2, 1, 1]], [[1, 4]], [[0, 1, 4]]]) {
            $0[0].broadcast(to: Shape($0[0].shape.dropLast(2)) + [3, 4])
        },
        OperationCase(name: "gathered", shapes: [[[4, 3]], [[1, 3]], [[2, 2, 3]], [[0, 3]], [[9, 3]]]) { operands in
            let indices = (0..<operands[0].count / 3).map { Int32(($0 * 7 + 1) % 3) }
            return operands[0].gathered(Tensor(indices, shape: Shape(operands[0].shape.dropLast())))
        },
    ]

    static let products: [OperationCase] =
        [false, true].flatMap { left in
            [false, true].map { right in
                let extents: [(Int, Int, Int)] = [(1, 1, 1), (3, 4, 5), (2, 7, 1), (4, 0, 3), (0, 3, 2)]
                let shapes = extents.map { m, k, n in [left ? [k, m] : [m, k], right ? [n, k] : [k, n]] }
                return OperationCase(name: "matmul \(left) \(right)", shapes: shapes) {
                    $0[0].matmul($0[1], transposeLeft: left, transposeRight: right)
                }
            }
        } + [
            OperationCase(
                name: "matmul of rows",
                shapes: [
                    [[2, 3, 4], [4, 5]], [[1, 1, 2], [2, 1]], [[2, 2, 1], [1, 3]], [[0, 2, 3], [3, 2]],
                    [[3, 1, 2], [2, 2]],
                ]
            ) {
                $0[0].matmul($0[1])
            }
        ]

    static let all =
        elementwise + reductions + movement + products + slices + choices + convolutions + pooling + factorisations
}

import Testing
