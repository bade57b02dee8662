import Configuration
import Datasets
import NeuralNetworks
import Random
import TensorCore

/// The PixelCNN (van den Oord, Kalchbrenner & Kavukcuoglu, "Pixel recurrent neural networks", 2016): masked
/// convolutions, the first of type A, which does not see the pixel itself, the others of type B. Levels have a softmax
/// over all values; the colours are predicted one after the other, p(xᵢ) = p(R) p(G | R) p(B | R, G).
///
/// Square kernels masked row by row leave a blind spot: pixels to the upper right that no number of layers reaches.
/// ``GatedPixelCNN`` has none.
struct PixelCNN: ConditionalNetwork {
    private let first: MaskedConv2d
    private let layers: [MaskedConv2d]
    private let head: [MaskedConv2d]
    private let data: Dataset.Description
    private let size: (height: Int, width: Int, channels: Int)
    let order: [Int]
    /// The number of rows above a pixel that it depends on.
    private let reach: Int

    init(_ settings: PixelCNNSettings, data: Dataset.Description, outputs: Int, random: inout RandomStream) {
        size = data.grid!
        // Each colour has its own group of channels in every layer.
        let colours = size.channels
        let channels = (settings.channels + colours - 1) / colours * colours
        let headChannels = (settings.headChannels + colours - 1) / colours * colours
        func layer(_ kind: MaskedConv2d.Kind, _ inputs: Int, _ outputs: Int, _ kernel: Int) -> MaskedConv2d {
            MaskedConv2d(kind, inputs, outputs, kernel: (kernel, kernel), colours: colours, random: &random)
        }
        first = layer(.a, colours, channels, settings.firstKernel)
        layers = (0..<settings.layers).map { _ in layer(.b, channels, channels, settings.kernel) }
        head = [layer(.b, channels, headChannels, 1), layer(.b, headChannels, colours * outputs, 1)]
        (self.data, order) = (data, Array(0..<data.width))
        reach = settings.firstKernel / 2 + settings.layers * (settings.kernel / 2)
    }

    var parameters: Parameters {
        [
            "first": first.parameters, "layers": Parameters(list: layers.map(\.parameters)),
            "head": Parameters(list: head.map(\.parameters)),
        ]
    }

    func makeStepper(count: Int) throws -> (any ConditionalStepper)? {
        RowWindows(self, rowWidth: size.width * size.channels, reach: reach, count: count)
    }

    /// Accepts images of any height.
    func callAsFunction(_ x: Tensor) -> Tensor {
        let picture = data.kind.networkInput(x).reshaped(to: [x.shape[0], -1, size.width, size.channels])
        let features = layers.reduce(first(picture)) { $0 + $1($0.relu()) }
        let outputs = head[1](head[0](features.relu()).relu())
        return outputs.reshaped(to: [x.shape[0], x.shape[1], outputs.shape[3] / size.channels])
    }
}

/// Settings of ``PixelCNN``.
public struct PixelCNNSettings: ModelSettings {
    @Setting(0...100, "residual layers after the first") public var layers = 7
    /// Rounded up to a multiple of the number of colours.
    @Setting(1...4096, "channels per layer") public var channels = 32
    @Setting(3...31, "kernel size of the first layer, odd") public var firstKernel = 7
    @Setting(3...31, "kernel size of the other layers, odd") public var kernel = 3
    /// Rounded up to a multiple of the number of colours.
    @Setting(1...65_536, "channels between the last layer and the outputs") public var headChannels = 64

    public init() {}

    public var needs: DataNeeds { DataNeeds(.bits, .levels, pictures: true) }
    /// 20 epochs with a decaying learning rate and averaged parameters.
    public var fitting: FitSettings {
        FitSettings {
            ($0.epochs, $0.batchSize, $0.learningRate, $0.decay, $0.averaging) = (20, 32, 1e-3, .linear, 0.999)
        }
    }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try ModelError.requireOdd(["firstKernel": firstKernel, "kernel": kernel])
        guard data.grid != nil else {
            throw ModelError.data(model: "pixelcnn", found: "rows of the shape \(data.shape)", expected: "images")
        }
        var random = RandomStream(seed: seed).split("parameters")
        let distribution = ConditionalDistribution(data.kind, components: 1)
        let network = PixelCNN(self, data: data, outputs: distribution.outputCount, random: &random)
        return try AutoregressiveModel(network, distribution, data: data, seed: seed, clippingNorm: 10)
    }
}
