import Configuration
import Datasets
import NeuralNetworks
import Random
import TensorCore

/// The temporal convolutional network (Bai, Kolter & Koltun 2018): residual blocks of two rectified causal convolutions
/// each, dilated by 1, 2, 4, …
struct TemporalConvolutions: CausalNetwork {
    private struct Block: Module {
        let first, second: Conv1d

        var parameters: Parameters { ["first": first.parameters, "second": second.parameters] }
    }

    private let blocks: [Block]
    private let dropout: Dropout
    let widths: (input: Int, output: Int)

    init(_ settings: TCNSettings, random: inout RandomStream) {
        let channels = settings.channels
        func layer(_ index: Int) -> Conv1d {
            .causal(channels, channels, kernel: settings.kernel, dilation: 1 << index, random: &random)
        }
        blocks = (0..<settings.blocks).map { Block(first: layer($0), second: layer($0)) }
        dropout = Dropout(settings.dropout)
        widths = (channels, channels)
    }

    var receptiveField: Int? { Conv1d.receptiveField(of: blocks.flatMap { [$0.first, $0.second] }) }

    var parameters: Parameters { ["blocks": Parameters(list: blocks.map(\.parameters))] }

    func callAsFunction(_ x: Tensor) -> Tensor {
        blocks.reduce(x) { stream, block in
            let inner = dropout(block.second(dropout(block.first(stream).relu())).relu())
            return (inner + stream).relu()
        }
    }
}

/// Settings of ``TemporalConvolutions``; the defaults are the paper's for Bach's chorales.
public struct TCNSettings: ModelSettings {
    @Setting(1...16, "residual blocks, dilated by 1, 2, 4, …") public var blocks = 2
    @Setting(2...16, "kernel size") public var kernel = 3
    @Setting(1...4096, "channels") public var channels = 150
    @Setting(0...0.9, "dropout rate") public var dropout = 0.5
    /// Limits the windows that sequences are cut into; rows are processed whole.
    @Setting(8...65_536, "context length for sequences") public var context = 256
    /// Only if the receptive field exceeds the context; otherwise every step sees its whole receptive field.
    @Setting(0...65_536, "steps scored per window of a long sequence; 0: half the context; 1: exact")
    public var scoredSteps = 0
    @Setting(0...1_000_000, "steps of a sampled sequence; 0: the context length") public var sampleSteps = 0

    public init() {}

    public var needs: DataNeeds { DataNeeds(.symbols, .bits, .levels, window: context) }
    /// Ends when the validation score has not improved for 30 epochs.
    public var fitting: FitSettings {
        FitSettings { ($0.epochs, $0.batchSize, $0.learningRate, $0.patience) = (200, 8, 1e-3, 30) }
    }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        var random = RandomStream(seed: seed).split("parameters")
        let body = TemporalConvolutions(self, random: &random)
        let learning = SequenceModel.Learning(clippingNorm: 0.4, beta2: 0.999)
        return try sequenceModel(
            body, learning, data: data, context: context, scoredSteps: scoredSteps, sampleSteps: sampleSteps,
            tied: false, seed: seed,
            random: &random)
    }
}
