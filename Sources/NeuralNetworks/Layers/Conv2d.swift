import Random
import TensorCore

/// A convolution of images, channels last: (B, H, W, inputs) → (B, H′, W′, outputs):
///
///     y[i, j] = b + Σ_{a, c} W[a, c] x[i · stride + a · dilation − top, j · stride + c · dilation − left]
///
/// with H′ = ⌊(H + top + bottom − (KH − 1) · dilation − 1) / stride⌋ + 1, and zeros outside of x. It is a linear map
/// that is the same at every place and depends only on the place's neighbourhood.
public struct Conv2d: Layer {
    /// (outputs, KH, KW, inputs / groups); ``Parameters/load(from:names:kernels:allowsExtra:)`` converts PyTorch's
    /// (outputs, inputs / groups, KH, KW).
    public let weight: Variable
    /// (outputs); nil for no bias.
    public let bias: Variable?
    /// The number of input pixels between consecutive outputs, down and across.
    public let stride: (Int, Int)
    /// Zeros around the input.
    public let padding: Padding
    /// The number of input pixels between consecutive taps of the kernel, down and across.
    public let dilation: (Int, Int)
    /// The number of groups of channels that are convolved separately; as many as inputs make a depthwise convolution.
    public let groups: Int

    /// Makes the layer with weights and biases uniform in ±1/√n, where n is the number of inputs per output: PyTorch's
    /// default.
    public init(
        _ inputs: Int, _ outputs: Int, kernel: (Int, Int), stride: (Int, Int) = (1, 1), padding: Padding = 0,
        dilation: (Int, Int) = (1, 1), groups: Int = 1, bias: Bool = true, random: inout RandomStream
    ) {
        requireGroups("Conv2d", inputs, outputs, groups)
        let shape = [outputs, kernel.0, kernel.1, inputs / groups]
        (weight, self.bias) = convolutionParameters(shape, bias ? outputs : nil, &random)
        (self.stride, self.padding, self.dilation, self.groups) = (stride, padding, dilation, groups)
    }

    /// Convolves each image.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        input.convolution2d(
            weight.tensor, stride: stride, padding: padding, dilation: dilation, groups: groups
        ).adding(bias)
    }

    public var parameters: Parameters { Parameters(named: ["weight": weight, "bias": bias]) }
}

/// A transposed convolution of images, channels last: (B, H, W, inputs) → (B, H′, W′, outputs), which is the gradient
/// of a convolution with respect to its input, with H′ = (H − 1) · stride + (KH − 1) · dilation + 1 − top − bottom +
/// outputPadding.
public struct ConvTranspose2d: Layer {
    /// (inputs, KH, KW, outputs / groups); ``Parameters/load(from:names:kernels:allowsExtra:)`` converts PyTorch's
    /// (inputs, outputs / groups, KH, KW).
    public let weight: Variable
    /// (outputs); nil for no bias.
    public let bias: Variable?
    /// The number of output pixels between consecutive inputs, down and across.
    public let stride: (Int, Int)
    /// The number of rows and columns that are cropped around the output.
    public let padding: Padding
    /// The number of rows and columns added at the end, less than the stride or the dilation.
    public let outputPadding: (Int, Int)
    /// The number of output pixels between consecutive taps of the kernel, down and across.
    public let dilation: (Int, Int)
    /// The number of groups of channels that are convolved separately.
    public let groups: Int

    /// Makes the layer with weights and biases uniform in ±1/√(KH · KW · outputs / groups), PyTorch's default.
    public init(
        _ inputs: Int, _ outputs: Int, kernel: (Int, Int), stride: (Int, Int) = (1, 1), padding: Padding = 0,
        outputPadding: (Int, Int) = (0, 0), dilation: (Int, Int) = (1, 1), groups: Int = 1, bias: Bool = true,
        random: inout RandomStream
    ) {
        requireGroups("ConvTranspose2d", inputs, outputs, groups)
        let shape = [inputs, kernel.0, kernel.1, outputs / groups]
        (weight, self.bias) = convolutionParameters(shape, bias ? outputs : nil, &random)
        (self.stride, self.padding, self.outputPadding) = (stride, padding, outputPadding)
        (self.dilation, self.groups) = (dilation, groups)
    }

    /// Applies the transposed convolution to each image.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        input.transposedConvolution2d(
            weight.tensor, stride: stride, padding: padding, outputPadding: outputPadding, dilation: dilation,
            groups: groups
        ).adding(bias)
    }

    public var parameters: Parameters { Parameters(named: ["weight": weight, "bias": bias]) }
}
