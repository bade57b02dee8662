/// What a node of the graph computes from its inputs.
enum Operation: Hashable {
    // Leaves.
    case input(Int)
    case variable(ObjectIdentifier)
    case data(ObjectIdentifier)
    case scalar(Double)
    /// Random numbers of the given distribution; the ordinal names the node within its recording.
    case random(Distribution, ordinal: Int)
    // Element by element, operands broadcast.
    case unary(Unary)
    case binary(Binary)
    /// (condition, a, b): a where the condition is not 0, otherwise b.
    case select
    // Views and movement.
    case broadcast
    case reshape
    case permute([Int])
    /// Every `steps[axis]`-th element, starting from `starts[axis]`; a negative step goes backwards.
    case slice(starts: [Int], steps: [Int])
    /// The operand's elements at `low[axis]` and every `steps[axis]` after it, among elements of `value`.
    case pad(low: [Int], steps: [Int], value: Double)
    case concatenate(axis: Int)
    /// (values B + (N) + R, indices B + K) → B + K + R, with `batch` dimensions in B: rows chosen by index; an index
    /// outside 0..<N gives zeros or NaN.
    case gather(batch: Int, zeroOutside: Bool)
    /// (values B + K + R, indices B + K) → B + (`extent`) + R: each row is added to the one that its index selects.
    case scatterAdd(batch: Int, extent: Int)
    /// (…, N) → (…, N), int32: the stable order of each last row.
    case argsort(descending: Bool)
    // Reductions of the dimensions `axis ..< axis + count` to an extent of 1.
    case reduce(Reduction, axis: Int, count: Int)
    /// (…, N) → (…), int32: the first index of the largest element of each last row.
    case argmax
    /// Cumulative sums along a dimension, each including its own element; from the end with `reverse`.
    case cumulativeSum(axis: Int, reverse: Bool)
    /// (…, M, K) × (…, K, N) → (…, M, N), either operand optionally stored transposed.
    case matmul(transposeLeft: Bool, transposeRight: Bool)
    case convolution(Convolution.Part, Convolution)
    /// (B, H, W, C) → (B, H′, W′, C), int32: the index of each window's first largest element in the flat operand.
    case poolArgmax(Window)
    // Linear algebra on the matrices in the last two dimensions.
    /// The lower factor L of A = L Lᵀ; NaN where A is not positive definite.
    case cholesky
    /// (triangle (…, N, N), right sides (…, N, M)) → X with T X = B, or Tᵀ X = B.
    case triangularSolve(upper: Bool, transposed: Bool)
    case inverse
    case logAbsoluteDeterminant
    /// The first operand, with gradients for the others from the user's function.
    case customGradient(CustomGradient)
    /// The identity, through which no gradient flows.
    case stopGradient

    enum Distribution: String, Hashable {
        case uniform, normal
    }

    enum Unary: String, Hashable, CaseIterable {
        case negate, absolute, sign, exp, log, squareRoot, square, relu, sigmoid, tanh, softplus, floatFromInt32
        case log1p, expm1, sine, cosine, erf, erfInverse, floor, round, int32FromFloat
    }

    enum Binary: String, Hashable, CaseIterable {
        case add, subtract, multiply, divide, maximum, minimum, less, lessEqual, equal, power
    }

    enum Reduction: String, Hashable {
        case sum, maximum
    }

    /// Whether each element of the result depends on one element of each operand only.
    var isElementwise: Bool {
        switch self {
        case .unary, .binary, .select, .random: true
        default: false
        }
    }

    /// The operation's name in plans and errors.
    var name: String {
        switch self {
        case .input(let index): "input \(index)"
        case .variable: "variable"
        case .data: "data"
        case .scalar(let value): "\(value)"
        case .random(let distribution, _): "random \(distribution.rawValue)"
        case .unary(let operation): operation.rawValue
        case .binary(let operation): operation.rawValue
        case .select: "select"
        case .broadcast: "broadcast"
        case .reshape: "reshape"
        case .permute(let axes): "permute \(axes)"
        case .slice(let starts, let steps): "slice from \(starts) by \(steps)"
        case .pad(let low, let steps, _): "pad \(low) by \(steps)"
        case .concatenate(let axis): "concatenate \(axis)"
        case .gather: "gather"
        case .scatterAdd: "scatter add"
        case .argsort(let descending): descending ? "argsort descending" : "argsort"
        case .reduce(let reduction, _, _): "reduce \(reduction.rawValue)"
        case .argmax: "argmax"
        case .matmul(let left, let right): "matmul\(left ? " left transposed" : "")\(right ? " right transposed" : "")"
        case .cumulativeSum(let axis, let reverse): "cumulative sum \(axis)\(reverse ? " reversed" : "")"
        case .convolution(let part, let geometry): "convolution \(part.rawValue) \(geometry)"
        case .poolArgmax(let window): "pool argmax \(window.extents)"
        case .cholesky: "cholesky"
        case .triangularSolve(let upper, let transposed):
            "triangular solve \(upper ? "upper" : "lower")\(transposed ? " transposed" : "")"
        case .inverse: "inverse"
        case .logAbsoluteDeterminant: "log absolute determinant"
        case .customGradient: "custom gradient"
        case .stopGradient: "stop gradient"
        }
    }
}
