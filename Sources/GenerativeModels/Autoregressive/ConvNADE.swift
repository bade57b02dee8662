import Configuration
import Datasets
import NeuralNetworks
import Random
import TensorCore

/// The convolutional NADE (Uria et al., "Neural autoregressive distribution estimation", 2016): a convolutional network
/// whose input channels are the known pixels and the mask of known pixels, and which predicts all other pixels, trained
/// with the orderless loss.
struct ConvNADE: OrderlessNetwork {
    private let layers: [Conv2d]
    private let head: Conv2d
    private let size: (height: Int, width: Int, channels: Int)

    init(_ settings: ConvNADESettings, size: (height: Int, width: Int, channels: Int), random: inout RandomStream) {
        self.size = size
        let padding = Padding.same(kernel: (settings.kernel, settings.kernel))
        layers = (0..<settings.layers).map { index in
            Conv2d(
                index == 0 ? 2 * size.channels : settings.channels, settings.channels,
                kernel: (settings.kernel, settings.kernel), padding: padding, random: &random)
        }
        head = Conv2d(settings.channels, size.channels, kernel: (1, 1), random: &random)
    }

    var parameters: Parameters { ["layers": Parameters(list: layers.map(\.parameters)), "head": head.parameters] }

    func callAsFunction(_ x: Tensor, known: Tensor) -> Tensor {
        let shape = [x.shape[0], size.height, size.width, size.channels]
        let input = Tensor.concatenated([(x * known).reshaped(to: shape), known.reshaped(to: shape)], axis: 3)
        let first = layers[0](input)
        let features = layers.dropFirst().reduce(first) { $0 + $1($0.relu()) }
        return head(features.relu()).reshaped(to: x.shape)
    }
}

/// Settings of ``ConvNADE``.
public struct ConvNADESettings: ModelSettings {
    /// Layers; all but the first have a residual connection.
    @Setting(1...100, "convolutional layers") public var layers = 6
    @Setting(1...4096, "channels per layer") public var channels = 32
    @Setting(1...31, "kernel size, odd") public var kernel = 5
    @Setting(1...4096, "orderings averaged in a likelihood") public var orders = 1

    public init() {}

    public var needs: DataNeeds { DataNeeds(.bits, pictures: true) }
    /// 20 epochs with a decaying learning rate. Scores and likelihoods run the network once for each number of a row,
    /// so only a few rows are scored.
    public var fitting: FitSettings {
        FitSettings {
            ($0.epochs, $0.batchSize, $0.learningRate, $0.decay) = (20, 32, 1e-3, .linear)
            ($0.validationRows, $0.testRows) = (50, 200)
        }
    }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try ModelError.requireOdd(["kernel": kernel])
        guard let size = data.grid else {
            throw ModelError.data(model: "conv-nade", found: "rows of the shape \(data.shape)", expected: "images")
        }
        var random = RandomStream(seed: seed).split("parameters")
        let network = ConvNADE(self, size: size, random: &random)
        return try OrderlessModel(network, orders: orders, data: data, seed: seed)
    }
}
