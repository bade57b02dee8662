import Configuration
import Datasets

/// Settings that all machines of ``BoltzmannLayers`` share: how their samples are drawn, their steps are made and their partition
/// function is estimated.
public struct BoltzmannSettings: Hashable, Sendable {
    /// Where the negative phase's samples come from.
    public enum Algorithm: String, Sendable, CaseIterable {
        /// Contrastive divergence: from chains that begin at the batch (Hinton 2002).
        case cd
        /// Persistent contrastive divergence: from chains that go on from step to step (Tieleman 2008), also called stochastic
        /// maximum likelihood.
        case pcd
    }

    /// What the visible biases begin with.
    public enum VisibleBias: String, Sendable, CaseIterable {
        /// What gives the means of the first batch.
        case data
        /// 0.
        case zero
    }

    /// Where the negative phase's samples come from.
    public var algorithm = Algorithm.pcd
    /// Gibbs steps of an update.
    public var gibbsSteps = 1
    /// Persistent chains.
    public var chains = 100
    /// Whether units are centred.
    public var centred = true
    /// The share by which the means move to a batch's.
    public var offsetRate = 0.01
    /// The share of the last step that is kept.
    public var momentum = 0.0
    /// The pull of the weights to 0.
    public var weightDecay = 0.0
    /// The standard deviation of the first weights.
    public var initialScale = 0.01
    /// What the visible biases begin with.
    public var visibleBias = VisibleBias.data
    /// Gibbs steps from the base rates to a sample.
    public var samplingSteps = 1000
    /// Chains of annealed importance sampling.
    public var aisChains = 100
    /// Temperatures of annealed importance sampling.
    public var aisBetas = 14_500
    /// Whether the precision of Gaussian units is learned.
    var learnsPrecision = false

    /// The defaults.
    public init() {}
}

/// Settings that have those of a Boltzmann machine among them.
protocol BoltzmannConfigurable: ModelSettings {
    var boltzmann: BoltzmannSettings { get set }
}

extension BoltzmannConfigurable {
    /// The negative phase.
    static var phaseSettings: [Setting<Self>] {
        [
            Setting("algorithm", \.boltzmann.algorithm, "where the negative phase's samples come from"),
            Setting("gibbsSteps", \.boltzmann.gibbsSteps, 1...10_000, "Gibbs steps of an update"),
            Setting("chains", \.boltzmann.chains, 1...100_000, "persistent chains"),
        ]
    }

    /// The step.
    static var stepSettings: [Setting<Self>] {
        [
            Setting("centred", \.boltzmann.centred, "whether units are centred"),
            Setting("offsetRate", \.boltzmann.offsetRate, 0...1, "share by which the means move to a batch's"),
            Setting("momentum", \.boltzmann.momentum, 0...0.999999, "share of the last step that is kept"),
            Setting("weightDecay", \.boltzmann.weightDecay, 0...10, "pull of the weights to 0"),
            Setting("initialScale", \.boltzmann.initialScale, 0...10, "standard deviation of the first weights"),
            Setting("visibleBias", \.boltzmann.visibleBias, "what the visible biases begin with"),
        ]
    }

    /// Sampling and the partition function.
    static var samplingSettings: [Setting<Self>] {
        [
            Setting("samplingSteps", \.boltzmann.samplingSteps, 1...10_000_000, "Gibbs steps to a sample"),
            Setting("aisChains", \.boltzmann.aisChains, 2...100_000, "chains of annealed importance sampling"),
            Setting("aisBetas", \.boltzmann.aisBetas, 2...10_000_000, "temperatures of annealed importance sampling"),
        ]
    }
}

extension Dataset.Description {
    /// Stops a model from being made of data that it isn't for.
    ///
    /// - Throws: ``ModelError/data(model:found:expected:)``.
    func require(_ kinds: [ElementKind.Name], of model: String, sequences: Bool = false) throws {
        let expected = (sequences ? "sequences of " : "rows of ") + kinds.map(\.rawValue).joined(separator: " or ")
        guard kinds.contains(kind.name), isSequential == sequences, width > 0 else {
            let found = (isSequential ? "sequences of " : "rows of ") + kind.name.rawValue
            throw ModelError.data(model: model, found: found, expected: expected)
        }
    }
}
