import Datasets
import Foundation
import NeuralNetworks
import Random
import TensorCore

/// A restricted Boltzmann machine (Smolensky 1986; Hinton 2002) of visible bits or real numbers and hidden bits:
///
///     P(hⱼ = 1 | v) = σ(cⱼ + (vᵀW)ⱼ),   P(vᵢ = 1 | h) = σ(bᵢ + (Wh)ᵢ),   F(v) = −bᵀv − Σⱼ softplus(cⱼ + (vᵀW)ⱼ)
///
/// and log p(v) = −F(v) − log Z. Real numbers have the energy ½(v−b)ᵀβ(v−b) − (β⊙v)ᵀWh − cᵀh (``BoltzmannLayers``).
/// Learning is by contrastive divergence, persistent or not, plain or centred (``BoltzmannLearning``).
///
/// log Z is exact if the visible or the hidden units number at most ``StateEnumeration/limit``, and otherwise estimated
/// (``AnnealedImportanceSampling``). The score is the mean log-likelihood if that takes less than a second. For other
/// machines of bits it is the pseudo-likelihood Σᵢ log p(vᵢ | the others), estimated without bias from a few bits of
/// each row, the same ones in every call, whose sum is scaled up. For real numbers it is the negative squared error of
/// reconstruction.
public final class RestrictedBoltzmannMachine: LayeredModel, LikelihoodModel, ReconstructingModel, EncodingModel {
    /// The maximum number of terms of an exact partition function that a score computes.
    private static let scoreCost = 1 << 26
    /// The number of bits of a row whose conditionals are scored.
    private static let scoredBits = 8

    public let data: Dataset.Description
    /// The kind of score that ``score(_:)`` returns.
    public let scoreKind: ScoreKind
    let boltzmann: BoltzmannSettings
    let layers: BoltzmannLayers
    let learning: BoltzmannLearning
    private let root: RandomStream
    /// The visible units of the persistent chains.
    private let chains: Variable?
    let fitProgram: Program
    private let rowProgram, bitsProgram: Program

    init(
        name: String, hiddenUnits: Int, algorithm: BoltzmannSettings.Algorithm, _ boltzmann: BoltzmannSettings,
        visible: BoltzmannLayers.Visible, data: Dataset.Description, seed: UInt64
    ) throws {
        (self.data, self.boltzmann) = (data, boltzmann)
        root = RandomStream(seed: seed)
        var initial = root.split("parameters")
        let width = data.width
        let layers = BoltzmannLayers(
            [width, hiddenUnits], visible: visible, scale: boltzmann.initialScale, random: &initial)
        let learning = BoltzmannLearning(layers, boltzmann)
        let chains = algorithm == .pcd ? Variable(zeros: [boltzmann.chains, width], name: "chains") : nil
        (self.layers, self.learning, self.chains) = (layers, learning, chains)
        func energies(_ v: Tensor) -> Tensor { layers.logSum(over: [1], [v, nil]) }

        let rows = Program.Input.float32(nil, width)
        fitProgram = Program("\(name) fit", inputs: [rows], seed: root.split("fit").key) { inputs in
            let data = layers.completed([inputs[0], nil])
            var values: [Tensor?] = [chains?.tensor ?? inputs[0], nil]
            for _ in 0..<boltzmann.gibbsSteps { values = layers.swept(values) }
            let model = layers.completed(values)
            try chains?.assign(model[0])
            try learning.record(data: data, model: model)
            return [energies(data[0]).mean() - energies(model[0]).mean(), model[0]]
        }
        rowProgram = Program("\(name) rows", inputs: [rows]) { inputs in
            let all = layers.completed([inputs[0], nil])
            return [energies(inputs[0]), all[1], layers.expectation(0, layers.field(0, all))]
        }
        let bits = min(width, Self.scoredBits)
        bitsProgram = Program("\(name) bits", inputs: [rows, .int32(nil, bits)]) { inputs in
            [Self.conditionals(layers, inputs[0], of: inputs[1]).sum([-1]) * (Double(width) / Double(bits))]
        }
        scoreKind =
            StateEnumeration(layers).map { $0.cost <= Self.scoreCost } ?? false
            ? .exact : visible == .bits ? .pseudoLikelihood : .squaredError
    }

    /// log p(vᵢ | the other bits) of some bits of each row: log σ(F(v with bit i flipped) − F(v)), (rows, bits).
    static func conditionals(_ layers: BoltzmannLayers, _ v: Tensor, of bits: Tensor) -> Tensor {
        let field = layers.field(1, [v, nil])
        let normalizer = field.softplus().sum([-1])
        let parts = (0..<bits.shape[1]).map { column in
            let bit = bits.selected(column, axis: 1)
            let change = 1 - 2 * v.gathered(bit)
            let weights = layers.weights[0].tensor.taking(bit)
            let other = (field + change.expandingDimension(at: -1) * weights).softplus().sum([-1])
            return (normalizer - other - change * layers.biases[0].tensor.taking(bit)).logSigmoid()
        }
        return .stacked(parts, axis: 1)
    }

    /// Weights, biases, and for real numbers their log precision.
    public var parameters: Parameters { layers.parameters }

    /// The parameters, moving means, velocities and persistent chains.
    public var variables: Parameters {
        parameters + learning.state + Parameters(named: ["chains": chains])
    }

    /// The stream of fitting; scores need no random numbers.
    public var randomStates: [RandomState] {
        get { [fitProgram.randomState] }
        set { fitProgram.randomState = newValue[0] }
    }

    /// One update along ⟨vhᵀ⟩_data − ⟨vhᵀ⟩_model.
    ///
    /// - Returns: the log-probability of the minibatch minus that of the negative phase's samples, in nats per row; it
    ///   approaches 0 as the samples become like the data.
    public func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        [("gap", Double(try learn(batch, step).output(0)[0]))]
    }

    /// Performs an update.
    ///
    /// - Returns: the plan that ran, with the metric and the visible units of the negative phase's samples.
    func learn(_ batch: DataRows, _ step: FitStep) throws -> Plan {
        if learning.begin(batch) { startChains() }
        learning.rate.set(CollectionOfOne(Float(step.learningRate)))
        let plan = try fitProgram.plan(length: batch.count)
        plan.setRows(0, batch)
        plan.run()
        return plan
    }

    /// Persistent chains start at the base rates.
    private func startChains() {
        guard let chains else { return }
        var stream = root.split("chains")
        let means = layers.means[0].values
        chains.withMutableValues { values in
            for index in values.indices {
                let mean = Double(means[index % means.count])
                values[index] =
                    layers.visible == .bits
                    ? (stream.uniform() < mean ? 1 : 0) : Float(stream.normal(mean: mean))
            }
        }
    }

    /// The mean log-likelihood, pseudo-likelihood or negative squared error, as ``scoreKind`` says.
    public func score(_ rows: DataRows) throws -> Double {
        switch scoreKind {
        case .exact: return try logLikelihood(of: rows, seed: 0).mean
        case .pseudoLikelihood: return try pseudoLikelihood(of: rows)
        default:
            return -rows.squaredError(of: try reconstruct(rows)) / Double(rows.count)
        }
    }

    /// The mean pseudo-likelihood, from a few bits of each row; all bits are equally likely to be among them.
    func pseudoLikelihood(of rows: DataRows) throws -> Double {
        var stream = RandomStream(seed: 0).split("bits")
        let (width, bits) = (data.width, min(data.width, Self.scoredBits))
        let nats = try bitsProgram.mapped(rows) { plan, part in
            let chosen = plan.integerInput(1)
            for row in 0..<part.count {
                // Bits at equal distances from a random one: all different, and all equally likely.
                let first = stream.integers(below: width)
                for bit in 0..<bits { chosen[row * bits + bit] = Int32((first + bit * width / bits) % width) }
            }
        }
        return nats.reduce(0) { $0 + Double($1) } / Double(rows.count)
    }

    /// −F(v) − log Z of each row.
    public func logLikelihood(of rows: DataRows, seed: UInt64) throws -> LogLikelihood {
        let partition = try partition(seed: seed)
        let energies = partition.isExact ? exactEnergies(rows) : try freeEnergies(rows)
        let nats = energies.map { $0 - partition.logZ }
        return LogLikelihood(partition.isExact ? .exact : .estimate, nats, details: partition.details)
    }

    /// −F(v) of each row, in float32.
    private func freeEnergies(_ rows: DataRows) throws -> [Double] {
        try rowProgram.mapped(rows).map(Double.init)
    }

    /// −F(v) of each row, in float64.
    func exactEnergies(_ rows: DataRows) -> [Double] {
        let units = layers.sizes[1]
        let weights = layers.weights[0].values.map(Double.init)
        let (visible, hidden) = (layers.biases[0].values.map(Double.init), layers.biases[1].values.map(Double.init))
        let precision = layers.logPrecision?.values.map { exp(Double($0)) }
        return (0..<rows.count).map { row in
            var (own, inputs) = (0.0, hidden)
            for (index, value) in rows[row].enumerated() {
                let (x, b) = (Double(value), visible[index])
                own += precision.map { -0.5 * $0[index] * (x - b) * (x - b) } ?? b * x
                let signal = x * (precision?[index] ?? 1)
                guard signal != 0 else { continue }
                for unit in 0..<units { inputs[unit] += signal * weights[index * units + unit] }
            }
            return own + softplusSum(inputs)
        }
    }

    /// The expectations of the visible units given those of the hidden ones.
    public func reconstruct(_ rows: DataRows) throws -> [Float] {
        try rowProgram.mapped(rows, output: 2)
    }

    /// The number of hidden units.
    public var codeWidth: Int { layers.sizes[1] }

    /// P(h = 1 | v).
    public func encode(_ rows: DataRows) throws -> [Float] {
        try rowProgram.mapped(rows, output: 1)
    }
}
