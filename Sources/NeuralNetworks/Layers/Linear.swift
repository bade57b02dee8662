import Random
import TensorCore

/// An affine map of each last row: y = x Wᵀ + b, (…, inputs) → (…, outputs).
public struct Linear: Layer {
    /// (outputs, inputs), as PyTorch stores it.
    public let weight: Variable
    /// (outputs); nil for no bias.
    public let bias: Variable?

    /// Makes the layer with weights and biases uniform in ±1/√inputs, PyTorch's default.
    public init(_ inputs: Int, _ outputs: Int, bias: Bool = true, random: inout RandomStream) {
        let fans = Fans(inputs: inputs, outputs: outputs)
        weight = Variable(.pyTorchDefault, shape: [outputs, inputs], fans: fans, name: "weight", random: &random)
        self.bias =
            bias ? Variable(.pyTorchDefault, shape: [outputs], fans: fans, name: "bias", random: &random) : nil
    }

    /// Applies the map to each last row of `input`.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        input.matmul(weight.tensor, transposeRight: true).adding(bias)
    }

    public var parameters: Parameters { Parameters(named: ["weight": weight, "bias": bias]) }
}

extension Tensor {
    /// Adds the bias, if there is one, to each last row.
    func adding(_ bias: Variable?) -> Tensor { bias.map { self + $0.tensor } ?? self }
}
