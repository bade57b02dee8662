import Datasets
import NeuralNetworks
import Random
import TensorCore

/// Features of each step, computed from the steps up to it: (B, T, inputs) → (B, T, outputs).
protocol CausalNetwork: Module {
    func callAsFunction(_ x: Tensor) -> Tensor
    /// The number of input and output features.
    var widths: (input: Int, output: Int) { get }
    /// The number of steps, its own included, that a step's outputs depend on; nil for all of them.
    var receptiveField: Int? { get }
}

/// A causal network with its input and output layers, which computes the outputs for each step given the steps before
/// it. Its inputs are shifted by one step, with a start mark in front.
struct SequenceNetwork: Module {
    /// The kind of a step.
    enum Step: Hashable {
        /// One of the given number of symbols: int32, where the number itself is the start mark.
        case symbol(Int)
        /// The given number of bits: floats, followed by one that is 1 for the start mark.
        case bits(Int)

        init(_ data: Dataset.Description) {
            switch data.kind {
            case .symbols(let symbols): self = .symbol(symbols.count)
            case .levels(let count) where !data.isSequential: self = .symbol(count)
            case .bits where !data.isSequential: self = .symbol(2)
            default: self = .bits(data.width)
            }
        }

        /// The number of outputs per step.
        var outputCount: Int {
            switch self {
            case .symbol(let count), .bits(let count): count
            }
        }

        /// −log p of each step: outputs (B, T, P), targets int32 (B, T) or float (B, T, P) → (B, T).
        func loss(_ outputs: Tensor, _ targets: Tensor) -> Tensor {
            switch self {
            case .symbol: crossEntropy(logits: outputs, labels: targets)
            case .bits: binaryCrossEntropy(logits: outputs, targets: targets).sum([-1])
            }
        }
    }

    let step: Step
    private let embedding: Embedding?
    private let entry: Linear?
    private let body: any CausalNetwork
    private let head: Linear?

    /// - Parameter tied: Whether symbols are scored by their embedding vectors instead of by a separate layer (Press &
    ///   Wolf 2017).
    init(_ step: Step, body: any CausalNetwork, tied: Bool = false, random: inout RandomStream) {
        let (input, output) = body.widths
        switch step {
        case .symbol(let count):
            let embedding = Embedding(count + 1, input, random: &random)
            embedding.weight.set(
                Initializer.normal(deviation: tied ? 0.02 : 1).values([count + 1, input], random: &random))
            (self.embedding, entry) = (embedding, nil)
        case .bits(let width): (embedding, entry) = (nil, Linear(width + 1, input, random: &random))
        }
        head = tied ? nil : Linear(output, step.outputCount, random: &random)
        (self.step, self.body) = (step, body)
    }

    /// The number of earlier steps that a step is predicted from; nil for all of them.
    var receptiveField: Int? { body.receptiveField }

    var parameters: Parameters {
        [
            "embedding": embedding?.parameters ?? [:], "entry": entry?.parameters ?? [:], "body": body.parameters,
            "head": head?.parameters ?? [:],
        ]
    }

    /// The outputs for each step: int32 (B, T) or floats (B, T, width + 1), shifted by one step → (B, T, P).
    func callAsFunction(_ before: Tensor) -> Tensor {
        let features = body(embedding.map { $0(before) } ?? entry!(before))
        if let head { return head(features) }
        return features.matmul(
            embedding!.weight.tensor.sliced(0..<step.outputCount, axis: 0), transposeRight: true)
    }
}

/// A sequence network over the numbers of a row, one after the other: pixels row by row.
struct RasterNetwork: ConditionalNetwork {
    private let network: SequenceNetwork
    let order: [Int]
    let rowLimit: Int

    init(_ network: SequenceNetwork, width: Int, rowLimit: Int) {
        (self.network, order, self.rowLimit) = (network, Array(0..<width), rowLimit)
    }

    var parameters: Parameters { network.parameters }

    func callAsFunction(_ x: Tensor) -> Tensor {
        let mark = Tensor.full(Double(network.step.outputCount), shape: [x.shape[0], 1])
        let before = Tensor.concatenated([mark, x.sliced(0..<order.count - 1, axis: 1)], axis: 1)
        return network(before.asInteger())
    }
}

extension ModelSettings {
    /// A model of sequences, or of rows as sequences of their numbers, based on a causal network.
    func sequenceModel(
        _ body: any CausalNetwork, _ learning: SequenceModel.Learning, data: Dataset.Description, context: Int,
        scoredSteps: Int, sampleSteps: Int, tied: Bool, seed: UInt64, random: inout RandomStream
    ) throws -> any GenerativeModel {
        let network = SequenceNetwork(.init(data), body: body, tied: tied, random: &random)
        if data.isSequential {
            return try SequenceModel(
                network, learning, data: data, context: context, scoredSteps: scoredSteps,
                sampleSteps: sampleSteps == 0 ? context : sampleSteps, seed: seed)
        }
        // The memory for all pairs of places must be available.
        let raster = RasterNetwork(network, width: data.width, rowLimit: max(1, 16_384 / data.width))
        return try AutoregressiveModel(
            raster, .categorical(network.step.outputCount), data: data, seed: seed, optimizer: learning.optimizer(),
            clippingNorm: learning.clippingNorm)
    }
}
