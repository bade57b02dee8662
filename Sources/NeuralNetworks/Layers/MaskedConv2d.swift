import Random
import TensorCore

/// A convolution of images that sees only earlier pixels: the rows above, and the pixels to the left in the same row
/// (van den Oord et al., "Pixel recurrent neural networks", 2016). The mask is applied to the weight, which keeps its
/// size.
///
/// At the pixel itself, type ``Kind/a``, meant for the first layer, sees nothing; type ``Kind/b`` sees the features
/// there, which don't depend on the pixel. With `colours` > 1 the channels of input and output are divided into that
/// many equal groups, R before G before B: at the pixel itself type a sees the earlier groups, and type b its own group
/// too.
public struct MaskedConv2d: Layer {
    /// What the kernel sees at the pixel itself.
    public enum Kind: String, Sendable, CaseIterable {
        /// Only earlier colours.
        case a
        /// Earlier colours and the same one.
        case b
    }

    /// The convolution whose weight is masked.
    public let convolution: Conv2d
    /// (outputs, KH, KW, inputs): 1 where the weight is used.
    public let mask: Tensor
    /// The number of columns of the kernel's middle row that have an effect: those to the left, and the middle one if
    /// it is seen at all.
    private let columns: Int
    /// Whether the middle column is seen only in part.
    private let masksColours: Bool

    /// Makes the layer, whose output has the size of its input, with PyTorch's initial values.
    ///
    /// - Precondition: the kernel's extents are odd, and the channels are divisible by `colours`.
    public init(
        _ kind: Kind, _ inputs: Int, _ outputs: Int, kernel: (Int, Int), dilation: (Int, Int) = (1, 1),
        colours: Int = 1, bias: Bool = true, random: inout RandomStream
    ) {
        precondition(
            kernel.0 % 2 == 1 && kernel.1 % 2 == 1, "MaskedConv2d: the kernel size \(kernel) must be odd")
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
        masksColours = colours > 1
        columns = kernel.1 / 2 + (kind == .b || masksColours ? 1 : 0)
    }

    /// Convolves each image (B, H, W, inputs) → (B, H, W, outputs). The rows above and the row itself are separate
    /// convolutions, so that no multiplication is spent on the mask's zeros except on those of the colours.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        let (rows, middle) = (mask.shape[1] / 2, mask.shape[2] / 2)
        let (down, across) = convolution.dilation
        let weight = convolution.weight.tensor
        var parts: [Tensor] = []
        if rows > 0 {
            let sides = Padding(top: rows * down, bottom: -down, left: middle * across, right: middle * across)
            parts.append(
                input.convolution2d(weight.sliced(0..<rows, axis: 1), padding: sides, dilation: (down, across)))
        }
        if columns > 0 {
            func row(_ x: Tensor) -> Tensor { x.sliced(rows..<rows + 1, axis: 1).sliced(0..<columns, axis: 2) }
            let sides = Padding(left: middle * across, right: (columns - 1 - middle) * across)
            let kernel = masksColours ? row(weight) * row(mask) : row(weight)
            parts.append(input.convolution2d(kernel, padding: sides, dilation: (1, across)))
        }
        let sum = parts.dropFirst().reduce(parts.first ?? .zeros(input.shape.dropLast() + [mask.shape[0]]), +)
        return sum.adding(convolution.bias)
    }

    /// `weight`, of which only the part under the mask has an effect and a gradient, and `bias`.
    public var parameters: Parameters { convolution.parameters }
}
