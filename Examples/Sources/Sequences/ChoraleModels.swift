import NeuralNetworks
import Random
import TensorCore

/// A model that predicts frames: piano rolls (B, T, 88) → logits of the next frame's keys (B, T, 88).
protocol ChoraleModel: Layer {
    var learningRate: Double { get }
    var clippingNorm: Double { get }
}

/// One layer of 200 units, about 300 k parameters: the baseline of Bai et al. (2018).
struct ChoraleLSTM: ChoraleModel {
    private let recurrent: LSTM
    private let output: Linear
    private let dropout = Dropout(0.3)
    let learningRate = 2e-3
    let clippingNorm = 1.0

    init(seed: UInt64) {
        var random = RandomStream(seed: seed).split("lstm")
        recurrent = LSTM(Chorales.keys, 200, random: &random)
        output = Linear(200, Chorales.keys, random: &random)
    }

    func callAsFunction(_ input: Tensor) -> Tensor { output(dropout(recurrent(input).outputs)) }

    var parameters: Parameters { ["recurrent": recurrent.parameters, "output": output.parameters] }
}

/// A temporal convolutional network (Bai et al. 2018, with their settings for this dataset): two residual blocks of two
/// causal convolutions with 150 channels and three taps each, dilated by 1 and 2, with dropout.
struct ChoraleTCN: ChoraleModel {
    private struct Block: Layer {
        let first, second: Conv1d
        let way: Conv1d?
        let dropout = Dropout(0.5)

        init(_ inputs: Int, _ channels: Int, dilation: Int, _ random: inout RandomStream) {
            first = .causal(inputs, channels, kernel: 3, dilation: dilation, random: &random)
            second = .causal(channels, channels, kernel: 3, dilation: dilation, random: &random)
            way = inputs == channels ? nil : Conv1d(inputs, channels, kernel: 1, random: &random)
        }

        func callAsFunction(_ x: Tensor) -> Tensor {
            let inner = dropout(second(dropout(first(x).relu())).relu())
            return (inner + (way.map { $0(x) } ?? x)).relu()
        }

        var parameters: Parameters {
            ["first": first.parameters, "second": second.parameters, "way": way?.parameters ?? [:]]
        }
    }

    private let blocks: [Block]
    private let output: Linear
    let learningRate = 1e-3
    let clippingNorm = 0.4

    init(seed: UInt64) {
        var random = RandomStream(seed: seed).split("tcn")
        blocks = [
            Block(Chorales.keys, 150, dilation: 1, &random), Block(150, 150, dilation: 2, &random),
        ]
        output = Linear(150, Chorales.keys, random: &random)
    }

    func callAsFunction(_ input: Tensor) -> Tensor { output(blocks.reduce(input) { $1($0) }) }

    var parameters: Parameters {
        ["block0": blocks[0].parameters, "block1": blocks[1].parameters, "output": output.parameters]
    }
}
