import Datasets
import NeuralNetworks
import Random
import TensorCore

/// A deep Boltzmann machine (Salakhutdinov & Hinton 2009): a stack of hidden layers in which neighbouring layers are
/// coupled without a direction,
///
///     E(v, h¹, h²) = −vᵀW¹h¹ − h¹ᵀW²h² − biases,   P(h¹ᵢ = 1 | v, h²) = σ(vᵀW¹ + W²h² + b¹)ᵢ
///
/// The mean-field expectations, q(h|v) = Πq, satisfy ĥ¹ = σ(vW¹ + ĥ²W²ᵀ + b¹) and ĥ² = σ(ĥ¹W² + b²), and maximise the
/// bound
///
///     log p(v) ≥ L(q) = −Σ_h q(h|v) E(v, h) + H(q) − log Z
///
/// Learning raises it: q is the positive phase, and persistent Gibbs chains are the negative one. Mean-field
/// expectations would not do there, because with the negative sign they would drive the model away from its own
/// approximation. Training all layers at once from random weights rarely finds more than a shallow machine does, so the
/// layers are either trained greedily first (``GreedyStage``) or centred (``BoltzmannLearning``).
///
/// The visible units are bits, or real numbers with the energy of ``BoltzmannLayers``.
public final class DeepBoltzmannMachine: LayeredModel, LikelihoodModel, ReconstructingModel, EncodingModel {
    /// The maximum number of terms of an exact partition function that a score computes.
    private static let scoreCost = 1 << 26

    public let data: Dataset.Description
    /// The bound if log Z is cheap, otherwise the log-probability of rows given their hidden units' expectations.
    public let scoreKind: ScoreKind
    let settings: DeepBoltzmannSettings
    let layers: BoltzmannLayers
    let learning: BoltzmannLearning
    private let root: RandomStream
    /// Persistent chains: the values of the even layers.
    private let chains: [Variable]
    /// 1 once the chains have been started.
    private let isMixed = Variable(0, name: "isMixed")
    /// The pairs of layers that learn one after another; empty without greedy training.
    let stages: [GreedyStage]
    private let stagePrograms: [Program]
    let fitProgram: Program
    /// The bound without log Z, the log-probability of the reconstruction, the reconstruction, and the top layer's
    /// expectations.
    private let rowProgram: Program

    var boltzmann: BoltzmannSettings { settings.boltzmann }

    init(_ settings: DeepBoltzmannSettings, data: Dataset.Description, seed: UInt64) throws {
        (self.data, self.settings) = (data, settings)
        root = RandomStream(seed: seed)
        var initial = root.split("parameters")
        let sizes = [data.width] + settings.hiddenUnits
        var boltzmann = settings.boltzmann
        boltzmann.learnsPrecision = settings.precision == .learned
        let layers = BoltzmannLayers(
            sizes, visible: data.kind.name == .bits ? .bits : .gaussian, scale: boltzmann.initialScale,
            random: &initial)
        let learning = BoltzmannLearning(layers, boltzmann)
        let chains = layers.even.map { Variable(zeros: [settings.boltzmann.chains, sizes[$0]], name: "chains") }
        let stages = (settings.pretrainingEpochs == 0 ? [] : layers.weights.indices.map { $0 }).map {
            GreedyStage($0, of: layers, boltzmann)
        }
        (self.layers, self.learning, self.chains, self.stages) = (layers, learning, chains, stages)
        func infer(_ v: Tensor) -> [Tensor] {
            Self.meanField(layers, v, steps: settings.meanFieldSteps, damping: settings.damping)
        }
        func reconstruction(_ v: Tensor, _ values: [Tensor]) -> Tensor {
            layers.logProbability(0, of: v, layers.field(0, values))
        }

        let rows = Program.Input.float32(nil, data.width)
        let root = root
        stagePrograms = stages.indices.map { level in
            Program("dbm layer \(level + 1)", inputs: [rows], seed: root.split("layer").split(level).key) { inputs in
                [try stages[level].record(GreedyStage.risen(stages[..<level], inputs[0], sampled: true))]
            }
        }
        fitProgram = Program("dbm fit", inputs: [rows], seed: root.split("fit").key) { inputs in
            let data = infer(inputs[0])
            var values: [Tensor?] = (0...layers.top).map { $0 % 2 == 0 ? chains[$0 / 2].tensor : nil }
            for _ in 0..<settings.boltzmann.gibbsSteps { values = layers.swept(values) }
            for (layer, chain) in zip(layers.even, chains) { try chain.assign(values[layer]!) }
            try learning.record(data: data, model: layers.completed(values))
            return [reconstruction(inputs[0], data).mean()]
        }
        rowProgram = Program("dbm rows", inputs: [rows]) { inputs in
            let values = infer(inputs[0])
            return [
                Self.bound(layers, values), reconstruction(inputs[0], values),
                layers.expectation(0, layers.field(0, values)), values[layers.top],
            ]
        }
        scoreKind =
            StateEnumeration(layers).map { $0.cost <= Self.scoreCost } ?? false ? .bound : .reconstruction
    }

    /// The visible units, and the mean-field expectations of all hidden ones.
    ///
    /// They start with an upward pass that counts each layer twice in place of the one above. Then odd and even layers
    /// take turns: layers of the same kind are not coupled, so that each turn raises the bound.
    static func meanField(_ layers: BoltzmannLayers, _ v: Tensor, steps: Int, damping: Double) -> [Tensor] {
        var values = [Tensor?](repeating: nil, count: layers.sizes.count)
        values[0] = v
        for layer in 1...layers.top {
            let below = layer == layers.top ? 1.0 : 2
            values[layer] = layers.field(layer, values, above: 0, below: below).sigmoid()
        }
        for _ in 0..<steps {
            for layer in layers.odd + layers.even.dropFirst() {
                let next = layers.field(layer, values).sigmoid()
                values[layer] = damping == 0 ? next : damping * values[layer]! + (1 - damping) * next
            }
        }
        return values.map { $0! }
    }

    /// L(q) + log Z of each row: −E at the expectations (E is linear in each layer) plus the entropy of q.
    static func bound(_ layers: BoltzmannLayers, _ values: [Tensor]) -> Tensor {
        var total = layers.linearTerm(0, values[0], bias: layers.biases[0].tensor)
        for layer in 1...layers.top {
            let input = layers.field(layer, values, above: 0)
            let entropy = binaryCrossEntropy(probabilities: values[layer], targets: values[layer])
            total = total + (values[layer] * input + entropy).sum([-1])
        }
        return total
    }

    /// Weights and biases.
    public var parameters: Parameters { layers.parameters }

    /// The parameters, moving means, velocities, persistent chains, and what greedy training has of its own.
    public var variables: Parameters {
        parameters + learning.state + ["chains": listed(chains)] + Parameters(named: ["isMixed": isMixed])
            + ["stages": Parameters(list: stages.map(\.variables))]
    }

    /// The streams of fitting each layer and all of them; scores need no random numbers.
    public var randomStates: [RandomState] {
        get { (stagePrograms + [fitProgram]).map(\.randomState) }
        set { for (program, state) in zip(stagePrograms + [fitProgram], newValue) { program.randomState = state } }
    }

    /// One update: of a single layer in the first epochs, of all layers afterwards.
    ///
    /// - Returns: the mean of −log p of the rows given the hidden units' expectations; in greedy training, that of the
    ///   layer below.
    public func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        let stage = stages.isEmpty ? 0 : step.epoch / settings.pretrainingEpochs
        guard stage >= stages.count else { return [("reconstruction", -(try learn(stage, batch, step)))] }
        if stages.isEmpty { _ = learning.begin(batch) }
        try mixChains()
        return [("reconstruction", -(try update(learning, fitProgram, batch, step)))]
    }

    /// One update of a pair of layers, after which the deep machine has the biases that the pair and the one below give
    /// it.
    private func learn(_ level: Int, _ batch: DataRows, _ step: FitStep) throws -> Double {
        let learning = stages[level].learning
        if !learning.hasBegun {
            let stages = stages[..<level]
            let rise = Program("dbm up", inputs: [.float32(nil, data.width)]) {
                [GreedyStage.risen(stages, $0[0], sampled: false)]
            }
            _ = learning.begin(level == 0 ? batch : DataRows(try rise.mapped(batch), width: layers.sizes[level]))
        }
        defer { GreedyStage.stack(stages, upTo: level, into: layers) }
        return try update(learning, stagePrograms[level], batch, step)
    }

    private func update(
        _ learning: BoltzmannLearning, _ program: Program, _ batch: DataRows, _ step: FitStep
    ) throws -> Double {
        learning.rate.set(CollectionOfOne(Float(step.learningRate)))
        let plan = try program.plan(length: batch.count)
        plan.setRows(0, batch)
        plan.run()
        return Double(plan.output(0)[0])
    }

    /// Lets the persistent chains approach the machine's distribution before the first update of all layers.
    private func mixChains() throws {
        guard isMixed.withValues({ $0[0] == 0 }) else { return }
        isMixed.set([1])
        let process = try GibbsProcess(
            layers, count: boltzmann.chains, from: nil, known: [], seed: root.split("chains").key)
        for _ in 0..<boltzmann.samplingSteps { _ = process.advance() }
        for (layer, chain) in zip(layers.even, chains) { chain.set(process.values(of: layer)) }
    }

    /// The mean bound or reconstruction, as ``scoreKind`` says.
    public func score(_ rows: DataRows) throws -> Double {
        if scoreKind == .bound { return try logLikelihood(of: rows, seed: 0).mean }
        let nats = try rowProgram.mapped(rows, output: 1)
        return nats.reduce(0) { $0 + Double($1) } / Double(rows.count)
    }

    /// The bound of each row, with an exact or estimated log Z. The bound is too low, and an estimate, which is too low
    /// itself on average, makes it too high: with one it may lie on either side of log p(v).
    public func logLikelihood(of rows: DataRows, seed: UInt64) throws -> LogLikelihood {
        let partition = try partition(seed: seed)
        let nats = try rowProgram.mapped(rows).map { Double($0) - partition.logZ }
        return LogLikelihood(partition.isExact ? .bound : .estimatedBound, nats, details: partition.details)
    }

    /// The expectations of the visible units given the mean-field ones of the first hidden layer.
    public func reconstruct(_ rows: DataRows) throws -> [Float] {
        try rowProgram.mapped(rows, output: 2)
    }

    /// The number of units of the top layer.
    public var codeWidth: Int { layers.sizes[layers.top] }

    /// The mean-field expectations of the top layer.
    public func encode(_ rows: DataRows) throws -> [Float] {
        try rowProgram.mapped(rows, output: 3)
    }
}
