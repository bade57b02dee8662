import Configuration
import Datasets
import NeuralNetworks
import Random
import TensorCore

/// A stack of causal transformer blocks with pre-normalisation (Vaswani et al. 2017; Radford et al. 2019).
struct CausalTransformer: CausalNetwork {
    private let positions: PositionalEmbedding
    private let blocks: [TransformerBlock]
    private let norm: LayerNorm
    private let width: Int

    init(_ settings: TransformerSettings, length: Int, random: inout RandomStream) {
        positions = .learned(length: length, settings.width, random: &random)
        blocks = (0..<settings.layers).map { _ in
            TransformerBlock(
                settings.width, heads: settings.heads, causal: true,
                relativeDistance: settings.relativePositions ? min(length, 128) : nil, dropout: settings.dropout,
                random: &random)
        }
        norm = LayerNorm(settings.width)
        width = settings.width
        initialise(depth: settings.layers, &random)
    }

    /// Normal weights with a standard deviation of 0.02, divided by √(2 · depth) for layers that add to the residual
    /// stream, and no biases (Radford et al. 2019, section 2.3).
    private func initialise(depth: Int, _ random: inout RandomStream) {
        let smaller = 1 / Double(2 * depth).squareRoot()
        for (path, variable) in parameters.entries {
            if path.contains("norm") || path.contains("relative_positions") { continue }
            let addsToStream = path.hasSuffix("out_proj.weight") || path.hasSuffix("linear2.weight")
            let deviation = variable.shape.count == 2 ? 0.02 * (addsToStream ? smaller : 1) : 0
            variable.set((0..<variable.count).map { _ in Float(random.normal(standardDeviation: deviation)) })
        }
    }

    var parameters: Parameters {
        [
            "positions": positions.parameters, "blocks": Parameters(list: blocks.map(\.parameters)),
            "norm": norm.parameters,
        ]
    }

    var widths: (input: Int, output: Int) { (width, width) }
    var receptiveField: Int? { nil }

    func callAsFunction(_ x: Tensor) -> Tensor { norm(blocks.reduce(positions(x)) { $1($0) }) }
}

/// Settings of ``CausalTransformer``; the defaults are nanoGPT's for a CPU.
public struct TransformerSettings: ModelSettings {
    @Setting(1...100, "transformer blocks") public var layers = 4
    /// A divisor of ``width``.
    @Setting(1...128, "attention heads per block") public var heads = 4
    @Setting(1...8192, "model width") public var width = 128
    /// Limits the steps of a sequence that attention sees; rows are processed whole.
    @Setting(2...8192, "context length for sequences") public var context = 64
    /// In a sequence that is longer than the context, a step may see fewer steps than the context has.
    @Setting(0...8192, "steps scored per window of a long sequence; 0: half the context; 1: exact")
    public var scoredSteps = 0
    @Setting(0...1_000_000, "steps of a sampled sequence; 0: the context length") public var sampleSteps = 0
    @Setting(0...0.9, "dropout rate") public var dropout = 0.0
    /// The biases depend on the distance.
    @Setting("relative position biases in attention") public var relativePositions = true

    public init() {}

    public var needs: DataNeeds { DataNeeds(.symbols, .bits, .levels, window: context) }
    /// nanoGPT's settings: 2,000 updates of 12 windows each, with learning rates from 1e-3 down to 1e-4.
    public var fitting: FitSettings {
        FitSettings {
            ($0.epochs, $0.updates, $0.batchSize, $0.learningRate) = (1000, 2000, 12, 1e-3)
            ($0.decay, $0.lastLearningRate, $0.warmup) = (.cosine, 1e-4, 100)
        }
    }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        guard width % heads == 0 else {
            throw ModelError.setting("heads", value: "\(heads)", expected: "a divisor of width = \(width)")
        }
        var random = RandomStream(seed: seed).split("parameters")
        let body = CausalTransformer(self, length: data.isSequential ? context : data.width, random: &random)
        let learning = SequenceModel.Learning(clippingNorm: 1, beta2: 0.99, weightDecay: 0.1)
        return try sequenceModel(
            body, learning, data: data, context: context, scoredSteps: scoredSteps, sampleSteps: sampleSteps,
            tied: data.kind.name == .symbols,
            seed: seed,
            random: &random)
    }
}
