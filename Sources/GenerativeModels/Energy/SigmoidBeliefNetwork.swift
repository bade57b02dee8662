import Configuration
import Datasets
import Foundation
import NeuralNetworks
import Random
import TensorCore

/// Settings of a ``SigmoidBeliefNetwork``.
public struct SigmoidBeliefSettings: ModelSettings, Hashable {
    @Setting(1...65_536, "hidden layer sizes") public var hiddenUnits = [200, 100]
    /// K, the number of samples of the hidden units.
    @Setting(1...1_000_000, "importance samples per likelihood") public var importanceSamples = 100

    public init() {}

    public var needs: DataNeeds { DataNeeds(.bits) }

    /// 100 epochs with minibatches of 100.
    public var fitting: FitSettings { FitSettings { ($0.epochs, $0.batchSize) = (100, 100) } }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try data.require([.bits], of: "sigmoid-belief-network")
        guard !hiddenUnits.isEmpty else {
            throw ModelError.setting("hiddenUnits", value: "[]", expected: "at least one layer, such as [200, 100]")
        }
        return try SigmoidBeliefNetwork(self, data: data, seed: seed)
    }
}

/// A sigmoid belief network (Neal 1992) trained as a Helmholtz machine by the wake-sleep algorithm (Hinton, Dayan, Frey
/// & Neal 1995).
///
/// Bits cause each other layer by layer downwards, P(xₗᵢ = 1 | xₗ₊₁) = σ(bₗ + xₗ₊₁Wₗ)ᵢ, so that sampling is one pass. A
/// second, upward network infers the causes of a row, q(xₗ₊₁ | xₗ) = σ(rₗ + xₗRₗ). In the wake phase it samples causes
/// of the data, and the generative network learns to produce the data from them; in the sleep phase the generative
/// network samples dreams, and the recognition network learns to infer their causes. The wake phase raises the bound
/// E_q[log p(v, h) − log q(h | v)]; the sleep phase fits q to p by KL(p ‖ q), not the bound's KL(q ‖ p).
///
/// log p(v) is exact, summed over all causes, for at most ``exactUnits`` hidden units, and otherwise log (1/K) Σ p(v,
/// h)/q(h | v) of K samples, on average a lower bound that becomes tighter with K.
public final class SigmoidBeliefNetwork: SamplingModel, LikelihoodModel, ReconstructingModel, EncodingModel,
    PicturingModel
{
    /// The maximum number of hidden units whose states are enumerated.
    public static let exactUnits = 12

    public let data: Dataset.Description
    private let settings: SigmoidBeliefSettings
    private let sizes: [Int]
    /// Layers of p, from the visible units up, and the biases of the top layer.
    private let causes: [Linear]
    private let prior: Variable
    /// Layers of q, from the visible units up.
    private let recognition: [Linear]
    private let optimizer = Adam(learningRate: 0)
    private let fitProgram, ratioProgram, exactProgram, rowProgram, sampleProgram: Program

    init(_ settings: SigmoidBeliefSettings, data: Dataset.Description, seed: UInt64) throws {
        (self.settings, self.data) = (settings, data)
        let root = RandomStream(seed: seed)
        var initial = root.split("parameters")
        let sizes = [data.width] + settings.hiddenUnits
        let pairs = Array(zip(sizes, sizes.dropFirst()))
        let causes = pairs.map { Linear($1, $0, random: &initial) }
        let recognition = pairs.map { Linear($0, $1, random: &initial) }
        let prior = Variable(zeros: [sizes[sizes.count - 1]], name: "prior")
        (self.sizes, self.causes, self.recognition, self.prior) = (sizes, causes, recognition, prior)

        func logProbability(_ x: Tensor, _ logits: Tensor) -> Tensor {
            -binaryCrossEntropy(logits: logits, targets: x).sum([-1])
        }
        /// log p of all layers.
        func joint(_ layers: [Tensor]) -> Tensor {
            let top = layers[layers.count - 1]
            return causes.indices.reduce(logProbability(top, prior.tensor.broadcast(to: top.shape))) {
                $0 + logProbability(layers[$1], causes[$1](layers[$1 + 1]))
            }
        }
        /// log q of all layers but the visible one.
        func posterior(_ layers: [Tensor]) -> Tensor {
            recognition.indices.reduce(Tensor(0)) { $0 + logProbability(layers[$1 + 1], recognition[$1](layers[$1])) }
        }
        func awake(_ v: Tensor) -> [Tensor] {
            recognition.reduce([v]) { $0 + [$1($0[$0.count - 1]).sigmoid().bernoulliSample()] }
        }
        func asleep(_ count: Int) -> [Tensor] {
            let top = prior.tensor.broadcast(to: [count, prior.count]).sigmoid().bernoulliSample()
            return causes.reversed().reduce([top]) { [$1($0[0]).sigmoid().bernoulliSample()] + $0 }
        }

        let learned = Self.parameters(causes, prior, recognition)
        let rows = Program.Input.float32(nil, data.width)
        fitProgram = Program(
            "sigmoid-belief-network fit", inputs: [rows], seed: root.split("fit").key
        ) { [optimizer] inputs in
            let (waking, dream) = (awake(inputs[0]), asleep(inputs[0].shape[0]))
            let wake = joint(waking).mean()
            let sleep = posterior(dream).mean()
            // Samples pass no gradient, so that each phase changes the parameters of one network only.
            try optimizer.minimize(-wake - sleep, learned)
            return [wake - posterior(waking).mean(), sleep]
        }
        ratioProgram = Program("sigmoid-belief-network ratios", inputs: [rows]) { inputs in
            let layers = awake(inputs[0])
            return [joint(layers) - posterior(layers)]
        }
        let units = settings.hiddenUnits.reduce(0, +)
        exactProgram = Program("sigmoid-belief-network states", inputs: [rows]) { inputs in
            let states = (0..<1 << units).flatMap { state in (0..<units).map { Float(state >> $0 & 1) } }
            let hidden = Tensor(states, shape: [1 << units, units]).split(settings.hiddenUnits, axis: 1)
            let logits = causes[0](hidden[0])
            var constant = -logits.softplus().sum([-1])
            let top = hidden[hidden.count - 1]
            constant = constant + logProbability(top, prior.tensor.broadcast(to: top.shape))
            for level in causes.indices.dropFirst() {
                constant = constant + logProbability(hidden[level - 1], causes[level](hidden[level]))
            }
            return [(inputs[0].matmul(logits, transposeRight: true) + constant).logSumExp()]
        }
        rowProgram = Program("sigmoid-belief-network rows", inputs: [rows]) { inputs in
            let top = recognition.reduce(inputs[0]) { $1($0).sigmoid() }
            return [causes.reversed().reduce(top) { $1($0).sigmoid() }, top]
        }
        sampleProgram = Program("sigmoid-belief-network sample", inputs: [.float32(nil, 1)]) { inputs in
            [asleep(inputs[0].shape[0])[0]]
        }
        optimizer.prepare(for: parameters)
    }

    private static func parameters(_ causes: [Linear], _ prior: Variable, _ recognition: [Linear]) -> Parameters {
        [
            "causes": Parameters(list: causes.map(\.parameters)), "top": Parameters(named: ["bias": prior]),
            "recognition": Parameters(list: recognition.map(\.parameters)),
        ]
    }

    /// Both networks.
    public var parameters: Parameters { Self.parameters(causes, prior, recognition) }

    public var variables: Parameters { parameters + ["optimizer": optimizer.state] }

    /// The stream of fitting; scores use the same random numbers each time.
    public var randomStates: [RandomState] {
        get { [fitProgram.randomState] }
        set { fitProgram.randomState = newValue[0] }
    }

    private var isExact: Bool { settings.hiddenUnits.reduce(0, +) <= Self.exactUnits }

    /// The likelihood for few hidden units, the bound for many.
    public var scoreKind: ScoreKind { isExact ? .exact : .bound }

    /// One update of both phases, with as many dreams as there are rows.
    ///
    /// - Returns: the minibatch's mean bound on −log p(v) and the mean of log q of the dreams' causes, in nats per row.
    public func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        optimizer.follow(step)
        let plan = try fitProgram.plan(length: batch.count)
        plan.setRows(0, batch)
        plan.run()
        return [("training", -Double(plan.output(0)[0])), ("sleep", Double(plan.output(1)[0]))]
    }

    /// The mean log-likelihood, or the mean bound with one sample per row.
    public func score(_ rows: DataRows) throws -> Double {
        let nats = isExact ? try exact(rows) : try estimates(rows, draws: 1, seed: 0)
        return nats.reduce(0, +) / Double(rows.count)
    }

    /// log p(v) of each row.
    public func logLikelihood(of rows: DataRows, seed: UInt64) throws -> LogLikelihood {
        if isExact { return LogLikelihood(.exact, try exact(rows)) }
        let nats = try estimates(rows, draws: settings.importanceSamples, seed: seed)
        return LogLikelihood(.bound, nats, details: [("draws", Double(settings.importanceSamples))])
    }

    private func exact(_ rows: DataRows) throws -> [Double] {
        try exactProgram.mapped(rows, atOnce: 100).map(Double.init)
    }

    /// log (1/K) Σ p(v, h)/q(h | v) of each row.
    func estimates(_ rows: DataRows, draws: Int, seed: UInt64) throws -> [Double] {
        ratioProgram.randomState = (RandomStream(seed: seed).split("ratios").key, 0)
        var sums = [StreamedLogSum](repeating: StreamedLogSum(), count: rows.count)
        for _ in 0..<draws {
            for (row, ratio) in try ratioProgram.mapped(rows).enumerated() {
                sums[row].add(Double(ratio))
            }
        }
        return sums.map { $0.value - log(Double(draws)) }
    }

    /// New rows: dreams.
    public func sample(_ count: Int, seed: UInt64) throws -> [Float] {
        sampleProgram.randomState = (RandomStream(seed: seed).split("sample").key, 0)
        let plan = try sampleProgram.plan(length: count)
        plan.run()
        return Array(plan.output(0))
    }

    /// The expectations of the visible units after a pass up and down.
    public func reconstruct(_ rows: DataRows) throws -> [Float] {
        try rowProgram.mapped(rows)
    }

    /// The number of units of the top layer.
    public var codeWidth: Int { sizes[sizes.count - 1] }

    /// The expectations of the top layer.
    public func encode(_ rows: DataRows) throws -> [Float] {
        try rowProgram.mapped(rows, output: 1)
    }

    /// The contribution of each unit of the first hidden layer to the visible units' inputs.
    public var weightRows: [Float] {
        let (width, units) = (sizes[0], sizes[1])
        let weights = causes[0].weight.values
        return (0..<units * width).map { weights[$0 % width * units + $0 / width] }
    }
}
