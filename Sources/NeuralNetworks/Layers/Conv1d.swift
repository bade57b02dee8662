import Random
import TensorCore

/// A convolution of sequences (B, T, inputs) → (B, T′, outputs):
///
///     y[t] = b + Σ_{k < K} W[k] x[t · stride + k · dilation − left]
///
/// with T′ = ⌊(T + left + right − (K − 1) · dilation − 1) / stride⌋ + 1, and zeros outside of x.
public struct Conv1d: Layer {
    /// (outputs, K, inputs / groups).
    public let weight: Variable
    /// (outputs); nil for no bias.
    public let bias: Variable?
    /// The number of input steps between consecutive outputs.
    public let stride: Int
    /// The number of zeros before and after, as `left` and `right`.
    public let padding: Padding
    /// The number of input steps between consecutive taps of the kernel.
    public let dilation: Int
    /// The number of groups of channels that are convolved separately.
    public let groups: Int

    /// Makes the layer with weights and biases uniform in ±1/√n, where n is the number of inputs per output: PyTorch's
    /// default.
    public init(
        _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Padding = 0, dilation: Int = 1,
        groups: Int = 1, bias: Bool = true, random: inout RandomStream
    ) {
        requireGroups("Conv1d", inputs, outputs, groups)
        let shape = [outputs, kernel, inputs / groups]
        (weight, self.bias) = convolutionParameters(shape, bias ? outputs : nil, &random)
        (self.stride, self.padding, self.dilation, self.groups) = (stride, padding, dilation, groups)
    }

    /// A causal convolution with zeros on the left only: no output depends on later steps, H_t = b + Σ_{j < K} W_j x_{t
    /// − j·dilation}, where W_j is the tap K − 1 − j (van den Oord et al., "WaveNet", 2016).
    public static func causal(
        _ inputs: Int, _ outputs: Int, kernel: Int, dilation: Int = 1, groups: Int = 1, bias: Bool = true,
        random: inout RandomStream
    ) -> Conv1d {
        Conv1d(
            inputs, outputs, kernel: kernel, padding: .causal(kernel: kernel, dilation: dilation), dilation: dilation,
            groups: groups, bias: bias, random: &random)
    }

    /// Convolves each sequence.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        input.convolution1d(
            weight.tensor, stride: stride, padding: padding, dilation: dilation, groups: groups
        ).adding(bias)
    }

    public var parameters: Parameters { Parameters(named: ["weight": weight, "bias": bias]) }

    /// How many steps of the input an output of these layers, one after another, depends on: 1 + Σ_l (K_l − 1) d_l for
    /// stride 1, which grows exponentially with depth if d_l = 2ˡ; a stride stretches the layers after it.
    public static func receptiveField(of layers: [Conv1d]) -> Int {
        var (field, distance) = (1, 1)
        for layer in layers {
            field += (layer.weight.shape[1] - 1) * layer.dilation * distance
            distance *= layer.stride
        }
        return field
    }
}

/// A transposed convolution of sequences (B, T, inputs) → (B, T′, outputs), which is the gradient of a convolution with
/// respect to its input, with T′ = (T − 1) · stride + (K − 1) · dilation + 1 − left − right + outputPadding.
public struct ConvTranspose1d: Layer {
    /// (inputs, K, outputs / groups).
    public let weight: Variable
    /// (outputs); nil for no bias.
    public let bias: Variable?
    /// The number of output steps between consecutive inputs.
    public let stride: Int
    /// The number of steps that are cropped before and after, as `left` and `right`.
    public let padding: Padding
    /// The number of steps added at the end, less than the stride or the dilation.
    public let outputPadding: Int
    /// The number of output steps between consecutive taps of the kernel.
    public let dilation: Int
    /// The number of groups of channels that are convolved separately.
    public let groups: Int

    /// Makes the layer with weights and biases uniform in ±1/√(K · outputs / groups), PyTorch's default.
    public init(
        _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Padding = 0, outputPadding: Int = 0,
        dilation: Int = 1, groups: Int = 1, bias: Bool = true, random: inout RandomStream
    ) {
        requireGroups("ConvTranspose1d", inputs, outputs, groups)
        let shape = [inputs, kernel, outputs / groups]
        (weight, self.bias) = convolutionParameters(shape, bias ? outputs : nil, &random)
        (self.stride, self.padding, self.outputPadding) = (stride, padding, outputPadding)
        (self.dilation, self.groups) = (dilation, groups)
    }

    /// Applies the transposed convolution to each sequence.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        input.transposedConvolution1d(
            weight.tensor, stride: stride, padding: padding, outputPadding: outputPadding, dilation: dilation,
            groups: groups
        ).adding(bias)
    }

    public var parameters: Parameters { Parameters(named: ["weight": weight, "bias": bias]) }
}

/// A convolution's weight, and its bias if `outputs` are given, uniform in ±1/√fan-in. This is PyTorch's default, which
/// takes the fan-in of a transposed convolution from its outputs, the last dimension.
func convolutionParameters(
    _ shape: Shape, _ outputs: Int?, _ random: inout RandomStream
) -> (weight: Variable, bias: Variable?) {
    let fans = Fans(shape)
    let weight = Variable(.pyTorchDefault, shape: shape, fans: fans, name: "weight", random: &random)
    guard let outputs else { return (weight, nil) }
    return (weight, Variable(.pyTorchDefault, shape: [outputs], fans: fans, name: "bias", random: &random))
}

/// Stops if the channels can't be divided into equal groups.
func requireGroups(_ name: String, _ inputs: Int, _ outputs: Int, _ groups: Int) {
    precondition(
        groups > 0 && inputs % groups == 0 && outputs % groups == 0,
        "\(name): \(inputs) inputs and \(outputs) outputs can't be divided into \(groups) equal groups")
}
