import Configuration
import Datasets

/// Settings that all machines of ``BoltzmannLayers`` share, for learning, sampling and the partition function.
public struct BoltzmannSettings: Configurable, Hashable {
    /// The source of the negative phase's samples.
    public enum Algorithm: String, SettingChoice {
        /// Contrastive divergence: from chains that start at the minibatch (Hinton 2002).
        case cd
        /// Persistent contrastive divergence: from chains that continue from update to update (Tieleman 2008), also
        /// called stochastic maximum likelihood.
        case pcd
    }

    /// The initial visible biases.
    public enum VisibleBias: String, SettingChoice {
        /// Those that give the means of the first minibatch.
        case data
        /// All 0.
        case zero
    }

    @Setting(1...10_000, "Gibbs steps per update") public var gibbsSteps = 1
    @Setting(1...100_000, "persistent chains") public var chains = 100
    @Setting("centre the units") public var centred = true
    @Setting(0...1, "update rate of the moving averages used for centring") public var offsetRate = 0.01
    @Setting(0...0.999999, "momentum") public var momentum = 0.0
    @Setting(0...10, "weight decay") public var weightDecay = 0.0
    @Setting(0...10, "standard deviation of the initial weights") public var initialScale = 0.01
    @Setting("initial visible biases") public var visibleBias = VisibleBias.data
    /// Chains start at the base rates.
    @Setting(1...10_000_000, "Gibbs steps per sample") public var samplingSteps = 1000
    @Setting(2...100_000, "annealed importance sampling: chains") public var aisChains = 100
    @Setting(2...10_000_000, "annealed importance sampling: temperatures") public var aisBetas = 14_500
    /// Whether the precision of Gaussian units is learned.
    var learnsPrecision = false

    public init() {}
}

extension Dataset.Description {
    /// Throws unless the data suit the model.
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
