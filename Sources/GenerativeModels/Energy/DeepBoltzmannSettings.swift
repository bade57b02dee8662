import Configuration
import Datasets

/// Settings of a ``DeepBoltzmannMachine``.
public struct DeepBoltzmannSettings: BoltzmannConfigurable, Hashable {
    /// Units of each hidden layer, from the visible units up.
    public var hiddenUnits = [500, 1000]
    /// Epochs of greedy training of each layer before all are trained together; 0: none, as a centred machine needs none
    /// (Montavon & Müller 2012).
    public var pretrainingEpochs = 10
    /// Steps of mean-field inference.
    public var meanFieldSteps = 10
    /// The share of the last step's expectations that is kept.
    public var damping = 0.0
    /// What becomes of the precision of visible units that are real numbers.
    public var precision = GaussianBoltzmannSettings.Precision.learned
    /// Learning, sampling and the partition function.
    public var boltzmann = BoltzmannSettings()

    /// The defaults.
    public init() {}

    /// The settings by name.
    public static let settings: [Setting<Self>] =
        own + phaseSettings.filter { $0.name != "algorithm" } + stepSettings + samplingSettings

    private static let own: [Setting<Self>] =
        [
            Setting("hiddenUnits", \.hiddenUnits, 1...65_536, "units of each hidden layer"),
            Setting("pretrainingEpochs", \.pretrainingEpochs, 0...100_000, "epochs of greedy training of each layer"),
            Setting("meanFieldSteps", \.meanFieldSteps, 1...1000, "steps of mean-field inference"),
            Setting("damping", \.damping, 0...0.99, "share of the last step's expectations that is kept"),
            Setting("precision", \.precision, "what becomes of real visible units' precision"),
        ]

    /// Bits, or real numbers.
    public var needs: DataNeeds { DataNeeds(.bits, .reals) }

    /// 100 epochs of batches of 100 with steps from 0.02 down to 0.
    public var fitting: FitSettings {
        FitSettings {
            ($0.epochs, $0.batchSize, $0.learningRate, $0.decay) = (100, 100, 0.02, .linear)
        }
    }

    /// A ``DeepBoltzmannMachine``.
    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try data.require([.bits, .reals, .unit], of: "dbm")
        guard hiddenUnits.count >= 2 else {
            throw ModelError.setting(
                "hiddenUnits", value: "\(hiddenUnits)",
                expected: "two layers or more, such as [500, 1000] (one is an rbm)")
        }
        return try DeepBoltzmannMachine(self, data: data, seed: seed)
    }
}
