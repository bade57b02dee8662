@testable import TensorCore

extension GoldenTests {
    typealias Body = @Sendable ([Tensor]) -> Tensor

    /// The operation that a case's name begins with: the longest match.
    static func operation(of name: String) -> String? {
        operations.keys.filter { name == $0 || name.hasPrefix($0 + " ") }.max { $0.count < $1.count }
    }

    static func body(of name: String) -> Body? { operation(of: name).flatMap { operations[$0] } }

    static let operations: [String: Body] =
        [elementwise, functions, reductions, movement, choices, images, matrices].reduce(into: [:]) {
            $0.merge($1) { first, _ in first }
        }

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

    private static let functions: [String: Body] = [
        "log1p": { $0[0].log1p() },
        "expm1": { $0[0].expm1() },
        "sine": { $0[0].sine() },
        "cosine": { $0[0].cosine() },
        "erf": { $0[0].erf() },
        "erfInverse": { $0[0].erfInverse() },
        "logSigmoid": { $0[0].logSigmoid() },
        "floor": { $0[0].floor() },
        "rounded": { $0[0].rounded() },
        "asInteger": { $0[0].asInteger() },
        "power": { $0[0].power($0[1]) },
        "power of a number": { $0[0].power(2.5) + $0[0].power(-2) + $0[0].power(3) },
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
        "min": { $0[0].min([1]) },
        "variance": { $0[0].variance([1]) },
        "variance unbiased": { $0[0].variance([0, 2], keepDimensions: true, unbiased: true) },
        "softmax of middle": { $0[0].softmax(axis: 1) },
        "logSoftmax of middle": { $0[0].logSoftmax(axis: 1) },
        "logSumExp of middle": { $0[0].logSumExp(axis: 1) },
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

    private static let choices: [String: Body] = [
        "sliced": { $0[0].sliced(1..<3, axis: 1) },
        "sliced by steps": { $0[0].sliced(0..<8, axis: -1, step: 3) },
        "reversed": { $0[0].reversed(axis: 1) },
        "selected": { $0[0].selected(2, axis: 1) },
        "split": { inputs in
            let parts = inputs[0].split([1, 2], axis: 1)
            return parts[0].sum([1], keepDimensions: true) * parts[1]
        },
        "padded": { $0[0].padded(low: [2, 1], high: [1, 0], with: 0.5) },
        "concatenated": { .concatenated([$0[0], $0[1], $0[0]], axis: 1) },
        "stacked": { .stacked([$0[0], $0[1]], axis: 1) },
        "taking": { $0[0].taking($0[1]) },
        "taking along": { $0[0].taking($0[1], along: 1) },
        "scatterAdded": { $0[0].scatterAdded($0[1], rows: 5) },
        "scatterAdded along": { $0[0].scatterAdded($0[1], along: 1, extent: 5) },
        "sorted": { $0[0].sorted() },
        "sorted descending": { $0[0].sorted(descending: true) },
        "argsorted": { $0[0].argsorted() },
        "top": { $0[0].top(3).values },
        "argmin": { $0[0].argmin() },
        "cumulativeSum": { $0[0].cumulativeSum(axis: 1) },
        "cumulativeSum reversed": { $0[0].cumulativeSum(axis: 2, reverse: true) },
        "cumulativeProduct": { $0[0].cumulativeProduct(axis: 1) },
    ]

    private static let images: [String: Body] = [
        "convolution plain": { $0[0].convolution2d($0[1]) },
        "convolution strided": {
            $0[0].convolution2d($0[1], stride: (2, 3), padding: Padding(top: 1, left: 2, right: 1))
        },
        "convolution dilated": {
            $0[0].convolution2d($0[1], padding: Padding(top: 2, bottom: 2, left: 3, right: 3), dilation: (2, 3))
        },
        "convolution in groups": { $0[0].convolution2d($0[1], stride: (2, 2), padding: 1, groups: 2) },
        "convolution of each channel": { $0[0].convolution2d($0[1], padding: 1, groups: 5) },
        "convolution larger": { $0[0].convolution2d($0[1]) },
        "convolution transposed": {
            $0[0].transposedConvolution2d($0[1], stride: (2, 1), padding: 1, outputPadding: (1, 0))
        },
        "convolution transposed in groups": {
            $0[0].transposedConvolution2d($0[1], stride: (2, 2), dilation: (1, 2), groups: 2)
        },
        "convolution of sequences": {
            $0[0].convolution1d($0[1], padding: .causal(kernel: 3, dilation: 2), dilation: 2)
        },
        "convolution of sequences transposed": {
            $0[0].transposedConvolution1d($0[1], stride: 2, padding: 1)
        },
        "maxPooled2d": { $0[0].maxPooled2d((2, 3)) },
        "maxPooled2d overlapping": { $0[0].maxPooled2d((3, 3), stride: (2, 2), padding: 1) },
        "averagePooled2d": { $0[0].averagePooled2d((2, 3)) },
        "averagePooled2d overlapping": { $0[0].averagePooled2d((3, 3), stride: (2, 2), padding: 1) },
        "upsampled": { $0[0].upsampled(by: (2, 3)) },
    ]

    private static let matrices: [String: Body] = [
        "cholesky": { ($0[0].matmul($0[0], transposeRight: true) + 3 * identity).cholesky() },
        "triangularSolve": { $0[0].triangularSolve($0[1]) },
        "triangularSolve transposed": { $0[0].triangularSolve($0[1], transposed: true) },
        "triangularSolve upper": { $0[0].triangularSolve($0[1], upper: true) },
        "triangularSolve upper transposed": { $0[0].triangularSolve($0[1], upper: true, transposed: true) },
        "inverse": { $0[0].inverse() },
        "logAbsoluteDeterminant": { $0[0].logAbsoluteDeterminant() },
        "diagonal": { $0[0].diagonal() },
        "matmul of transposed batches": { $0[0].matmul($0[1], transposeLeft: true, transposeRight: true) },
    ]

    private static var identity: Tensor { .lowerTriangle(4) * Tensor.lowerTriangle(4).transposed() }
}
