import Configuration
import Datasets

/// Settings of a ``ConditionalBoltzmannMachine``.
public struct ConditionalBoltzmannSettings: ModelSettings, Hashable {
    @Setting(1...65_536, "hidden units") public var hiddenUnits = 200
    @Setting("contrastive divergence (cd), or its persistent form (pcd)")
    public var algorithm = BoltzmannSettings.Algorithm.pcd
    @Setting(1...10_000, "Gibbs steps per update") public var gibbsSteps = 1
    @Setting(1...10_000, "persistent chains per class") public var chains = 50
    @Setting(1...10_000_000, "Gibbs steps per sample") public var samplingSteps = 1000
    @Setting(2...100_000, "annealed importance sampling: chains per class") public var aisChains = 100
    @Setting(2...10_000_000, "annealed importance sampling: temperatures") public var aisBetas = 5000

    public init() {}

    public var needs: DataNeeds { DataNeeds(.bits, labels: true) }

    /// 50 epochs with minibatches of 100 and a decaying learning rate.
    public var fitting: FitSettings {
        FitSettings { ($0.epochs, $0.batchSize, $0.learningRate, $0.decay) = (50, 100, 2e-3, .linear) }
    }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try data.require([.bits], of: "conditional-rbm")
        try data.requireClasses(of: "conditional-rbm")
        return try ConditionalBoltzmannMachine(self, data: data, seed: seed)
    }
}
