import Configuration
import Datasets
import NeuralNetworks
import Random
import TensorCore

/// Dilated causal convolutions without strides (van den Oord et al., "WaveNet", 2016): the unit of a layer is tanh(W_f
/// ∗ x) ⊙ σ(W_g ∗ x), which continues through a residual path and, through a skip path, to the end.
struct DilatedConvolutions: CausalNetwork {
    private struct Unit: Module {
        let gate, residual, skip: Conv1d

        var parameters: Parameters {
            ["gate": gate.parameters, "residual": residual.parameters, "skip": skip.parameters]
        }
    }

    private let units: [Unit]
    private let dropout: Dropout
    let widths: (input: Int, output: Int)

    init(_ settings: WaveNetSettings, random: inout RandomStream) {
        let channels = settings.channels
        units = (0..<settings.blocks * settings.layers).map { index in
            Unit(
                gate: .causal(
                    channels, 2 * channels, kernel: settings.kernel, dilation: 1 << (index % settings.layers),
                    random: &random),
                residual: Conv1d(channels, channels, kernel: 1, random: &random),
                skip: Conv1d(channels, settings.skipChannels, kernel: 1, random: &random))
        }
        dropout = Dropout(settings.dropout)
        widths = (channels, settings.skipChannels)
    }

    var receptiveField: Int? { Conv1d.receptiveField(of: units.map(\.gate)) }

    var parameters: Parameters { ["units": Parameters(list: units.map(\.parameters))] }

    func callAsFunction(_ x: Tensor) -> Tensor {
        var (stream, skips) = (x, Tensor.zeros(Array(x.shape[..<2]) + [widths.output]))
        for unit in units {
            let parts = unit.gate(dropout(stream)).split(into: 2, axis: -1)
            let gated = parts[0].tanh() * parts[1].sigmoid()
            skips = skips + unit.skip(gated)
            stream = stream + unit.residual(gated)
        }
        return skips.relu()
    }
}

/// Settings of ``DilatedConvolutions``.
public struct WaveNetSettings: ModelSettings {
    @Setting(1...32, "dilation cycles") public var blocks = 2
    @Setting(1...16, "layers per cycle, dilated by 1, 2, 4, …") public var layers = 5
    @Setting(2...16, "kernel size") public var kernel = 2
    @Setting(1...4096, "channels of the residual path") public var channels = 48
    @Setting(1...4096, "channels of the skip path") public var skipChannels = 96
    @Setting(0...0.9, "dropout rate") public var dropout = 0.0
    /// Limits the windows that sequences are cut into; rows are processed whole.
    @Setting(8...65_536, "context length for sequences") public var context = 256
    /// Only if the receptive field exceeds the context; otherwise every step sees its whole receptive field.
    @Setting(0...65_536, "steps scored per window of a long sequence; 0: half the context; 1: exact")
    public var scoredSteps = 0
    @Setting(0...1_000_000, "steps of a sampled sequence; 0: the context length") public var sampleSteps = 0

    public init() {}

    public var needs: DataNeeds { DataNeeds(.symbols, .bits, .levels, window: context) }
    /// 20 epochs with a decaying learning rate.
    public var fitting: FitSettings {
        FitSettings { ($0.epochs, $0.batchSize, $0.learningRate, $0.decay) = (20, 16, 2e-3, .cosine) }
    }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        var random = RandomStream(seed: seed).split("parameters")
        let body = DilatedConvolutions(self, random: &random)
        return try sequenceModel(
            body, SequenceModel.Learning(), data: data, context: context, scoredSteps: scoredSteps,
            sampleSteps: sampleSteps, tied: false,
            seed: seed, random: &random)
    }
}
