import Configuration
import Datasets

/// Settings of a ``ConditionalBoltzmannMachine``.
public struct ConditionalBoltzmannSettings: ModelSettings, Hashable {
    /// Hidden units.
    public var hiddenUnits = 200
    /// Where the negative phase's samples come from.
    public var algorithm = BoltzmannSettings.Algorithm.pcd
    /// Gibbs steps of the negative phase.
    public var gibbsSteps = 1
    /// Persistent chains of each class.
    public var chains = 50
    /// Gibbs steps to a sample.
    public var samplingSteps = 1000
    /// Chains of annealed importance sampling, for each class.
    public var aisChains = 100
    /// Temperatures of annealed importance sampling.
    public var aisBetas = 5000

    /// The defaults.
    public init() {}

    /// The settings by name.
    public static let settings: [Setting<Self>] = [
        Setting("hiddenUnits", \.hiddenUnits, 1...65_536, "hidden units"),
        Setting("algorithm", \.algorithm, "where the negative phase's samples come from"),
        Setting("gibbsSteps", \.gibbsSteps, 1...10_000, "Gibbs steps of the negative phase"),
        Setting("chains", \.chains, 1...10_000, "persistent chains of each class"),
        Setting("samplingSteps", \.samplingSteps, 1...10_000_000, "Gibbs steps to a sample"),
        Setting("aisChains", \.aisChains, 2...100_000, "chains of annealed importance sampling"),
        Setting("aisBetas", \.aisBetas, 2...10_000_000, "temperatures of annealed importance sampling"),
    ]

    /// Bits with labels.
    public var needs: DataNeeds { DataNeeds(.bits, labels: true) }

    /// 50 epochs of batches of 100 with a falling step size.
    public var fitting: FitSettings {
        FitSettings { ($0.epochs, $0.batchSize, $0.learningRate, $0.decay) = (50, 100, 2e-3, .linear) }
    }

    /// A ``ConditionalBoltzmannMachine``.
    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try data.require([.bits], of: "conditional-rbm")
        try data.requireClasses(of: "conditional-rbm")
        return try ConditionalBoltzmannMachine(self, data: data, seed: seed)
    }
}
