import Configuration
import Datasets

/// How a Hopfield network stores its patterns.
public enum HopfieldStorage: String, SettingChoice {
    /// The mean of the patterns' outer products; about 0.138 patterns per unit are recalled, with small errors.
    case hebbian
    /// The projection onto the span of the patterns (Personnaz, Guyon & Dreyfus 1985); all of them are fixed points as
    /// long as there are fewer patterns than units.
    case pseudoinverse

    /// The number of random patterns that a network recalls, at least 1.
    func capacity(units: Int) -> Int {
        switch self {
        case .hebbian: max(1, Int(0.138 * Double(units)))
        case .pseudoinverse: max(1, units - 1)
        }
    }

    /// What is recalled up to the capacity.
    var recalled: String {
        switch self {
        case .hebbian: "random patterns, with small errors"
        case .pseudoinverse: "patterns"
        }
    }
}

/// Settings of a ``HopfieldNetwork`` with units that are −1 or 1.
public struct HopfieldSettings: ModelSettings, Hashable {
    @Setting("learning rule for storing patterns") public var storage = HopfieldStorage.hebbian
    /// With more patterns than it recalls, a network recalls none of them.
    @Setting(0...1_000_000_000, "maximum number of stored patterns; 0: as many as are recalled") public var capacity = 0
    @Setting(1...1_000_000, "maximum sweeps of a recall") public var sweeps = 100

    public init() {}

    public var needs: DataNeeds { DataNeeds(.bits) }

    /// One epoch: each pattern is stored once.
    public var fitting: FitSettings { FitSettings { $0.epochs = 1 } }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try data.require([.bits], of: "hopfield")
        return HopfieldNetwork(
            storage: storage, capacity: capacity, gain: nil, sweeps: sweeps, data: data, seed: seed)
    }
}

/// Settings of a ``HopfieldNetwork`` with units between −1 and 1.
public struct ContinuousHopfieldSettings: ModelSettings, Hashable {
    @Setting("learning rule for storing patterns") public var storage = HopfieldStorage.pseudoinverse
    @Setting(0...1_000_000_000, "maximum number of stored patterns; 0: as many as are recalled") public var capacity = 0
    @Setting(0.01...1000, "gain of the tanh units") public var gain = 2.0
    @Setting(1...1_000_000, "maximum sweeps of a recall") public var sweeps = 100

    public init() {}

    public var needs: DataNeeds { DataNeeds(.unit, .bits) }

    /// One epoch: each pattern is stored once.
    public var fitting: FitSettings { FitSettings { $0.epochs = 1 } }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try data.require([.unit, .bits], of: "hopfield-continuous")
        return HopfieldNetwork(
            storage: storage, capacity: capacity, gain: Float(gain), sweeps: sweeps, data: data, seed: seed)
    }
}

/// Settings of a ``ModernHopfieldNetwork``.
public struct ModernHopfieldSettings: ModelSettings, Hashable {
    /// The inverse temperature of the choice among the patterns.
    @Setting(1e-6...1e6, "inverse temperature β of the softmax over patterns") public var beta = 1.0
    @Setting(1...1_000_000, "maximum number of stored patterns") public var capacity = 1000
    @Setting(1...1_000_000, "maximum steps of a recall") public var steps = 20

    public init() {}

    public var needs: DataNeeds { DataNeeds(.bits, .unit, .reals) }

    /// One epoch: each pattern is stored once.
    public var fitting: FitSettings { FitSettings { $0.epochs = 1 } }

    public func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel {
        try data.require([.bits, .unit, .reals], of: "hopfield-modern")
        return ModernHopfieldNetwork(self, data: data)
    }
}
