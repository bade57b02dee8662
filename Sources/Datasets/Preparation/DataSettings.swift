import Configuration

/// How data are prepared.
public struct DataSettings: Configurable, Hashable {
    /// What splits, binarisation and made data are drawn from.
    public var seed = 0
    public var standardize = true
    /// The defaults.
    public init() {}
    /// The settings by name.
    public static let settings: [Setting<DataSettings>] = [
        Setting("seed", \.seed, 0...Int.max, "what splits, binarisation and made data are drawn from")
    ]
}
