import Configuration
import Datasets

/// Settings of a ``BoltzmannMachine``.
public struct BoltzmannMachineSettings: ModelSettings, Hashable {
    /// How the gradient estimates the model's correlations.
    public enum Gradient: String, SettingChoice {
        /// ``exact`` for at most ``BoltzmannMachine/exactUnits`` units, otherwise ``sampled``.
        case automatic
        /// A sum over all states.
        case exact
        /// Persistent Gibbs chains.
        case sampled
    }

    @Setting(2...3, "highest order of interactions: 2 for pairs, 3 for pairs and triples") public var order = 2
    @Setting("estimator of the model's correlations") public var gradient = Gradient.automatic
    @Setting(1...100_000, "persistent chains") public var chains = 100
    @Setting(1...10_000, "Gibbs sweeps per update") public var gibbsSteps = 1
    @Setting(0...10, "weight decay") public var weightDecay = 0.0
    @Setting(1...10_000_000, "Gibbs sweeps per sample") public var samplingSteps = 200
    @Setting(2...100_000, "annealed importance sampling: chains") public var aisChains = 100
    @Setting(2...10_000_000, "annealed importance sampling: temperatures") public var aisBetas = 1000

    public init() {}

    public var needs: DataNeeds { DataNeeds(.bits) }

    /// 50 epochs with minibatches of 100 and a learning rate of 0.01.
    public var fitting: FitSettings {
        FitSettings { ($0.epochs, $0.batchSize, $0.learningRate) = (50, 100, 0.01) }
    }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try data.require([.bits], of: "boltzmann-machine")
        guard gradient != .exact || data.width <= BoltzmannMachine.exactUnits else {
            throw ModelError.setting(
                "gradient", value: "exact",
                expected: "sampled, for rows of \(data.width) bits (exact takes at most \(BoltzmannMachine.exactUnits))"
            )
        }
        guard order == 2 || data.width <= BoltzmannMachine.tripleUnits else {
            throw ModelError.setting(
                "order", value: "\(order)",
                expected: "2, for rows of \(data.width) bits (triples take at most \(BoltzmannMachine.tripleUnits))")
        }
        return try BoltzmannMachine(self, data: data, seed: seed)
    }
}
