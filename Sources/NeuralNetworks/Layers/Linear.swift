import Random
import TensorCore

/// An affine map of each last row: y = x Wᵀ + b, (…, inputs) → (…, outputs).
public struct Linear: Layer {
    /// (outputs, inputs), as PyTorch stores it.
    public let weight: Variable
    /// (outputs); nil without a bias.
    public let bias: Variable?

    /// Makes the layer with weights and biases uniform in ±1/√inputs, PyTorch's default.
    public init(_ inputs: Int, _ outputs: Int, bias: Bool = true, random: inout RandomStream) {
        let bound = 1 / Double(inputs).squareRoot()
        weight = Variable(uniform: bound, shape: [outputs, inputs], name: "weight", &random)
        self.bias = bias ? Variable(uniform: bound, shape: [outputs], name: "bias", &random) : nil
    }

    /// Applies the map to each last row of `input`.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        input.matmul(weight.tensor, transposeRight: true).adding(bias)
    }

    /// `weight` and `bias`.
    public var parameters: Parameters { Parameters(named: ["weight": weight, "bias": bias]) }
}

extension Tensor {
    /// The sum with a bias of each last row, if there is one.
    func adding(_ bias: Variable?) -> Tensor { bias.map { self + $0.tensor } ?? self }
}

extension Variable {
    /// Starts with numbers uniform in ±`bound`.
    convenience init(uniform bound: Double, shape: Shape, name: String, _ random: inout RandomStream) {
        self.init(Initializers.uniform(shape.elementCount, bound, &random), shape: shape, name: name)
    }

    /// Starts with normal numbers around 0.
    convenience init(normal deviation: Double, shape: Shape, name: String, _ random: inout RandomStream) {
        let values = (0..<shape.elementCount).map { _ in Float(random.normal(standardDeviation: deviation)) }
        self.init(values, shape: shape, name: name)
    }

    /// Starts with the same number everywhere.
    convenience init(filled value: Float, shape: Shape, name: String) {
        self.init([Float](repeating: value, count: shape.elementCount), shape: shape, name: name)
    }
}

/// Starting values of parameters.
public enum Initializers {
    /// `count` numbers uniform in ±`bound`.
    public static func uniform(_ count: Int, _ bound: Double, _ random: inout RandomStream) -> [Float] {
        (0..<count).map { _ in Float(bound * (2 * random.uniform() - 1)) }
    }
}
