import Configuration
import Datasets
import NeuralNetworks
import Random
import TensorCore

/// The gated PixelCNN (van den Oord et al., "Conditional image generation with PixelCNN decoders", 2016). It has two
/// stacks of convolutions: the vertical one sees all rows above; the horizontal one sees the pixels to the left in the
/// same row, and receives the outputs of the vertical one. Masked square kernels leave a blind spot to the upper right,
/// which the vertical stack covers. The unit of a layer is
///
///     y = tanh(W_f ∗ x) ⊙ σ(W_g ∗ x)
///
/// Images are grey-scale: (H, W) or (H, W, 1).
struct GatedPixelCNN: ConditionalNetwork {
    private let layers: [GatedLayer]
    private let head: [Conv2d]
    private let data: Dataset.Description
    private let size: (height: Int, width: Int, channels: Int)
    private let dropout: Dropout?
    let order: [Int]
    /// The number of rows above a pixel that it depends on.
    private let reach: Int

    init(_ settings: GatedPixelCNNSettings, data: Dataset.Description, outputs: Int, random: inout RandomStream) {
        let (channels, kernel) = (settings.channels, settings.kernel)
        layers = (0..<settings.layers).map { index in
            GatedLayer(
                index == 0 ? 1 : channels, channels, kernel: index == 0 ? settings.firstKernel : kernel,
                isFirst: index == 0, random: &random)
        }
        let headChannels = settings.headChannels
        head = [
            Conv2d(channels, headChannels, kernel: (1, 1), random: &random),
            Conv2d(headChannels, outputs, kernel: (1, 1), random: &random),
        ]
        dropout = settings.dropout > 0 ? Dropout(settings.dropout) : nil
        self.data = data
        size = data.picture!
        order = Array(0..<data.width)
        reach = settings.firstKernel / 2 + (settings.layers - 1) * (settings.kernel / 2)
    }

    var parameters: Parameters {
        ["layers": Parameters(list: layers.map(\.parameters)), "head": Parameters(list: head.map(\.parameters))]
    }

    func makeStepper(count: Int) throws -> (any ConditionalStepper)? {
        RowWindows(self, rowWidth: size.width, reach: reach, count: count)
    }

    /// Accepts images of any height.
    func callAsFunction(_ x: Tensor) -> Tensor {
        let picture = data.kind.networkInput(x).reshaped(to: [x.shape[0], -1, size.width, 1])
        var stacks = (vertical: picture, horizontal: picture)
        for layer in layers {
            stacks = layer(stacks.vertical, stacks.horizontal)
            if let dropout { stacks.horizontal = dropout(stacks.horizontal) }
        }
        let outputs = head[1](head[0](stacks.horizontal.relu()).relu())
        return outputs.reshaped(to: [x.shape[0], x.shape[1], outputs.shape[3]])
    }
}

/// One layer of both stacks.
struct GatedLayer: Module {
    private let vertical, horizontal: Conv2d
    /// From the vertical stack's sums to those of the horizontal one.
    private let link: Conv2d
    /// Applied to the horizontal stack's result before the residual addition.
    private let residual: Conv2d
    private let isFirst: Bool

    /// - Parameter isFirst: Whether the layer sees the image itself: then it must not see the pixel nor, in the
    ///   vertical stack, the pixel's row.
    init(_ inputs: Int, _ outputs: Int, kernel: Int, isFirst: Bool, random: inout RandomStream) {
        let half = kernel / 2
        vertical = Conv2d(inputs, 2 * outputs, kernel: (isFirst ? half : half + 1, kernel), random: &random)
        horizontal = Conv2d(inputs, 2 * outputs, kernel: (1, isFirst ? half : half + 1), random: &random)
        link = Conv2d(2 * outputs, 2 * outputs, kernel: (1, 1), random: &random)
        residual = Conv2d(outputs, outputs, kernel: (1, 1), random: &random)
        self.isFirst = isFirst
    }

    var parameters: Parameters {
        [
            "vertical": vertical.parameters, "horizontal": horizontal.parameters, "link": link.parameters,
            "residual": residual.parameters,
        ]
    }

    /// Applies the layer to both stacks, (B, H, W, inputs) → (B, H, W, outputs) each.
    func callAsFunction(_ above: Tensor, _ left: Tensor) -> (vertical: Tensor, horizontal: Tensor) {
        let (rows, side) = (vertical.weight.shape[1], vertical.weight.shape[2] / 2)
        let columns = horizontal.weight.shape[2]
        // In the first layer the vertical stack ends at the row above; in later layers its own row has seen no more
        // than that.
        let sides = Padding(top: isFirst ? rows : rows - 1, bottom: isFirst ? -1 : 0, left: side, right: side)
        let v = above.convolution2d(vertical.weight.tensor, padding: sides) + vertical.bias!.tensor
        let lead = Padding(left: isFirst ? columns : columns - 1, right: isFirst ? -1 : 0)
        let h = left.convolution2d(horizontal.weight.tensor, padding: lead) + horizontal.bias!.tensor + link(v)
        let result = residual(Self.gated(h))
        return isFirst ? (Self.gated(v), result) : (above + Self.gated(v), left + result)
    }

    /// tanh of the first half of the channels times σ of the second.
    private static func gated(_ x: Tensor) -> Tensor {
        let parts = x.split(into: 2, axis: -1)
        return parts[0].tanh() * parts[1].sigmoid()
    }
}

/// Settings of ``GatedPixelCNN``.
public struct GatedPixelCNNSettings: ModelSettings {
    @Setting(1...100, "gated layers") public var layers = 14
    @Setting(1...4096, "channels per stack") public var channels = 16
    @Setting(3...31, "kernel size of the first layer, odd") public var firstKernel = 7
    @Setting(3...31, "kernel size of the other layers, odd") public var kernel = 3
    @Setting(1...65_536, "channels between the last layer and the outputs") public var headChannels = 64
    /// Dropout applies to the horizontal stack.
    @Setting(0...0.9, "dropout rate after each layer") public var dropout = 0.0

    public init() {}

    public var needs: DataNeeds { DataNeeds(.bits, .levels, pictures: true) }
    /// 30 epochs with a decaying learning rate.
    public var fitting: FitSettings {
        FitSettings {
            ($0.epochs, $0.batchSize, $0.learningRate, $0.decay, $0.averaging) = (30, 16, 3e-3, .linear, 0.999)
        }
    }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try ModelError.requireOdd(["firstKernel": firstKernel, "kernel": kernel])
        guard let picture = data.picture, picture.channels == 1 else {
            throw ModelError.data(
                model: "gated-pixelcnn", found: "rows of the shape \(data.shape)", expected: "grey-scale images")
        }
        var random = RandomStream(seed: seed).split("parameters")
        let distribution = ConditionalDistribution(data.kind, components: 1)
        let network = GatedPixelCNN(self, data: data, outputs: distribution.outputCount, random: &random)
        return try AutoregressiveModel(network, distribution, data: data, seed: seed, clippingNorm: 10)
    }
}
