import Configuration
import Random

/// How data are read, split and prepared: what the `[data]` table of a run's `config.toml` holds.
public struct DataSettings: Configurable, Hashable {
    /// How intensities become bits.
    public enum Binarization: String, Hashable, Sendable, CaseIterable {
        /// As ``fixed`` where the model takes bits before anything else.
        case auto
        /// Not at all.
        case none
        /// Each is 1 with the intensity as its probability, drawn once by the data's seed (Salakhutdinov & Murray 2008).
        case fixed
        /// As ``fixed``, but drawn anew for each batch of training; validation and test rows are drawn once.
        case dynamic
        /// 1 from ``DataSettings/threshold`` on, else 0.
        case threshold
    }

    /// What the numbers of tables, IDX files and observations are.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The narrowest kind that all of them are of, but for reals where a recording holds floats or integers.
        case auto
        case bits, levels, unit, reals
    }

    /// Which column of a table is the class.
    public enum LabelColumn: String, Hashable, Sendable, CaseIterable {
        /// The first or last one, where the header calls it `class` or `label`.
        case auto
        case none, first, last
    }

    /// What a row of a recorded rollout is.
    public enum RolloutRows: String, Hashable, Sendable, CaseIterable {
        /// What the agent saw.
        case observations
        /// What a person sees: the environment's picture, drawn again from the recorded seeds and actions.
        case frames
    }

    /// What made data, splits and fixed binarisation are drawn from: the same for all seeds of a model.
    public var seed = 0
    /// How intensities become bits.
    public var binarize = Binarization.auto
    /// From where on `binarize=threshold` gives 1: as a share of the levels' count, so that 0.5 is 128 of 256; of the range
    /// from 0 to 1; of the range of a column's training rows for reals.
    public var threshold = 0.5
    /// Whether bits, levels or intensities are turned around, black for white.
    public var invert = false
    /// Whether whole levels become (level + u) / levels with u from 0 to 1, new for each batch, so that a density of them is a
    /// bound of their probability (Theis et al. 2016).
    public var dequantize = false
    /// Whether the columns of reals are brought to mean 0 and variance 1 by the training rows. Intensities and levels, which
    /// have a range, are not, unless ``kind`` makes reals of them.
    public var standardize = true
    /// What the numbers are.
    public var kind = Kind.auto
    /// The extents of a row, such as [8, 8] for a table of pictures; empty as the data have them.
    public var shape: [Int] = []
    /// Training rows of made data.
    public var size = 10_000
    /// The noise of made data, as a multiple of the set's usual noise.
    public var noise = 1.0
    /// The side of `bars-and-stripes`, in cells.
    public var side = 4
    /// The share of rows for validation, where data have no such part of their own.
    public var validation = 0.1
    /// The share of rows for the test, where data have no such part of their own.
    public var test = 0.1
    /// Training rows that are used, the first ones; of a running text its characters. 0: all.
    public var limit = 0
    /// The classes that are used, numbered anew in rising order; empty: all.
    public var classes: [Int] = []
    /// How far pictures of a batch are moved at random, in pixels; 0: not at all.
    public var shift = 0
    /// Whether pictures of a batch are mirrored left to right at random.
    public var flip = false
    /// Whether each line of a text is a sequence, its end included, or the whole text is one.
    public var lines = false
    /// Which column of a table is the class.
    public var labelColumn = LabelColumn.auto
    /// What a row of a recorded rollout is.
    public var rollout = RolloutRows.observations
    /// The longest side of a rollout's frames, in pixels: larger ones are made smaller.
    public var frameSide = 32

    /// The defaults.
    public init() {}

    /// The settings by name.
    public static let settings: [Setting<DataSettings>] = [
        Setting("seed", \.seed, 0...Int.max, "what made data, splits and fixed binarisation are drawn from"),
        Setting("binarize", \.binarize, "how intensities become bits"),
        Setting("threshold", \.threshold, 0...1, "share of the range from which binarize=threshold gives 1"),
        Setting("invert", \.invert, "whether bits, levels or intensities are turned around"),
        Setting("dequantize", \.dequantize, "whether levels get uniform noise and become numbers from 0 to 1"),
        Setting("standardize", \.standardize, "whether columns of reals get mean 0 and variance 1"),
        Setting("kind", \.kind, "what the numbers of tables, IDX files and observations are"),
        Setting("shape", \.shape, 1...65_536, "extents of a row, such as [8, 8]; empty as the data have them"),
        Setting("size", \.size, 1...100_000_000, "training rows of made data"),
        Setting("noise", \.noise, 0...100, "noise of made data, times the usual one"),
        Setting("side", \.side, 2...12, "side of bars-and-stripes"),
        Setting("validation", \.validation, 0.0001...0.5, "share of rows for validation, where data have no such part"),
        Setting("test", \.test, 0.0001...0.4, "share of rows for the test, where data have no such part"),
        Setting("limit", \.limit, 0...Int.max, "training rows used, the first ones; 0: all"),
        Setting("classes", \.classes, 0...65_535, "classes used, such as [3, 8]; empty: all"),
        Setting("shift", \.shift, 0...64, "pixels that pictures of a batch are moved by at random"),
        Setting("flip", \.flip, "whether pictures of a batch are mirrored at random"),
        Setting("lines", \.lines, "whether each line of a text is a sequence"),
        Setting("labelColumn", \.labelColumn, "which column of a table is the class"),
        Setting("rollout", \.rollout, "what a row of a recorded rollout is"),
        Setting("frameSide", \.frameSide, 1...512, "longest side of a rollout's frames"),
    ]

    /// The data's own random stream of a name.
    func stream(_ name: String) -> RandomStream { RandomStream(seed: UInt64(seed)).split(name) }
}

extension DataSettings {
    /// The kind of numbers: as set, or the narrowest that all are of.
    ///
    /// - Parameters:
    ///   - rows: All parts.
    ///   - levels: The number of levels that the format has, such as 256; as many as there are where it has none.
    func kind(of rows: [DataRows], levels: Int? = nil) -> ElementKind {
        func hold(_ kind: ElementKind) -> Bool { rows.allSatisfy { kind.firstViolation(in: $0.numbers) == nil } }
        func found() -> ElementKind {
            let largest = rows.reduce(Float(0)) { max($0, $1.numbers.largest ?? 0) }
            return .levels(levels ?? max(2, Int(min(largest, 65_535)) + 1))
        }
        switch kind {
        case .bits: return .bits
        case .levels: return found()
        case .unit: return .unit
        case .reals: return .reals
        case .auto:
            if hold(.bits) { return .bits }
            if hold(.levels(levels ?? 256)) { return found() }
            return hold(.unit) ? .unit : .reals
        }
    }
}
