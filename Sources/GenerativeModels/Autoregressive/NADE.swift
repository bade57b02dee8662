import Configuration
import Datasets
import NeuralNetworks
import Random
import TensorCore

/// The neural autoregressive distribution estimator (Larochelle & Murray 2011), whose hidden units share their weights
/// across the conditionals,
///
///     hᵢ = σ(b + Σ_{j<i} xⱼ W[j]),   p(xᵢ = 1 | x before i) = σ(cᵢ + Vᵢ · hᵢ)
///
/// For real numbers, RNADE (Uria, Murray & Larochelle 2013) has rectified units ρᵢ aᵢ and a mixture of Gaussians for
/// each number, whose parameters are affine functions of hᵢ.
struct NADE: ConditionalNetwork {
    /// (D, H): the contribution of each number to the hidden units.
    let weight: Variable
    /// (H).
    let bias: Variable
    /// (D, P, H): from the hidden units to the outputs for each number.
    let outputWeight: Variable
    /// (D, P).
    let outputBias: Variable
    /// (D), RNADE's factors of the activations, which grow as more numbers contribute to them; nil for bits.
    let scale: Variable?
    let order: [Int]
    private let outputCount: Int

    init(width: Int, hiddenUnits: Int, outputs: Int, order: [Int], isReal: Bool, random: inout RandomStream) {
        let fans = Fans(inputs: width, outputs: hiddenUnits)
        weight = Variable(
            .glorotUniform(), shape: [width, hiddenUnits], fans: fans, name: "weight", random: &random)
        bias = Variable(zeros: [hiddenUnits], name: "bias")
        let outputFans = Fans(inputs: hiddenUnits, outputs: outputs)
        outputWeight = Variable(
            .glorotUniform(), shape: [width, outputs, hiddenUnits], fans: outputFans, name: "outputWeight",
            random: &random)
        // Components with the same initial mean would stay together.
        outputBias =
            isReal
            ? Variable(.normal(deviation: 0.5), shape: [width, outputs], name: "outputBias", random: &random)
            : Variable(zeros: [width, outputs], name: "outputBias")
        scale = isReal ? Variable((1...width).map { 1 / Float($0) }, shape: [width], name: "scale") : nil
        (self.order, outputCount) = (order, outputs)
    }

    var parameters: Parameters {
        Parameters(named: [
            "weight": weight, "bias": bias, "outputWeight": outputWeight, "outputBias": outputBias, "scale": scale,
        ])
    }

    /// All hidden units of the rows are kept: D · H numbers per row.
    var rowLimit: Int { 100 }

    func callAsFunction(_ x: Tensor) -> Tensor {
        let (width, hidden) = (order.count, bias.count)
        let inOrder = order == Array(0..<width) ? x : x.columns(Self.indices(order))
        let outputs = PrefixSums.map(inOrder, weight: weight.tensor, start: bias.tensor) { places, sums in
            let units = activated(sums, places)
            let ownWeight = outputWeight.tensor.sliced(places, axis: 0)
            let logits =
                outputCount == 1
                ? (units * ownWeight.reshaped(to: [places.count, hidden])).sum([-1], keepDimensions: true)
                : units.permuted([1, 0, 2]).matmul(ownWeight, transposeRight: true).permuted([1, 0, 2])
            return logits + outputBias.tensor.sliced(places, axis: 0)
        }
        return order == Array(0..<width) ? outputs : outputs.columns(Self.indices(Self.inverse(order)))
    }

    /// The hidden units from their sums (B, places, H).
    private func activated(_ sums: Tensor, _ places: Range<Int>) -> Tensor {
        guard let scale else { return sums.sigmoid() }
        return (sums * scale.tensor.sliced(places, axis: 0).expandingDimension(at: 1)).relu()
    }

    static func indices(_ order: [Int]) -> Tensor { Tensor(order.map(Int32.init), shape: [order.count]) }

    static func inverse(_ order: [Int]) -> [Int] {
        var result = [Int](repeating: 0, count: order.count)
        for (index, place) in order.enumerated() { result[place] = index }
        return result
    }

    func makeStepper(count: Int) throws -> (any ConditionalStepper)? { try NADEStepper(self, count: count) }
}

/// Keeps the sums of each row and adds the weights of one number per step: D · H operations per row instead of D² · H.
private final class NADEStepper: ConditionalStepper {
    let remembers = true
    private let plan: Plan
    private let order: [Int]

    init(_ network: NADE, count: Int) throws {
        order = network.order
        let sums = Variable(zeros: [count, network.bias.count], name: "sums")
        let start = network.bias.values
        sums.set((0..<count).flatMap { _ in start })
        let outputs = network.outputBias.shape[1]
        // The previous number and its index, and the index to compute; for the first one, a zero is added.
        let inputs: [Program.Input] = [.float32(count, 1), .int32(1), .int32(1)]
        let program = Program("nade step", inputs: inputs) { inputs in
            let next = sums.tensor + inputs[0] * network.weight.tensor.taking(inputs[1])
            try sums.assign(next)
            let place = inputs[2]
            let units =
                network.scale.map { (next * $0.tensor.taking(place)).relu() } ?? next.sigmoid()
            let weight = network.outputWeight.tensor.taking(place).reshaped(to: [outputs, next.shape[1]])
            return [units.matmul(weight, transposeRight: true) + network.outputBias.tensor.taking(place)]
        }
        plan = try program.plan()
    }

    func find(_ index: Int, rows: [Float], outputs: UnsafeMutableBufferPointer<Float>) throws {
        let width = order.count
        for row in plan.input(0).indices {
            plan.input(0)[row] = index > 0 ? rows[row * width + order[index - 1]] : 0
        }
        plan.integerInput(1)[0] = Int32(max(0, index - 1))
        plan.integerInput(2)[0] = Int32(index)
        plan.run()
        _ = outputs.update(fromContentsOf: plan.output(0))
    }
}

/// Settings of ``NADE``.
public struct NADESettings: ModelSettings {
    @Setting(1...65_536, "hidden units") public var hiddenUnits = 500
    /// The ordering depends on the seed of the fit.
    @Setting("a random ordering instead of raster order") public var shuffled = false

    public init() {}

    public var needs: DataNeeds { DataNeeds(.bits) }
    /// 100 epochs with a decaying learning rate.
    public var fitting: FitSettings {
        FitSettings { ($0.epochs, $0.learningRate, $0.decay, $0.patience) = (100, 1e-3, .linear, 10) }
    }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        let root = RandomStream(seed: seed)
        var random = root.split("parameters")
        let network = NADE(
            width: data.width, hiddenUnits: hiddenUnits, outputs: 1, order: root.order(data.width, shuffled: shuffled),
            isReal: false, random: &random)
        return try AutoregressiveModel(network, .bernoulli, data: data, seed: seed)
    }
}

/// Settings of ``NADE`` for reals.
public struct RNADESettings: ModelSettings {
    @Setting(1...65_536, "hidden units") public var hiddenUnits = 50
    @Setting(1...1024, "mixture components per dimension") public var components = 10

    public init() {}

    public var needs: DataNeeds { DataNeeds(.reals, .unit) }
    /// 100 epochs with a decaying learning rate.
    public var fitting: FitSettings {
        FitSettings { ($0.epochs, $0.learningRate, $0.decay, $0.patience) = (100, 3e-3, .linear, 20) }
    }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        var random = RandomStream(seed: seed).split("parameters")
        let distribution = ConditionalDistribution.gaussianMixture(components)
        let network = NADE(
            width: data.width, hiddenUnits: hiddenUnits, outputs: distribution.outputCount,
            order: Array(0..<data.width), isReal: true, random: &random)
        return try AutoregressiveModel(network, distribution, data: data, seed: seed)
    }
}

extension RandomStream {
    /// 0..<count, in order or shuffled.
    func order(_ count: Int, shuffled: Bool) -> [Int] {
        var order = Array(0..<count)
        var random = split("order")
        if shuffled { random.shuffle(&order) }
        return order
    }
}
