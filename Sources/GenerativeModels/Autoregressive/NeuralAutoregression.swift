import Configuration
import Datasets
import NeuralNetworks
import Random
import TensorCore

/// The neural autoregressive network (Bengio & Bengio 2000). Each number has a group of hidden units, h_t = tanh(b_t +
/// W_t x_{≤t}), which is reused from left to right: the logit of xᵢ is an affine function of the groups h₁…hᵢ₋₁.
///
/// Unlike NADE's, the groups have weights of their own, O(D²) of them per unit.
struct NeuralAutoregression: ConditionalNetwork {
    /// (D · G, D); group t uses its first t columns.
    private let weight: Variable
    /// (D · G).
    private let bias: Variable
    /// (D, D · G); row i uses the groups before i.
    private let outputWeight: Variable
    /// (D).
    private let outputBias: Variable
    private let groupUnits: Int
    let order: [Int]

    init(width: Int, groupUnits: Int, random: inout RandomStream) {
        let hidden = width * groupUnits
        weight = Variable(.glorotUniform(), shape: [hidden, width], name: "weight", random: &random)
        bias = Variable(zeros: [hidden], name: "bias")
        outputWeight = Variable(.glorotUniform(), shape: [width, hidden], name: "outputWeight", random: &random)
        outputBias = Variable(zeros: [width], name: "outputBias")
        (self.groupUnits, order) = (groupUnits, Array(0..<width))
    }

    var parameters: Parameters {
        Parameters(named: [
            "weight": weight, "bias": bias, "outputWeight": outputWeight, "outputBias": outputBias,
        ])
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        let places = Tensor(order.map { Float($0) }, shape: [order.count])
        let groups = Tensor(order.flatMap { [Float](repeating: Float($0), count: groupUnits) }, shape: [bias.count])
        // A group sees its own number too; the output for a number sees only the groups before it.
        let seen = groups.expandingDimension(at: 1) .>= places.expandingDimension(at: 0)
        let before = groups.expandingDimension(at: 0) .< places.expandingDimension(at: 1)
        let h = (x.matmul(weight.tensor * seen, transposeRight: true) + bias.tensor).tanh()
        let logits = h.matmul(outputWeight.tensor * before, transposeRight: true) + outputBias.tensor
        return logits.expandingDimension(at: 2)
    }
}

/// Settings of ``NeuralAutoregression``.
public struct NeuralAutoregressionSettings: ModelSettings {
    @Setting(1...1024, "hidden units per dimension") public var groupUnits = 4

    public init() {}

    public var needs: DataNeeds { DataNeeds(.bits) }
    /// 50 epochs with a decaying learning rate.
    public var fitting: FitSettings {
        FitSettings { ($0.epochs, $0.learningRate, $0.decay, $0.patience) = (50, 1e-3, .linear, 10) }
    }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        var random = RandomStream(seed: seed).split("parameters")
        let network = NeuralAutoregression(width: data.width, groupUnits: groupUnits, random: &random)
        return try AutoregressiveModel(network, .bernoulli, data: data, seed: seed)
    }
}
