import Configuration
import Datasets

/// Settings of a ``DeepBoltzmannMachine``.
public struct DeepBoltzmannSettings: ModelSettings, Hashable {
    @Setting(1...65_536, "hidden layer sizes") public var hiddenUnits = [500, 1000]
    /// 0: none, which suits centred machines (Montavon & Müller 2012).
    @Setting(0...100_000, "greedy pretraining epochs per layer") public var pretrainingEpochs = 10
    @Setting(1...1000, "mean-field inference steps") public var meanFieldSteps = 10
    @Setting(0...0.99, "damping of mean-field updates") public var damping = 0.0
    @Setting("precision of real visible units") public var precision = GaussianBoltzmannSettings.Precision.learned
    /// Learning, sampling and the partition function.
    public var boltzmann = BoltzmannSettings()

    public init() {}

    public var needs: DataNeeds { DataNeeds(.bits, .reals) }

    /// 100 epochs with minibatches of 100 and a learning rate that decays from 0.02 to 0.
    public var fitting: FitSettings {
        FitSettings {
            ($0.epochs, $0.batchSize, $0.learningRate, $0.decay) = (100, 100, 0.02, .linear)
        }
    }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try data.require([.bits, .reals, .unit], of: "dbm")
        guard hiddenUnits.count >= 2 else {
            throw ModelError.setting(
                "hiddenUnits", value: "\(hiddenUnits)",
                expected: "at least two layers, such as [500, 1000] (a single one is an rbm)")
        }
        return try DeepBoltzmannMachine(self, data: data, seed: seed)
    }
}
