import Datasets
import NeuralNetworks
import TensorCore

/// A model of ``BoltzmannLayers``: how rows are drawn from it, completed and watched is the same for all of them.
protocol LayeredModel: SamplingModel, CompletingModel, PicturingModel, ProcessModel {
    var layers: BoltzmannLayers { get }
    var boltzmann: BoltzmannSettings { get }
}

extension LayeredModel {
    /// The visible units of Gibbs chains, each after as many steps as the settings say from the data's base rates.
    public func sample(_ count: Int, seed: UInt64) throws -> [Float] {
        try chains(GibbsProcess(layers, count: count, from: nil, known: [], seed: seed))
    }

    /// Gibbs chains in which the known units are held.
    public func complete(_ rows: DataRows, known: [Bool], seed: UInt64) throws -> [Float] {
        let start = rows.values
        return try chains(GibbsProcess(layers, count: rows.count, from: start, known: known, seed: seed))
    }

    private func chains(_ process: GibbsProcess) -> [Float] {
        for _ in 0..<boltzmann.samplingSteps { _ = process.advance() }
        return process.draws
    }

    /// Gibbs chains, a step at a time.
    public func process(
        count: Int, from start: DataRows?, known: [Bool], seed: UInt64
    ) throws -> any GenerationProcess {
        try GibbsProcess(layers, count: count, from: start?.values, known: known, seed: seed)
    }

    /// The weights between the visible and the first hidden layer, a row a hidden unit.
    public var weightRows: [Float] { layers.weightRows }

    /// log Z, exact or by annealed importance sampling there and back.
    func partition(seed: UInt64) throws -> Partition {
        if let states = StateEnumeration(layers) { return Partition(exact: states.logPartition()) }
        let sampler = AnnealedImportanceSampling(layers, chains: boltzmann.aisChains, seed: seed)
        let (forward, reverse) = try sampler.estimates(betas: boltzmann.aisBetas, rest: boltzmann.samplingSteps)
        return Partition(forward: forward, reverse: reverse)
    }
}

/// A log Z, and how it was found.
struct Partition {
    /// log Z.
    let logZ: Double
    /// Whether that is log Z, or an estimate of it.
    let isExact: Bool
    /// The number, and what its certainty can be judged by.
    let details: [Metric]

    /// log Z by going through all states.
    init(exact logZ: Double) { (self.logZ, isExact, details) = (logZ, true, [("logZ", logZ)]) }

    /// The estimate of the way there, which on average lies below.
    init(forward: AnnealedImportanceSampling.Estimate, reverse: AnnealedImportanceSampling.Estimate) {
        (logZ, isExact) = (forward.logZ, false)
        details = [
            ("logZ", forward.logZ), ("logZError", forward.error),
            ("logZReverse", reverse.logZ), ("logZReverseError", reverse.error),
        ]
    }
}
