import Random
import TensorCore

/// A convolution of images that sees only what comes before: rows above, and the row itself to the left (van den Oord et
/// al., "Pixel recurrent neural networks", 2016). The mask is applied to the weight, which keeps its size.
///
/// At the place itself type ``Kind/a`` sees nothing, for the first layer, and type ``Kind/b`` sees the features there, which
/// don't depend on the pixel. With `colours` > 1 the channels of input and output are that many equal groups of neighbours,
/// R before G before B: at the place itself type a sees the earlier groups, type b its own group too.
public struct MaskedConv2d: Layer {
    /// What is seen at the place itself.
    public enum Kind: String, Sendable, CaseIterable {
        /// Only earlier colours.
        case a
        /// Earlier colours and the same.
        case b
    }

    /// The convolution whose weight is masked.
    public let convolution: Conv2d
    /// (outputs, KH, KW, inputs): 1 where the weight counts.
    public let mask: Tensor

    /// Makes the layer, its output as large as its input, with PyTorch's starting values.
    ///
    /// - Precondition: the kernel's extents are odd, and the channels divisible by `colours`.
    public init(
        _ kind: Kind, _ inputs: Int, _ outputs: Int, kernel: (Int, Int), dilation: (Int, Int) = (1, 1),
        colours: Int = 1, bias: Bool = true, random: inout RandomStream
    ) {
        precondition(
            kernel.0 % 2 == 1 && kernel.1 % 2 == 1, "MaskedConv2d: a kernel of \(kernel) has no centre; odd ones have")
        requireGroups("MaskedConv2d", inputs, outputs, colours)
        convolution = Conv2d(
            inputs, outputs, kernel: kernel, padding: .same(kernel: kernel, dilation: dilation), dilation: dilation,
            bias: bias, random: &random)
        let extents = convolution.weight.shape
        let values = (0..<extents.elementCount).map { place -> Float in
            let (input, column) = (place % inputs, place / inputs % kernel.1)
            let (row, output) = (place / inputs / kernel.1 % kernel.0, place / inputs / kernel.1 / kernel.0)
            let (down, across) = (row - kernel.0 / 2, column - kernel.1 / 2)
            if (down, across) != (0, 0) { return (down, across) < (0, 0) ? 1 : 0 }
            let (source, own) = (input / (inputs / colours), output / (outputs / colours))
            return source < own || kind == .b && source == own ? 1 : 0
        }
        mask = Tensor(values, shape: extents)
    }

    /// Convolves each image (B, H, W, inputs) → (B, H, W, outputs).
    public func callAsFunction(_ input: Tensor) -> Tensor {
        convolution.convolved(input, convolution.weight.tensor * mask)
    }

    /// `weight`, of which only the part under the mask has an effect and a gradient, and `bias`.
    public var parameters: Parameters { convolution.parameters }
}
