import Datasets
import NeuralNetworks
import TensorCore

/// A model made of ``BoltzmannLayers``. Sampling, completing and watching are the same for all of them.
protocol LayeredModel: SamplingModel, CompletingModel, PicturingModel, ProcessModel {
    var layers: BoltzmannLayers { get }
    var boltzmann: BoltzmannSettings { get }
}

extension LayeredModel {
    /// The visible units of Gibbs chains, which start at the data's base rates and run for the steps that the settings
    /// say.
    public func sample(_ count: Int, seed: UInt64) throws -> [Float] {
        try chains(GibbsProcess(layers, count: count, from: nil, known: [], seed: seed))
    }

    /// Gibbs chains with the known units held fixed.
    public func complete(_ rows: DataRows, known: [Bool], seed: UInt64) throws -> [Float] {
        let start = rows.values
        return try chains(GibbsProcess(layers, count: rows.count, from: start, known: known, seed: seed))
    }

    private func chains(_ process: GibbsProcess) -> [Float] {
        for _ in 0..<boltzmann.samplingSteps { _ = process.advance() }
        return process.draws
    }

    /// Gibbs chains, one step at a time.
    public func process(
        count: Int, from start: DataRows?, known: [Bool], seed: UInt64
    ) throws -> any GenerationProcess {
        try GibbsProcess(layers, count: count, from: start?.values, known: known, seed: seed)
    }

    /// The weights between the visible and the first hidden layer, one row per hidden unit.
    public var weightRows: [Float] { layers.weightRows }

    /// log Z, exact or by annealed importance sampling in both directions.
    func partition(seed: UInt64) throws -> Partition {
        if let states = StateEnumeration(layers) { return Partition(exact: states.logPartition()) }
        let sampler = AnnealedImportanceSampling(layers, chains: boltzmann.aisChains, seed: seed)
        let (forward, reverse) = try sampler.estimates(betas: boltzmann.aisBetas, rest: boltzmann.samplingSteps)
        return Partition(forward: forward, reverse: reverse)
    }
}

/// A log Z, with how it was computed.
struct Partition {
    /// log Z.
    let logZ: Double
    /// Whether it is exact rather than an estimate.
    let isExact: Bool
    /// The number, and the metrics from which its reliability can be judged.
    let details: [Metric]

    /// log Z by enumeration of all states.
    init(exact logZ: Double) { (self.logZ, isExact, details) = (logZ, true, [("logZ", logZ)]) }

    /// The forward estimate, which is too low on average.
    init(forward: AnnealedImportanceSampling.Estimate, reverse: AnnealedImportanceSampling.Estimate) {
        (logZ, isExact) = (forward.logZ, false)
        details = [
            ("logZ", forward.logZ), ("logZError", forward.error),
            ("logZReverse", reverse.logZ), ("logZReverseError", reverse.error),
        ]
    }
}
