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
    /// (condition, a, b): a where the condition isn't 0, otherwise b.
    case select
    // Views and movement.
    case broadcast
    case reshape
    case permute([Int])
    /// (values (…, N), indices (…)) → (…): the indexed element of each last row.
    case gather
    // Reductions of the dimensions `axis ..< axis + count`, which become ones.
    case reduce(Reduction, axis: Int, count: Int)
    /// (…, N) → (…), int32: the first index of the largest element of each last row.
    case argmax
    /// (M, K) × (K, N) → (M, N), either operand optionally stored transposed.
    case matmul(transposeLeft: Bool, transposeRight: Bool)
    /// The identity, through which no gradient flows.
    case stopGradient

    enum Distribution: String, Hashable {
        case uniform, normal
    }

    enum Unary: String, Hashable, CaseIterable {
        case negate, absolute, sign, exp, log, squareRoot, square, relu, sigmoid, tanh, softplus, floatFromInt32
    }

    enum Binary: String, Hashable, CaseIterable {
        case add, subtract, multiply, divide, maximum, minimum, less, lessEqual, equal
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

    /// The operation's name as plans and errors print it.
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
        case .gather: "gather"
        case .reduce(let reduction, _, _): "reduce \(reduction.rawValue)"
        case .argmax: "argmax"
        case .matmul(let left, let right): "matmul\(left ? " left transposed" : "")\(right ? " right transposed" : "")"
        case .stopGradient: "stop gradient"
        }
    }
}
