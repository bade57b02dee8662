import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// A layer with the input shapes that it is differentiated at; the layer may depend on them.
struct LayerGradientCase: CustomTestStringConvertible, Sendable {
    var name: String
    /// Five sets of input shapes: with extents of one, odd ones, and an empty batch.
    var shapes: [[Shape]]
    var mode = Mode.evaluation
    var make: @Sendable ([Shape], inout RandomStream) -> GoldenLayer

    var testDescription: String { name }

    static func layer<L: Layer & SendableMetatype>(
        _ name: String, _ shapes: [Shape], mode: Mode = .evaluation,
        _ make: @escaping @Sendable (Shape, inout RandomStream) -> L
    ) -> LayerGradientCase {
        LayerGradientCase(name: name, shapes: shapes.map { [$0] }, mode: mode) { GoldenLayer(make($0[0], &$1)) }
    }
}

/// Gradients to inputs and parameters against central differences in float64.
@Suite struct LayerGradientTests {
    @Test(arguments: LayerGradientCase.all)
    func centralDifferences(_ golden: LayerGradientCase) throws {
        #expect(golden.shapes.count == 5)
        for shapes in golden.shapes {
            var random = RandomStream(seed: 17)
            let layer = golden.make(shapes, &random)
            let variables = layer.module.parameters.variables
            for (index, variable) in variables.enumerated() {
                let values = uniformValues(variable.count, seed: UInt64(40 + index), in: -0.9...0.9)
                variable.set(values.map(Float.init))
            }
            let inputs = shapes.enumerated().map { Tensor(Node(.input($0), [], shape: $1, type: .float32)) }
            let recording = Recording(programName: golden.name)
            let (loss, rows) = Recording.$current.withValue(recording) {
                let results = golden.mode { layer.body(inputs) }
                let loss = results.enumerated().map { weighted($1, seed: UInt64($0)) }.reduce(Tensor(0), +)
                return (
                    loss,
                    gradients(of: loss, withRespectTo: inputs) + gradients(of: loss, withRespectTo: variables)
                )
            }
            let given = shapes.enumerated().map { uniformValues($1.elementCount, seed: UInt64($0) + 5) }
            check(golden.name, shapes, loss, rows, given, variables)
        }
    }

    /// A scalar from a result, in which every element has its own weight.
    private func weighted(_ y: Tensor, seed: UInt64) -> Tensor {
        (y * uniform(y.shape, seed: 99 + seed, in: 0.5...1.5)).sum()
    }

    private func check(
        _ name: String, _ shapes: [Shape], _ loss: Tensor, _ rows: [Tensor], _ inputs: [[Double]],
        _ variables: [Variable]
    ) {
        let start = inputs + variables.map { $0.values.map(Double.init) }
        func evaluate(_ tensors: [Tensor], _ values: [[Double]]) -> [[Double]] {
            let held = zip(variables, values.dropFirst(inputs.count)).map { (ObjectIdentifier($0), $1) }
            return Reference.evaluate(
                tensors, inputs: Array(values.prefix(inputs.count)), variables: Dictionary(uniqueKeysWithValues: held),
                random: (3, 0))
        }
        let exact = evaluate(rows, start)
        for operand in start.indices {
            let count = start[operand].count
            #expect(exact[operand].count == count)
            // Every element of small arrays, a dozen of large ones.
            for element in stride(from: 0, to: count, by: max(1, count / 12)) {
                let h = 1e-5
                var (above, below) = (start, start)
                above[operand][element] += h
                below[operand][element] -= h
                let numeric = (evaluate([loss], above)[0][0] - evaluate([loss], below)[0][0]) / (2 * h)
                let difference = abs(numeric - exact[operand][element]) / max(1, abs(numeric))
                #expect(
                    difference < 1e-6,
                    "\(name) \(shapes), operand \(operand)[\(element)]: \(exact[operand][element]) against \(numeric)")
            }
        }
    }
}

extension LayerGradientCase {
    private static let rows: [Shape] = [[1, 2], [3, 4], [2, 5, 2], [0, 6], [7, 2]]
    private static let sequences: [Shape] = [[1, 1, 1], [2, 5, 3], [1, 7, 2], [0, 4, 2], [3, 3, 5]]
    private static let images: [Shape] = [[1, 1, 1, 1], [2, 3, 4, 2], [1, 5, 5, 3], [0, 3, 3, 2], [1, 2, 7, 1]]
    /// A variance needs two elements per channel, so the batch can't be empty.
    private static let batches: [Shape] = [[2, 1], [5, 3], [2, 3, 2], [1, 3, 3, 2], [7, 1, 1, 5]]

    static let all = pointwise + convolutions + normalization + recurrent + attention

    static let pointwise: [LayerGradientCase] =
        Activation.allCases.map { activation in layer("activation \(activation)", rows) { _, _ in activation } } + [
            layer("rrelu in training", rows, mode: .training) { _, _ in Activation.rrelu },
            layer("glu", rows) { _, _ in Function { $0.glu() } },
            layer("maxout", rows) { _, _ in Function { $0.maxout(pieces: 2) } },
            layer("linear", rows) { Linear($0.last!, 3, random: &$1) },
            layer("dropout in training", rows, mode: .training) { _, _ in Dropout(0.4) },
            layer("learned positions", sequences) {
                PositionalEmbedding.learned(length: 8, $0[2], random: &$1)
            },
            layer("positions beside the input", sequences) {
                PositionalEmbedding.learned(length: 9, $0[2] + 1, combination: .concatenation, random: &$1)
            },
            LayerGradientCase(name: "embedding", shapes: [[], [], [], [], []]) { _, random in
                let embedding = Embedding(5, 3, random: &random)
                return GoldenLayer(embedding) { _ in [embedding(Tensor([4, 0, 4, 2] as [Int32]))] }
            },
        ]

    static let convolutions: [LayerGradientCase] = [
        layer("conv1d", sequences) {
            Conv1d($0[2], 2, kernel: 2, stride: 2, padding: 2, dilation: 2, random: &$1)
        },
        layer("causal conv1d", sequences) { Conv1d.causal($0[2], 3, kernel: 3, dilation: 2, random: &$1) },
        layer("conv2d", images) {
            Conv2d($0[3], 2, kernel: (3, 2), stride: (1, 2), padding: Padding(top: 2, left: 1, right: 1), random: &$1)
        },
        layer("depthwise conv2d", images) {
            Conv2d($0[3], $0[3], kernel: (3, 3), padding: 2, dilation: (2, 1), groups: $0[3], random: &$1)
        },
        layer("convTranspose1d", sequences) {
            ConvTranspose1d($0[2], 2, kernel: 3, stride: 2, padding: 1, outputPadding: 1, random: &$1)
        },
        layer("convTranspose2d", images) {
            ConvTranspose2d($0[3], 2, kernel: (2, 3), stride: (2, 1), padding: Padding(right: 1), random: &$1)
        },
        layer("maskedConv2d a", images) { MaskedConv2d(.a, $0[3], 2, kernel: (3, 3), random: &$1) },
        layer("maskedConv2d b of colours", images) {
            MaskedConv2d(.b, $0[3], 2 * $0[3], kernel: (3, 1), colours: $0[3], random: &$1)
        },
    ]

    static let normalization: [LayerGradientCase] = [
        layer("batchNorm in training", batches, mode: .training) { shape, _ in BatchNorm(shape.last!) },
        layer("batchNorm in evaluation", rows) { shape, _ in BatchNorm(shape.last!) },
        layer("layerNorm", sequences) { shape, _ in LayerNorm(shape[2]) },
        layer("groupNorm", images) { shape, _ in GroupNorm(groups: shape[3], shape[3]) },
        layer("groupNorm of two", [[1, 2], [3, 4], [2, 5, 2], [0, 6], [1, 3, 3, 4]]) { shape, _ in
            GroupNorm(groups: 2, shape.last!)
        },
        LayerGradientCase(
            name: "conditionalBatchNorm in training", shapes: batches.map { [$0] }, mode: .training
        ) { shapes, _ in
            let layer = ConditionalBatchNorm(shapes[0].last!, classes: 3)
            let classes = (0..<shapes[0][0]).map { Int32($0 % 3) }
            return GoldenLayer(layer) { [layer($0[0], classes: Tensor(classes))] }
        },
    ]

    /// Sequences with an initial state of two units.
    private static let withState: [[Shape]] = sequences.map { [$0, [$0[0], 2]] }

    static let recurrent: [LayerGradientCase] =
        [
            LayerGradientCase(name: "rnn", shapes: withState) { shapes, random in
                let network = RNN(shapes[0][2], 2, random: &random)
                return GoldenLayer(network) { x in
                    let (outputs, states) = network(x[0], from: [x[1]])
                    return [outputs] + states
                }
            },
            LayerGradientCase(name: "lstm of two layers", shapes: sequences.map { [$0, [$0[0], 2], [$0[0], 2]] }) {
                shapes, random in
                let network = LSTM(shapes[0][2], 2, layers: 2, random: &random)
                return GoldenLayer(network) { x in
                    let state = LSTMCell.State(hidden: x[1], cell: x[2])
                    let (outputs, states) = network(x[0], from: [state, state])
                    return [outputs] + states.flatMap { [$0.hidden, $0.cell] }
                }
            },
        ]
        + GRUCell.Reset.allCases.map { reset in
            LayerGradientCase(name: "gru with reset \(reset)", shapes: withState) { shapes, random in
                let network = GRU(shapes[0][2], 2, reset: reset, random: &random)
                return GoldenLayer(network) { x in
                    let (outputs, states) = network(x[0], from: [x[1]])
                    return [outputs] + states
                }
            }
        }

    private static let evenSequences: [Shape] = [[1, 1, 2], [2, 5, 4], [1, 3, 6], [0, 4, 2], [3, 2, 2]]

    static let attention: [LayerGradientCase] = [
        layer("attention", evenSequences) { MultiHeadAttention($0[2], heads: 2, random: &$1) },
        layer("causal attention with relative positions", evenSequences) {
            MultiHeadAttention($0[2], heads: 2, causal: true, relativeDistance: 2, random: &$1)
        },
        layer("linear attention", evenSequences) { MultiHeadAttention($0[2], heads: 2, kind: .linear, random: &$1) },
        layer("causal linear attention", evenSequences) {
            MultiHeadAttention($0[2], heads: 2, kind: .linear, causal: true, random: &$1)
        },
        LayerGradientCase(name: "padded attention", shapes: evenSequences.map { [$0] }) { shapes, random in
            let shape = shapes[0]
            let layer = MultiHeadAttention(shape[2], heads: 2, random: &random)
            // At least one valid key for each example, and in one case none for the last example.
            let mask = (0..<shape[0] * shape[1]).map { place -> Float in
                shape[0] > 1 && place / shape[1] == shape[0] - 1 ? 0 : place % shape[1] % 3 == 1 ? 0 : 1
            }
            let padding = Tensor(mask, shape: [shape[0], shape[1]])
            return GoldenLayer(layer) { [layer($0[0], context: nil, padding: padding)] }
        },
        LayerGradientCase(
            name: "attention to a context",
            shapes: [
                [[1, 1, 2], [1, 1, 1]], [[2, 3, 4], [2, 5, 3]], [[1, 3, 2], [1, 1, 5]], [[0, 2, 2], [0, 3, 2]],
                [[2, 1, 2], [2, 3, 2]],
            ]
        ) { shapes, random in
            let layer = MultiHeadAttention(shapes[0][2], heads: 2, context: shapes[1][2], random: &random)
            return GoldenLayer(layer) { [layer($0[0], context: $0[1])] }
        },
        layer("transformer block, pre-norm", evenSequences) {
            TransformerBlock($0[2], heads: 2, hidden: 3, norm: .pre, causal: true, random: &$1)
        },
        layer("transformer block, post-norm with dropout", evenSequences, mode: .training) {
            TransformerBlock($0[2], heads: 1, hidden: 3, norm: .post, dropout: 0.3, random: &$1)
        },
    ]
}
