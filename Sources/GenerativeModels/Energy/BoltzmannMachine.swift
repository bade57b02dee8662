import Datasets
import Foundation
import NeuralNetworks
import Random
import TensorCore

/// A Boltzmann machine without hidden units (Ackley, Hinton & Sejnowski 1985): bits that are all coupled with each
/// other,
///
///     p(x) = exp(½ xᵀWx + bᵀx) / Z,   W = Wᵀ, Wᵢᵢ = 0,   P(xᵢ = 1 | the rest) = σ(b + Wx)ᵢ
///
/// It has the highest entropy of all distributions with the same means and correlations. An update follows ∂ log p/∂Wᵢⱼ
/// = ⟨xᵢxⱼ⟩_data − ⟨xᵢxⱼ⟩_model, where the second term comes from an enumeration of all states or from persistent Gibbs
/// chains. Third-order energies (Sejnowski 1986) add ⅙ Σᵢⱼₖ Tᵢⱼₖxᵢxⱼxₖ, whose gradient has ⟨xᵢxⱼxₖ⟩ in the same place:
/// they can express what pairs cannot, such as the parity of three bits, any two of which are independent.
///
/// log Z is exact for at most ``StateEnumeration/limit`` units; otherwise it is estimated by annealed importance
/// sampling in both directions. The score is the mean log-likelihood if there are few units and the pseudo-likelihood
/// Σᵢ log p(xᵢ | the others) if there are many.
public final class BoltzmannMachine: SamplingModel, LikelihoodModel, CompletingModel, PicturingModel, ProcessModel {
    /// The maximum number of units for which the gradient is a sum over all states.
    public static let exactUnits = 16
    /// The maximum number of units with third-order energies, whose tensor has units³ numbers.
    public static let tripleUnits = 128

    public let data: Dataset.Description
    /// The log-likelihood for few units, the pseudo-likelihood for many.
    public let scoreKind: ScoreKind
    private let settings: BoltzmannMachineSettings
    let weights, biases: Variable
    /// T, (width, width²), for third-order energies.
    let triples: Variable?
    /// Moving means of the data, where annealing starts.
    private let means: Variable
    private let chains: Variable?
    private let begun = Variable(0, name: "begun")
    private let rate = Variable(0, name: "rate")
    private let fitProgram, rowProgram: Program
    /// The stream of the persistent chains.
    private var stream: RandomStream

    init(_ settings: BoltzmannMachineSettings, data: Dataset.Description, seed: UInt64) throws {
        (self.settings, self.data) = (settings, data)
        let width = data.width
        stream = RandomStream(seed: seed).split("chains")
        let weights = Variable(zeros: [width, width], name: "weights")
        let (biases, means) = (Variable(zeros: [width], name: "biases"), Variable(zeros: [width], name: "means"))
        let triples = settings.order == 3 ? Variable(zeros: [width, width * width], name: "triples") : nil
        let isFew = width <= Self.exactUnits
        let isExact = settings.gradient == .exact || settings.gradient == .automatic && isFew
        let chains = isExact ? nil : Variable(zeros: [settings.chains, width], name: "chains")
        (self.weights, self.biases, self.means, self.chains) = (weights, biases, means, chains)
        self.triples = triples
        scoreKind = isFew ? .exact : .pseudoLikelihood
        let rate = rate
        let rows = Program.Input.float32(nil, width)
        /// Σᵢ log σ of each bit given the others: (2x − 1) times its input.
        func pseudoLikelihood(_ x: Tensor) -> Tensor {
            var input = x.matmul(weights.tensor) + biases.tensor
            if let triples { input = input + 0.5 * Moments.products(x).matmul(triples.tensor, transposeRight: true) }
            return ((2 * x - 1) * input).logSigmoid().sum([-1])
        }
        fitProgram = Program("boltzmann-machine fit", inputs: [rows]) { inputs in
            let score = pseudoLikelihood(inputs[0]).mean()
            let data = Moments(of: inputs[0], triples: triples != nil)
            let model =
                chains.map { Moments(of: $0.tensor, triples: triples != nil) }
                ?? Moments(ofAllStates: width, weights.tensor, triples?.tensor, biases.tensor)
            func step(_ variable: Variable, _ gradient: Tensor) throws {
                try variable.assign(variable.tensor + rate.tensor * gradient)
            }
            let others = Self.others(width)
            let pairs = data.pairs - model.pairs - settings.weightDecay * weights.tensor
            try step(weights, others * pairs)
            if let triples {
                let gradient = data.triples! - model.triples! - settings.weightDecay * triples.tensor
                let distinct =
                    others.expandingDimension(at: 2) * others.expandingDimension(at: 1)
                    * others.expandingDimension(at: 0)
                try step(triples, distinct.reshaped(to: triples.shape) * gradient)
            }
            try step(biases, data.means - model.means)
            try means.assign(means.tensor + 0.01 * (data.means - means.tensor))
            return [score]
        }
        rowProgram = Program("boltzmann-machine rows", inputs: [rows]) { inputs in [pseudoLikelihood(inputs[0])] }
    }

    /// 1 except on the diagonal.
    private static func others(_ width: Int) -> Tensor {
        1 - Tensor.lowerTriangle(width, diagonal: 1) * Tensor.lowerTriangle(width, diagonal: 1).transposed()
    }

    /// Weights, those of triples if there are any, and biases.
    public var parameters: Parameters {
        Parameters(named: ["weights": weights, "triples": triples, "biases": biases])
    }

    /// The current parameters.
    private var couplings: Couplings {
        Couplings(biases: biases.values, pairs: weights.values, triples: triples?.values ?? [])
    }

    /// The parameters, the data's means and the persistent chains.
    public var variables: Parameters {
        parameters + ["state": Parameters(named: ["means": means, "begun": begun, "chains": chains])]
    }

    /// The stream of the persistent chains; its counter is the number of words consumed.
    public var randomStates: [RandomState] {
        get { [(stream.key, stream.position)] }
        set { stream = RandomStream(key: newValue[0].key, position: newValue[0].counter) }
    }

    /// One update along the gradient.
    ///
    /// - Returns: the negative pseudo-log-likelihood of the minibatch before the update, in nats per row.
    public func fit(_ batch: DataRows, _ step: FitStep) throws -> [Metric] {
        begin(batch)
        if let chains {
            var bits = CoupledBits(couplings, states: chains.values)
            for _ in 0..<settings.gibbsSteps { bits.sweep(&stream) }
            chains.set(bits.states)
        }
        rate.set(CollectionOfOne(Float(step.learningRate)))
        let plan = try fitProgram.plan(length: batch.count)
        plan.setRows(0, batch)
        plan.run()
        return [("training", -Double(plan.output(0)[0]))]
    }

    /// Starts with independent bits that have the means of the first minibatch.
    private func begin(_ batch: DataRows) {
        guard begun.withValues({ $0[0] == 0 }) else { return }
        begun.set([1])
        var sums = [Float](repeating: 0, count: data.width)
        for (index, value) in batch.values.enumerated() { sums[index % data.width] += value }
        means.set(sums.map { $0 / Float(batch.count) })
        let rates = sums.map { ($0 + 0.5) / Float(batch.count + 1) }
        biases.set(rates.map { log($0 / (1 - $0)) })
        chains?.set(stream.bits(settings.chains, rates: rates))
    }

    /// The mean log-likelihood or pseudo-likelihood, as ``scoreKind`` says.
    public func score(_ rows: DataRows) throws -> Double {
        if scoreKind == .exact { return try logLikelihood(of: rows, seed: 0).mean }
        let nats = try rowProgram.mapped(rows)
        return nats.reduce(0) { $0 + Double($1) } / Double(rows.count)
    }

    /// −E(x) − log Z of each row.
    public func logLikelihood(of rows: DataRows, seed: UInt64) throws -> LogLikelihood {
        let isExact = data.width <= StateEnumeration.limit
        let partition = isExact ? Partition(exact: exactLogZ) : estimatedPartition(seed: seed)
        let bits = CoupledBits(couplings, states: rows.values)
        let nats = (0..<rows.count).map { bits.negativeEnergy(of: $0) - partition.logZ }
        return LogLikelihood(isExact ? .exact : .estimate, nats, details: partition.details)
    }

    var exactLogZ: Double { couplings.logPartition() }

    /// log Z by annealed importance sampling from independent bits with the data's means, and back from the machine's
    /// samples.
    func estimatedPartition(seed: UInt64) -> Partition {
        var stream = RandomStream(seed: seed).split("annealing")
        let base = means.values.map { mean in
            let rate = min(max(mean, 0.002), 0.998)
            return log(rate / (1 - rate))
        }
        var bits = started(settings.aisChains, &stream)
        let betas = (0..<settings.aisBetas).map { Float($0) / Float(settings.aisBetas - 1) }
        func weights(_ betas: [Float]) -> [Double] {
            var weights = [Double](repeating: 0, count: bits.count)
            for (from, to) in zip(betas, betas.dropFirst()) {
                for chain in 0..<bits.count {
                    var linear = 0.0
                    for unit in 0..<data.width { linear += Double(bits.states[chain * data.width + unit] * base[unit]) }
                    weights[chain] += Double(to - from) * (bits.negativeEnergy(of: chain) - linear)
                }
                bits.sweep(&stream, beta: to, base: base)
            }
            return weights
        }
        let start = softplusSum(base.map(Double.init))
        let up = weights(betas)
        let states = resampled(bits.states, by: up, stream.split("resampling"))
        bits = CoupledBits(couplings, states: states)
        for _ in 0..<settings.samplingSteps { bits.sweep(&stream) }
        let down = weights(betas.reversed())
        return Partition(
            forward: .init(of: up).shifted(by: start, sign: 1), reverse: .init(of: down).shifted(by: start, sign: -1))
    }

    /// Chains of independent bits with the data's means, the distribution at β = 0 of annealing.
    private func started(_ count: Int, _ stream: inout RandomStream) -> CoupledBits {
        let means = means.values.map { min(max($0, 0.002), 0.998) }
        return CoupledBits(couplings, states: stream.bits(count, rates: means))
    }

    /// Gibbs chains that start at independent bits with the data's means and run for the sweeps that the settings say.
    public func sample(_ count: Int, seed: UInt64) throws -> [Float] {
        try settled(process(count: count, from: nil, known: [], seed: seed))
    }

    /// Gibbs chains in which the known bits are held.
    public func complete(_ rows: DataRows, known: [Bool], seed: UInt64) throws -> [Float] {
        try settled(process(count: rows.count, from: rows, known: known, seed: seed))
    }

    private func settled(_ process: any GenerationProcess) throws -> [Float] {
        for _ in 0..<settings.samplingSteps { _ = try process.advance() }
        return (process as? CoupledBitsProcess)?.draws ?? process.rows
    }

    /// Gibbs chains, one sweep over all bits per step.
    public func process(
        count: Int, from start: DataRows?, known: [Bool], seed: UInt64
    ) throws -> any GenerationProcess {
        var stream = RandomStream(seed: seed).split("gibbs")
        let bits =
            start.map { CoupledBits(couplings, states: $0.values) }
            ?? started(count, &stream)
        return CoupledBitsProcess(bits, known: start == nil ? [] : known, stream)
    }

    /// The weights between each bit and all others.
    public var weightRows: [Float] { weights.values }
}

/// Means of bits, of products of two, and of products of three.
private struct Moments {
    let means, pairs: Tensor
    let triples: Tensor?

    /// Of rows, (rows, width), each with its weight.
    private init(_ rows: Tensor, weighted: Tensor, triples: Bool) {
        means = weighted.sum([0])
        pairs = weighted.matmul(rows, transposeLeft: true)
        self.triples = triples ? weighted.matmul(Self.products(rows), transposeLeft: true) : nil
    }

    /// Of rows with equal weights.
    init(of rows: Tensor, triples: Bool) {
        self.init(rows, weighted: rows * (1 / Double(rows.shape[0])), triples: triples)
    }

    /// Of the machine's own distribution.
    init(ofAllStates width: Int, _ weights: Tensor, _ triples: Tensor?, _ biases: Tensor) {
        let states = Tensor(
            (0..<1 << width).flatMap { state in (0..<width).map { Float(state >> $0 & 1) } },
            shape: [1 << width, width])
        var input = 0.5 * states.matmul(weights) + biases
        if let triples {
            input = input + (1.0 / 6) * Self.products(states).matmul(triples, transposeRight: true)
        }
        let shares = (input * states).sum([-1]).softmax().expandingDimension(at: -1)
        self.init(states, weighted: states * shares, triples: triples != nil)
    }

    /// xᵢxⱼ of each row, (rows, width²).
    static func products(_ x: Tensor) -> Tensor {
        (x.expandingDimension(at: 2) * x.expandingDimension(at: 1))
            .reshaped(to: [x.shape[0], x.shape[1] * x.shape[1]])
    }
}
