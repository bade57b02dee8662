import Configuration
import Datasets
import NeuralNetworks
import Random
import TensorCore

/// The orderless deep NADE (Uria, Murray & Larochelle 2014): a network of linear layers that takes the known numbers
/// and the mask of known numbers, [x ⊙ m, m], and predicts all others.
struct DeepNADE: OrderedSums {
    /// (D, H): from the known numbers, and from the mask, to the first hidden layer.
    let weight, markWeight: Variable
    /// (H).
    let bias: Variable
    let hidden: [Linear]
    /// (D, H): from the last hidden layer to the logits.
    let outputWeight: Variable
    /// (D).
    let outputBias: Variable

    init(width: Int, hiddenUnits: [Int], random: inout RandomStream) {
        let (first, last) = (hiddenUnits[0], hiddenUnits[hiddenUnits.count - 1])
        let fans = Fans(inputs: 2 * width, outputs: first)
        func input(_ name: String) -> Variable {
            Variable(.glorotUniform(), shape: [width, first], fans: fans, name: name, random: &random)
        }
        (weight, markWeight) = (input("weight"), input("markWeight"))
        bias = Variable(zeros: [first], name: "bias")
        var layers: [Linear] = []
        for (inputs, outputs) in zip(hiddenUnits, hiddenUnits.dropFirst()) {
            layers.append(Linear(inputs, outputs, random: &random))
        }
        hidden = layers
        outputWeight = Variable(.glorotUniform(), shape: [width, last], name: "outputWeight", random: &random)
        outputBias = Variable(zeros: [width], name: "outputBias")
    }

    var parameters: Parameters {
        let own = Parameters(named: [
            "weight": weight, "markWeight": markWeight, "bias": bias, "outputWeight": outputWeight,
            "outputBias": outputBias,
        ])
        return own + ["hidden": Parameters(list: hidden.map(\.parameters))]
    }

    /// The last hidden layer from the sums of the first one, (…, H).
    private func units(_ sums: Tensor) -> Tensor { hidden.reduce(sums.relu()) { $1($0).relu() } }

    func callAsFunction(_ x: Tensor, known: Tensor) -> Tensor {
        let sums = (x * known).matmul(weight.tensor) + known.matmul(markWeight.tensor) + bias.tensor
        return units(sums).matmul(outputWeight.tensor, transposeRight: true) + outputBias.tensor
    }

    /// Each number adds two rows of weights to the first layer's sums, as in NADE, so that an order costs no more than
    /// D passes through the later layers.
    func logProbabilities(_ x: Tensor, order: Tensor) -> Tensor {
        let inOrder = x.columns(order)
        // The mask's sums are the same for all rows: each earlier number is known, whatever its value.
        let (own, marks) = (weight.tensor.taking(order), markWeight.tensor.taking(order))
        let (outputs, biases) = (outputWeight.tensor.taking(order), outputBias.tensor.taking(order))
        let markSums = marks.cumulativeSum(axis: 0) - marks
        return PrefixSums.map(inOrder, weight: own, start: bias.tensor) { places, sums in
            let h = units(sums + markSums.sliced(places, axis: 0))
            let logits = (h * outputs.sliced(places, axis: 0)).sum([-1]) + biases.sliced(places, axis: 0)
            return -binaryCrossEntropy(logits: logits, targets: inOrder.sliced(places, axis: 1))
        }.sum([-1])
    }
}

/// Settings of ``DeepNADE``.
public struct DeepNADESettings: ModelSettings {
    @Setting(1...65_536, "hidden layer sizes") public var hiddenUnits = [500]
    /// 1 gives a DeepNADE; more give its ensemble, EoNADE.
    @Setting(1...4096, "orderings averaged in a likelihood (EoNADE)") public var orders = 1

    public init() {}

    public var needs: DataNeeds { DataNeeds(.bits) }
    /// 200 epochs with a decaying learning rate.
    public var fitting: FitSettings {
        FitSettings { ($0.epochs, $0.learningRate, $0.decay) = (200, 1e-3, .linear) }
    }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        guard !hiddenUnits.isEmpty else {
            throw ModelError.setting("hiddenUnits", value: "empty", expected: "at least one hidden layer")
        }
        var random = RandomStream(seed: seed).split("parameters")
        let network = DeepNADE(width: data.width, hiddenUnits: hiddenUnits, random: &random)
        return try OrderlessModel(network, orders: orders, data: data, seed: seed)
    }
}
