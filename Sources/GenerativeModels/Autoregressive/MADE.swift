import Configuration
import Datasets
import Foundation
import NeuralNetworks
import Random
import TensorCore

/// The masked autoencoder for distribution estimation (Germain et al. 2015): an autoencoder whose weights are masked so
/// that there is no path to the output for a number from that number or from later ones. A number has a degree, its
/// place in the order; a hidden unit has one too, the highest degree of the numbers that it may see:
///
///     hidden mask 1[m(k′) ≥ m(k)],   output mask 1[d > m(k)]
///
/// One network can serve many masks: several orders of the numbers, and several assignments of degrees to the hidden
/// units. Minibatches cycle through the masks, and the likelihood is that of the mixture over all of them, (1/M) Σ p(x
/// | mask).
public final class MADE: NumberByNumberModel, LikelihoodModel {
    public let data: Dataset.Description
    public let parameters: Parameters
    public let scoreKind = ScoreKind.exact
    private let settings: MADESettings
    let masks: [Degrees]
    private let optimizer: any Optimizer
    let fitProgram, rowProgram, outputProgram: Program
    private var nextMask = 0

    /// The degrees of all units: 1…D for the inputs, 1…D−1 in each hidden layer.
    struct Degrees {
        let inputs: [Int]
        let hidden: [[Int]]

        /// The indices of the numbers sorted by degree: the order of the chain rule.
        var order: [Int] { inputs.indices.sorted { inputs[$0] < inputs[$1] } }
    }

    /// Makes a model with random parameters.
    public init(_ settings: MADESettings, data: Dataset.Description, seed: UInt64) throws {
        (self.settings, self.data) = (settings, data)
        let root = RandomStream(seed: seed)
        masks = Self.degrees(settings, width: data.width, root)
        var random = root.split("parameters")
        let sizes = [data.width] + settings.hiddenUnits + [data.width]
        let layers = zip(sizes, sizes.dropFirst()).map { inputs, outputs in
            MaskedLayer(
                weight: Variable(.glorotUniform(), shape: [outputs, inputs], name: "weight", random: &random),
                bias: Variable(zeros: [outputs], name: "bias"))
        }
        let direct =
            settings.direct
            ? Variable(.normal(deviation: 0.01), shape: [data.width, data.width], name: "direct", random: &random)
            : nil
        let parameters = ["layers": Parameters(list: layers.map(\.parameters))] + Parameters(named: ["direct": direct])
        self.parameters = parameters
        let optimizer = settings.makeOptimizer()
        self.optimizer = optimizer

        /// Logits of all numbers under the given degrees of the units: (B, D), and (D), (H₁), … → (B, D).
        func logits(_ x: Tensor, _ degrees: [Tensor]) -> Tensor {
            var h = x
            for (index, layer) in layers.enumerated() {
                let isLast = index == layers.count - 1
                let (from, to) = (degrees[index], degrees[isLast ? 0 : index + 1])
                let (row, column) = (from.expandingDimension(at: 0), to.expandingDimension(at: 1))
                let mask = isLast ? column .> row : column .>= row
                h = h.matmul(layer.weight.tensor * mask, transposeRight: true) + layer.bias.tensor
                if !isLast { h = h.relu() }
            }
            guard let direct else { return h }
            let mask = degrees[0].expandingDimension(at: 1) .> degrees[0].expandingDimension(at: 0)
            return h + x.matmul(direct.tensor * mask, transposeRight: true)
        }
        func logProbabilities(_ inputs: [Tensor]) -> Tensor {
            -binaryCrossEntropy(logits: logits(inputs[0], Array(inputs[1...])), targets: inputs[0]).sum([-1])
        }
        let inputs = [Program.Input.float32(nil, data.width)] + sizes.dropLast().map { Program.Input.float32($0) }
        fitProgram = Program("made fit", inputs: inputs) { inputs in
            let mean = logProbabilities(inputs).mean()
            try optimizer.minimize(-mean, parameters)
            return [mean]
        }
        rowProgram = Program("made rows", inputs: inputs) { [logProbabilities($0)] }
        outputProgram = Program("made outputs", inputs: inputs) { [logits($0[0], Array($0[1...]))] }
        optimizer.prepare(for: parameters)
    }

    /// All masks: the orders, each with newly sampled degrees of the hidden units.
    private static func degrees(_ settings: MADESettings, width: Int, _ root: RandomStream) -> [Degrees] {
        (0..<settings.masks).map { mask in
            let stream = root.split("mask").split(mask)
            let order = stream.order(width, shuffled: settings.shuffled)
            let inputs = NADE.inverse(order).map { $0 + 1 }
            var (random, lowest) = (stream.split("hidden"), 1)
            let hidden = settings.hiddenUnits.map { units in
                let degrees = (0..<units).map { _ in
                    lowest + random.integers(below: max(1, width - lowest))
                }
                lowest = degrees.min() ?? lowest
                return degrees
            }
            return Degrees(inputs: inputs, hidden: hidden)
        }
    }

    public var variables: Parameters { parameters + ["optimizer": optimizer.state] }

    /// The position in the cycle of masks.
    public var randomStates: [RandomState] {
        get { [(0, UInt64(nextMask))] }
        set { nextMask = Int(newValue[0].counter) }
    }

    /// One update on the mean log-likelihood of the minibatch under the next mask.
    public func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        optimizer.follow(step)
        let plan = try fitProgram.plan(length: batch.count)
        set(masks[nextMask % masks.count], in: plan)
        nextMask = (nextMask + 1) % masks.count
        plan.setRows(0, batch)
        plan.run()
        return [("training", -Double(plan.output(0)[0]))]
    }

    private func set(_ degrees: Degrees, in plan: Plan) {
        for (index, values) in ([degrees.inputs] + degrees.hidden).enumerated() {
            let input = plan.input(index + 1)
            for place in values.indices { input[place] = Float(values[place]) }
        }
    }

    /// The mean log-likelihood under the first masks, at most four: only the test pays for all of them.
    public func score(_ rows: DataRows) throws -> Double {
        let nats = try mixture(rows, masks.prefix(4))
        return nats.reduce(0, +) / Double(nats.count)
    }

    /// log p of each row under the mixture of all masks, exactly.
    public func logLikelihood(of rows: DataRows, seed: UInt64) throws -> LogLikelihood {
        LogLikelihood(.exact, try mixture(rows, masks[...]), details: [("masks", Double(masks.count))])
    }

    private func mixture(_ rows: DataRows, _ masks: ArraySlice<Degrees>) throws -> [Double] {
        try logMeanExp(masks.map { try logLikelihoods(rows, under: $0) })
    }

    /// log p of each row under one of the masks.
    func logLikelihoods(_ rows: DataRows, under degrees: Degrees) throws -> [Double] {
        try rowProgram.rows(rows, limit: 500) { set(degrees, in: $0) }
    }

    /// Samples rows of the mixture over the masks: each under one of them, which depends on the seed. If some numbers
    /// are known, all rows have the mask with the fewest known numbers after unknown ones: unknown numbers are sampled
    /// given the known numbers that come earlier.
    public func drawing(count: Int, from start: DataRows?, known: [Bool], seed: UInt64) throws -> NumberByNumber {
        func misplaced(_ mask: Int) -> Int { masks[mask].order.drop { known[$0] }.count { known[$0] } }
        let choices =
            start == nil
            ? RowOrders.choices(count, of: masks.count, RandomStream(seed: seed).split("mask"))
            : [Int](repeating: masks.indices.min { misplaced($0) < misplaced($1) }!, count: count)
        let groups = masks.indices.map { mask in (mask, choices.indices.filter { choices[$0] == mask }) }
            .filter { !$0.1.isEmpty }
        // One plan for all groups: they run one after another.
        let plan = try outputProgram.plan(length: groups.map(\.1.count).max() ?? 1)
        let stepper = GroupedRows(
            groups.map { mask, rows in
                let degrees = masks[mask]
                let network = WholeNetwork(plan, orders: RowOrders(degrees.order)) { [self] plan, _ in
                    set(degrees, in: plan)
                }
                return (rows, network)
            })
        return NumberByNumber(
            stepper, .bernoulli, orders: RowOrders(masks.map(\.order), choices: choices), count: count, from: start,
            known: known, seed: seed)
    }

    private struct MaskedLayer: Module {
        let weight, bias: Variable
        var parameters: Parameters { Parameters(named: ["weight": weight, "bias": bias]) }
    }
}

/// The log of the mean of exp over several lists, index by index: a mixture of densities, not a mean of logits.
func logMeanExp(_ lists: [[Double]]) -> [Double] {
    lists[0].indices.map { place in
        let greatest = lists.map { $0[place] }.max()!
        if greatest == -.infinity { return greatest }
        let sum = lists.reduce(0.0) { $0 + exp($1[place] - greatest) }
        return greatest + log(sum / Double(lists.count))
    }
}

/// Settings of ``MADE``.
public struct MADESettings: ModelSettings {
    @Setting(1...65_536, "hidden layer sizes") public var hiddenUnits = [500]
    @Setting(1...1024, "masks that training cycles through and a likelihood averages over") public var masks = 1
    /// The ordering depends on the seed of the fit.
    @Setting("a random ordering for each mask instead of raster order") public var shuffled = false
    @Setting("direct input-to-output connections") public var direct = true
    /// Germain et al. (2015) use AdaGrad.
    @Setting([.adam, .adagrad], "optimiser") public var optimizer = OptimizerName.adam

    public init() {}

    public var needs: DataNeeds { DataNeeds(.bits) }
    /// 100 epochs with a decaying learning rate.
    public var fitting: FitSettings {
        FitSettings { ($0.epochs, $0.learningRate, $0.decay, $0.patience) = (100, 1e-3, .linear, 20) }
    }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        guard !hiddenUnits.isEmpty else {
            throw ModelError.setting("hiddenUnits", value: "empty", expected: "at least one hidden layer")
        }
        return try MADE(self, data: data, seed: seed)
    }

    func makeOptimizer() -> any Optimizer {
        // AdaGrad's ε is that of Germain et al. (2015).
        optimizer == .adagrad ? AdaGrad(learningRate: 0, epsilon: 1e-6) : optimizer.make(learningRate: 0)
    }
}
