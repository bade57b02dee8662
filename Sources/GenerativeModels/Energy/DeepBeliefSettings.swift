import Configuration
import Datasets

/// Settings of a ``DeepBeliefNetwork``.
public struct DeepBeliefSettings: ModelSettings, Hashable {
    @Setting(1...65_536, "hidden layer sizes") public var hiddenUnits = [500, 500]
    /// In these epochs, the last of the fit, all layers learn at once.
    @Setting(0...100_000, "final epochs of up-down fine-tuning") public var fineTuningEpochs = 0
    @Setting(1...100_000, "samples averaged in a row's bound") public var boundSamples = 10
    @Setting("contrastive divergence (cd), or its persistent form (pcd)")
    public var algorithm = BoltzmannSettings.Algorithm.pcd
    /// Learning of each layer, and sampling and partition function of the top one.
    public var boltzmann = BoltzmannSettings()

    public init() {}

    public var needs: DataNeeds { DataNeeds(.bits) }

    /// 100 epochs, divided among the layers, with minibatches of 100 and a learning rate of 0.01.
    public var fitting: FitSettings {
        FitSettings { ($0.epochs, $0.batchSize, $0.learningRate) = (100, 100, 0.01) }
    }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try data.require([.bits], of: "dbn")
        guard hiddenUnits.count >= 2 else {
            throw ModelError.setting(
                "hiddenUnits", value: "\(hiddenUnits)",
                expected: "at least two layers, such as [500, 500] (a single one is an rbm)")
        }
        return try DeepBeliefNetwork(self, data: data, seed: seed)
    }
}
