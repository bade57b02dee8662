import Configuration
import Datasets

/// Settings of a ``DeepBeliefNetwork``.
public struct DeepBeliefSettings: BoltzmannConfigurable, Hashable {
    /// Units of each hidden layer, from the visible units up.
    public var hiddenUnits = [500, 500]
    /// The last epochs of all, in which all layers are learned at once, up and down; 0: none.
    public var fineTuningEpochs = 0
    /// Draws of the hidden units that a row's bound is the mean of.
    public var boundSamples = 10
    /// Learning of each layer, sampling and the partition function of the highest.
    public var boltzmann = BoltzmannSettings()

    /// The defaults.
    public init() {}

    /// The settings by name.
    public static let settings: [Setting<Self>] =
        [
            Setting("hiddenUnits", \.hiddenUnits, 1...65_536, "units of each hidden layer"),
            Setting("fineTuningEpochs", \.fineTuningEpochs, 0...100_000, "last epochs, of all layers up and down"),
            Setting("boundSamples", \.boundSamples, 1...100_000, "draws that a row's bound is the mean of"),
        ] + phaseSettings + stepSettings + samplingSettings

    /// Bits.
    public var needs: DataNeeds { DataNeeds(.bits) }

    /// 100 epochs, which the layers share, of batches of 100 with steps of 0.01.
    public var fitting: FitSettings {
        FitSettings { ($0.epochs, $0.batchSize, $0.learningRate) = (100, 100, 0.01) }
    }

    /// A ``DeepBeliefNetwork``.
    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try data.require([.bits], of: "dbn")
        guard hiddenUnits.count >= 2 else {
            throw ModelError.setting(
                "hiddenUnits", value: "\(hiddenUnits)",
                expected: "two layers or more, such as [500, 500] (one is an rbm)")
        }
        return try DeepBeliefNetwork(self, data: data, seed: seed)
    }
}
