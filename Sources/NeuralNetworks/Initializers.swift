import Mathematics
import Random
import TensorCore

/// How the initial values of a parameter are sampled.
///
/// Weights have their outputs in the first dimension, their inputs in the last, and the window, if any, in between:
/// (outputs, inputs), (outputs, height, width, inputs). For other orders, pass their ``Fans``.
public enum Initializer: Hashable, Sendable {
    /// Every element the same.
    case constant(Double)
    /// Uniform in ±`bound`.
    case uniform(bound: Double)
    /// Normal with mean 0.
    case normal(deviation: Double)
    /// Normal with mean 0, resampled beyond two `deviation`s. The standard deviation of the values is 0.8796 times
    /// `deviation`.
    case truncatedNormal(deviation: Double)
    /// Uniform with the variance gain² · 2 / (fan-in + fan-out) (Glorot & Bengio 2010, Xavier).
    case glorotUniform(gain: Double = Gain.linear)
    /// Normal with the variance gain² · 2 / (fan-in + fan-out).
    case glorotNormal(gain: Double = Gain.linear)
    /// Uniform with the variance gain² / fan (He et al. 2015, Kaiming).
    case heUniform(gain: Double = Gain.relu, fan: Fan = .inputs)
    /// Normal with the variance gain² / fan.
    case heNormal(gain: Double = Gain.relu, fan: Fan = .inputs)
    /// A random rotation: the first dimension against all others together is gain · Q, with orthonormal rows or
    /// columns, whichever are fewer (Saxe et al. 2014). Q comes from the QR decomposition of a normal matrix with a
    /// positive diagonal in R, so that every rotation is equally likely (Mezzadri 2007).
    case orthogonal(gain: Double = 1)
    /// Uniform in ±1/√fan-in: PyTorch's default for the weights of linear and convolutional layers. Their biases use
    /// the same bound, so they need the fans of the weights.
    case pyTorchDefault

    /// Which of a weight's fans is used: inputs keep the variance of signals, outputs that of gradients.
    public enum Fan: Hashable, Sendable { case inputs, outputs }

    /// The initial values of a parameter of the given shape, row-major.
    ///
    /// - Parameter fans: the fans, if they don't follow from the shape.
    public func values(_ shape: Shape, fans: Fans? = nil, random: inout RandomStream) -> [Float] {
        let count = shape.elementCount
        var fan: Fans { fans ?? Fans(shape) }
        switch self {
        case .constant(let value): return [Float](repeating: Float(value), count: count)
        case .uniform(let bound): return (0..<count).map { _ in Float(bound * (2 * random.uniform() - 1)) }
        case .normal(let deviation): return (0..<count).map { _ in Float(random.normal(standardDeviation: deviation)) }
        case .truncatedNormal(let deviation):
            return (0..<count).map { _ in Float(deviation * Self.normal(within: 2, &random)) }
        case .orthogonal(let gain): return Self.orthogonal(shape, gain, &random)
        case .glorotUniform(let gain):
            return Self.uniform(deviation: gain / fan.mean.squareRoot()).values(shape, random: &random)
        case .glorotNormal(let gain):
            return Self.normal(deviation: gain / fan.mean.squareRoot()).values(shape, random: &random)
        case .heUniform(let gain, let side):
            return Self.uniform(deviation: gain / fan[side].squareRoot()).values(shape, random: &random)
        case .heNormal(let gain, let side):
            return Self.normal(deviation: gain / fan[side].squareRoot()).values(shape, random: &random)
        case .pyTorchDefault:
            return Self.uniform(bound: 1 / fan[.inputs].squareRoot()).values(shape, random: &random)
        }
    }

    /// The uniform distribution with the given standard deviation: the bound is √3 times it.
    private static func uniform(deviation: Double) -> Initializer { .uniform(bound: 3.0.squareRoot() * deviation) }

    private static func normal(within limit: Double, _ random: inout RandomStream) -> Double {
        while true {
            let value = random.normal()
            if abs(value) <= limit { return value }
        }
    }

    private static func orthogonal(_ shape: Shape, _ gain: Double, _ random: inout RandomStream) -> [Float] {
        precondition(
            shape.count >= 2, "orthogonal: a parameter needs at least two dimensions, given the shape \(shape)")
        let (rows, columns) = (shape[0], shape.elementCount / max(1, shape[0]))
        let (long, short) = (max(rows, columns), min(rows, columns))
        let tall = Matrix(rows: long, columns: short, (0..<rows * columns).map { _ in random.normal() }).decomposedQR()
            .q
        return (rows >= columns ? tall : tall.transposed).elements.map { Float(gain * $0) }
    }
}

/// The number of inputs that each output of a weight sums, and the number of outputs that each input reaches.
public struct Fans: Hashable, Sendable {
    /// Fan-in.
    public var inputs: Int
    /// Fan-out.
    public var outputs: Int

    public init(inputs: Int, outputs: Int) { (self.inputs, self.outputs) = (inputs, outputs) }

    /// The fans of a weight with its outputs first and its inputs last: each times the size of the window.
    ///
    /// - Precondition: at least two dimensions.
    public init(_ shape: Shape) {
        precondition(
            shape.count >= 2, "the shape \(shape) has no fans; pass them, or a shape with outputs first and inputs last"
        )
        let window = shape.dropFirst().dropLast().reduce(1, *)
        self.init(inputs: window * shape[shape.count - 1], outputs: window * shape[0])
    }

    /// The mean of both.
    var mean: Double { Double(inputs + outputs) / 2 }

    subscript(fan: Initializer.Fan) -> Double { Double(fan == .inputs ? inputs : outputs) }
}

/// The factors that keep the size of a signal through a layer and the activation after it, as PyTorch's
/// `calculate_gain`.
public enum Gain {
    /// No activation, or a sigmoid.
    public static let linear = 1.0
    /// The hyperbolic tangent: 5/3.
    public static let tanh = 5.0 / 3
    /// max(x, 0) halves the mean square: √2.
    public static let relu = 2.0.squareRoot()

    /// max(x, slope · x): √(2 / (1 + slope²)).
    public static func leakyReLU(slope: Double = 0.01) -> Double { (2 / (1 + slope * slope)).squareRoot() }
}

extension Variable {
    /// A variable whose initial values are sampled by `initializer`.
    ///
    /// - Parameter fans: the fans, if they don't follow from the shape.
    public convenience init(
        _ initializer: Initializer, shape: Shape, fans: Fans? = nil, name: String = "variable",
        random: inout RandomStream
    ) {
        Self.requireMemory(for: shape, name: name)
        self.init(initializer.values(shape, fans: fans, random: &random), shape: shape, name: name)
    }
}
