import Random
import TensorCore

/// An affine map: y = x Wᵀ + b, (B, inputs) → (B, outputs).
public struct Linear: Layer {
    /// (outputs, inputs), as PyTorch stores it.
    public let weight: Variable
    /// (outputs).
    public let bias: Variable

    /// Makes the layer with weights and biases uniform in ±1/√inputs, PyTorch's default.
    public init(_ inputs: Int, _ outputs: Int, random: inout RandomStream) {
        let bound = 1 / Double(inputs).squareRoot()
        weight = Variable(
            Initializers.uniform(outputs * inputs, bound, &random), shape: [outputs, inputs], name: "weight")
        bias = Variable(Initializers.uniform(outputs, bound, &random), shape: [outputs], name: "bias")
    }

    /// Applies the map to each last row of `input`.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        input.matmul(weight.tensor, transposeRight: true) + bias.tensor
    }

    /// `weight` and `bias`.
    public var parameters: Parameters { Parameters([("weight", weight), ("bias", bias)]) }
}

/// Starting values of parameters.
public enum Initializers {
    /// `count` numbers uniform in ±`bound`.
    public static func uniform(_ count: Int, _ bound: Double, _ random: inout RandomStream) -> [Float] {
        (0..<count).map { _ in Float(bound * (2 * random.uniform() - 1)) }
    }
}
