import Random

@testable import NeuralNetworks
@testable import TensorCore

/// A layer of layers.json and its results for the inputs of its case.
struct GoldenLayer {
    var module: any Module
    var body: ([Tensor]) -> [Tensor]

    init(_ layer: some Layer) {
        module = layer
        body = { [layer($0[0])] }
    }

    init(_ module: some Module, _ body: @escaping ([Tensor]) -> [Tensor]) {
        (self.module, self.body) = (module, body)
    }

    /// The layer that a case of the script describes.
    static func named(_ name: String) -> GoldenLayer? {
        if name.hasPrefix("activation ") {
            return Activation(rawValue: String(name.dropFirst(11))).map { GoldenLayer($0) }
        }
        var random = RandomStream(seed: 1)
        return plain(name, &random) ?? normalization(name, &random) ?? recurrent(name, &random)
            ?? attention(name, &random)
    }

    private static func plain(_ name: String, _ random: inout RandomStream) -> GoldenLayer? {
        switch name {
        case "glu": GoldenLayer(Function { $0.glu() })
        case "maxout": GoldenLayer(Function { $0.maxout(pieces: 2) })
        case "linear without bias": GoldenLayer(Linear(3, 2, bias: false, random: &random))
        case "conv1d":
            GoldenLayer(
                Conv1d(4, 6, kernel: 3, stride: 2, padding: 2, dilation: 2, groups: 2, random: &random))
        case "conv1d causal": GoldenLayer(Conv1d.causal(2, 3, kernel: 3, dilation: 2, random: &random))
        case "conv2d":
            GoldenLayer(
                Conv2d(
                    4, 6, kernel: (3, 2), stride: (2, 1), padding: Padding(top: 1, bottom: 1, left: 2, right: 2),
                    dilation: (1, 2), groups: 2, random: &random))
        case "conv2d depthwise":
            GoldenLayer(Conv2d(3, 3, kernel: (3, 3), padding: 1, groups: 3, bias: false, random: &random))
        case "convTranspose1d":
            GoldenLayer(
                ConvTranspose1d(
                    4, 2, kernel: 3, stride: 2, padding: 1, outputPadding: 1, groups: 2, random: &random))
        case "convTranspose2d":
            GoldenLayer(
                ConvTranspose2d(
                    4, 6, kernel: (3, 2), stride: (2, 3), padding: Padding(top: 1, bottom: 1), outputPadding: (1, 2),
                    groups: 2, random: &random))
        case "maskedConv2d a":
            GoldenLayer(MaskedConv2d(.a, 3, 6, kernel: (3, 5), colours: 3, random: &random))
        case "maskedConv2d b":
            GoldenLayer(MaskedConv2d(.b, 6, 3, kernel: (3, 3), colours: 3, random: &random))
        case "maskedConv2d b of one colour": GoldenLayer(MaskedConv2d(.b, 2, 2, kernel: (3, 3), random: &random))
        case "embedding": GoldenLayer(Embedding(5, 3, random: &random))
        case "sequential":
            GoldenLayer(
                Sequential([
                    Conv2d(1, 2, kernel: (2, 2), random: &random), BatchNorm(2), Activation.relu,
                    Conv2d(2, 1, kernel: (2, 2), random: &random),
                ]))
        default: nil
        }
    }

    private static func normalization(_ name: String, _ random: inout RandomStream) -> GoldenLayer? {
        switch name {
        case "batchNorm of rows in training", "batchNorm of rows in evaluation": return GoldenLayer(BatchNorm(3))
        case "batchNorm of images in training", "batchNorm of images in evaluation":
            return GoldenLayer(BatchNorm(2, momentum: 0.3, epsilon: 1e-3))
        case "batchNorm of sequences": return GoldenLayer(BatchNorm(2))
        case "conditionalBatchNorm in training", "conditionalBatchNorm in evaluation":
            let layer = ConditionalBatchNorm(3, classes: 4)
            return GoldenLayer(layer) { [layer($0[0], classes: $0[1])] }
        case "layerNorm": return GoldenLayer(LayerNorm(5))
        case "groupNorm": return GoldenLayer(GroupNorm(groups: 2, 6))
        case "groupNorm of one channel a group": return GoldenLayer(GroupNorm(groups: 3, 3))
        default: return nil
        }
    }

    /// PyTorch's states are (layers, B, hidden) in one array.
    private static func recurrent<Cell: RecurrentCell>(
        _ network: Recurrent<Cell>, _ pack: @escaping ([Cell.State]) -> [Tensor],
        _ unpack: @escaping ([Tensor]) -> [Cell.State]
    ) -> GoldenLayer {
        GoldenLayer(network) { x in
            let states = x.count > 1 ? unpack(Array(x.dropFirst())) : nil
            let (outputs, end) = network(x[0], from: states)
            return [outputs] + pack(end)
        }
    }

    private static func recurrent<Cell: RecurrentCell>(_ network: Recurrent<Cell>) -> GoldenLayer
    where Cell.State == Tensor {
        recurrent(
            network, { [.stacked($0)] },
            { states in (0..<states[0].shape[0]).map { states[0].selected($0, axis: 0) } })
    }

    private static func recurrent(_ network: LSTM) -> GoldenLayer {
        recurrent(
            network, { [.stacked($0.map(\.hidden)), .stacked($0.map(\.cell))] },
            { states in
                (0..<states[0].shape[0]).map {
                    .init(hidden: states[0].selected($0, axis: 0), cell: states[1].selected($0, axis: 0))
                }
            })
    }

    private static func recurrent(_ name: String, _ random: inout RandomStream) -> GoldenLayer? {
        switch name {
        case "rnn": recurrent(RNN(3, 4, random: &random))
        case "rnn of two layers with relu": recurrent(RNN(3, 4, layers: 2, activation: .relu, random: &random))
        case "gru": recurrent(GRU(3, 4, layers: 2, random: &random))
        case "gru without bias": recurrent(GRU(3, 4, bias: false, random: &random))
        case "gru of the paper": recurrent(GRU(3, 4, reset: .beforeProduct, random: &random))
        case "lstm": recurrent(LSTM(3, 4, layers: 2, random: &random))
        case "lstm from zeros": recurrent(LSTM(3, 2, random: &random))
        default: nil
        }
    }

    private static func attention(_ name: String, _ random: inout RandomStream) -> GoldenLayer? {
        switch name {
        case "attention": return GoldenLayer(MultiHeadAttention(4, heads: 2, random: &random))
        case "attention, causal":
            return GoldenLayer(MultiHeadAttention(4, heads: 2, causal: true, random: &random))
        case "attention, padded":
            let layer = MultiHeadAttention(4, heads: 2, random: &random)
            return GoldenLayer(layer) { [layer($0[0], context: nil, padding: $0[1].asFloat())] }
        case "attention to a context":
            let layer = MultiHeadAttention(4, heads: 2, context: 3, bias: false, random: &random)
            return GoldenLayer(layer) { [layer($0[0], context: $0[1])] }
        case "attention with relative positions":
            return GoldenLayer(MultiHeadAttention(4, heads: 2, relativeDistance: 3, random: &random))
        case "linear attention": return GoldenLayer(MultiHeadAttention(4, heads: 2, kind: .linear, random: &random))
        case "linear attention, causal":
            return GoldenLayer(MultiHeadAttention(4, heads: 2, kind: .linear, causal: true, random: &random))
        case "transformer block, pre-norm", "transformer block, post-norm":
            let norm: TransformerBlock.Norm = name.contains("pre") ? .pre : .post
            return GoldenLayer(
                TransformerBlock(4, heads: 2, hidden: 6, norm: norm, causal: true, random: &random))
        case "transformer block, pre-norm with a context", "transformer block, post-norm with a context":
            let norm: TransformerBlock.Norm = name.contains("pre") ? .pre : .post
            let block = TransformerBlock(
                4, heads: 2, hidden: 5, context: 4, norm: norm, causal: true, activation: .relu, random: &random)
            return GoldenLayer(block) { [block($0[0], context: $0[1], contextPadding: $0[2].asFloat())] }
        default: return nil
        }
    }
}
