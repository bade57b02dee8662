import Configuration
import Datasets

/// Settings of a ``RestrictedBoltzmannMachine`` of bits.
public struct RestrictedBoltzmannSettings: ModelSettings, Hashable {
    @Setting(1...65_536, "hidden units") public var hiddenUnits = 500
    @Setting("contrastive divergence (cd), or its persistent form (pcd)")
    public var algorithm = BoltzmannSettings.Algorithm.pcd
    /// Learning, sampling and the partition function.
    public var boltzmann = BoltzmannSettings()

    public init() {}

    public var needs: DataNeeds { DataNeeds(.bits) }

    /// 50 epochs with minibatches of 100 and a learning rate of 0.01, as in Melchior, Fischer & Wiskott (2016).
    public var fitting: FitSettings {
        FitSettings { ($0.epochs, $0.batchSize, $0.learningRate) = (50, 100, 0.01) }
    }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try data.require([.bits], of: "rbm")
        return try RestrictedBoltzmannMachine(
            name: "rbm", hiddenUnits: hiddenUnits, algorithm: algorithm, boltzmann, visible: .bits, data: data,
            seed: seed)
    }
}

/// Settings of a ``RestrictedBoltzmannMachine`` of real numbers.
public struct GaussianBoltzmannSettings: ModelSettings, Hashable {
    /// How the visible units' precision β is set.
    public enum Precision: String, SettingChoice {
        /// It starts with that of the first minibatch and is learned.
        case learned
        /// It stays 1, which suits standardised data.
        case fixed
    }

    @Setting(1...65_536, "hidden units") public var hiddenUnits = 100
    @Setting("precision of the visible units") public var precision = Precision.learned
    @Setting("contrastive divergence (cd), or its persistent form (pcd)")
    public var algorithm = BoltzmannSettings.Algorithm.pcd
    /// Learning, sampling and the partition function.
    public var boltzmann = BoltzmannSettings()

    public init() {}

    public var needs: DataNeeds { DataNeeds(.reals) }

    /// 50 epochs with minibatches of 100 and a learning rate of 0.01.
    public var fitting: FitSettings {
        FitSettings { ($0.epochs, $0.batchSize, $0.learningRate) = (50, 100, 0.01) }
    }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try data.require([.reals, .unit], of: "gaussian-rbm")
        var boltzmann = boltzmann
        boltzmann.learnsPrecision = precision == .learned
        return try RestrictedBoltzmannMachine(
            name: "gaussian-rbm", hiddenUnits: hiddenUnits, algorithm: algorithm, boltzmann, visible: .gaussian,
            data: data, seed: seed)
    }
}
