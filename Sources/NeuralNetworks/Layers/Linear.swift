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
        let fans = Fans(inputs: inputs, outputs: outputs)
        weight = Variable(.pyTorchDefault, shape: [outputs, inputs], fans: fans, name: "weight", random: &random)
        bias = Variable(.pyTorchDefault, shape: [outputs], fans: fans, name: "bias", random: &random)
    }

    /// Applies the map to each last row of `input`.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        input.matmul(weight.tensor, transposeRight: true) + bias.tensor
    }

    /// `weight` and `bias`.
    public var parameters: Parameters { Parameters([("weight", weight), ("bias", bias)]) }
}
