import Configuration
import Random

/// How data are read, split and prepared: what the `[data]` table of a run's `config.toml` holds.
public struct DataSettings: Configurable, Hashable {
    /// How intensities become bits.
    public enum Binarization: String, SettingChoice {
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
    public enum Kind: String, SettingChoice {
        /// The narrowest kind that all of them are of, but for reals where a recording holds floats or integers.
        case auto
        case bits, levels, unit, reals
    }

    /// Which column of a table is the class.
    public enum LabelColumn: String, SettingChoice {
        /// The first or last one, where the header calls it `class` or `label`.
        case auto
        case none, first, last
    }

    /// What a row of a recorded rollout is.
    public enum RolloutRows: String, SettingChoice {
        /// What the agent saw.
        case observations
        /// What a person sees: the environment's picture, drawn again from the recorded seeds and actions.
        case frames
    }

    /// The seed of the data, apart from a model's: all seeds of a model see the same data.
    @Setting(0...Int.max, "random seed of generated data, splits and fixed binarisation") public var seed = 0
    /// How intensities become bits.
    @Setting("how to binarise intensities") public var binarize = Binarization.auto
    /// From where on `binarize=threshold` gives 1: as a share of the levels' count, so that 0.5 is 128 of 256; of the range
    /// from 0 to 1; of the range of a column's training rows for reals.
    @Setting(0...1, "threshold of binarize=threshold, as a share of the range") public var threshold = 0.5
    /// Whether black and white change places.
    @Setting("invert bits, levels or intensities") public var invert = false
    /// Levels become (level + u) / levels with u from 0 to 1, new for each batch, so that a density of them is a bound
    /// of their probability (Theis et al. 2016).
    @Setting("dequantise: add uniform noise to levels and scale them to [0, 1]") public var dequantize = false
    /// Whether columns are standardised, by the training rows. Intensities and levels, which have a range, are left
    /// alone unless ``kind`` makes reals of them.
    @Setting("standardise real columns to mean 0 and variance 1") public var standardize = true
    /// What the numbers are.
    @Setting("kind of numbers in tables, IDX files and observations") public var kind = Kind.auto
    /// The extents of a row, such as [8, 8] for a table of pictures; empty as the data have them.
    @Setting(1...65_536, "shape of a row, such as [8, 8]; empty: the data's own") public var shape: [Int] = []
    /// Training rows of a data set that is made, such as `moons`.
    @Setting(1...100_000_000, "training rows to generate") public var size = 10_000
    /// The noise of made data, as a multiple of the set's usual noise.
    @Setting(0...100, "noise of generated data, relative to the set's default") public var noise = 1.0
    /// The side, in cells.
    @Setting(2...12, "side length of bars-and-stripes") public var side = 4
    /// The share of rows for validation, where data have no such part of their own.
    @Setting(0.0001...0.5, "validation share, if the data have no validation split") public var validation = 0.1
    /// The share of rows for the test, where data have no such part of their own.
    @Setting(0.0001...0.4, "test share, if the data have no test split") public var test = 0.1
    /// The first so many training rows; of a running text so many characters.
    @Setting(0...Int.max, "maximum number of training rows; 0: all") public var limit = 0
    /// The classes that are kept, numbered anew in rising order.
    @Setting(0...65_535, "classes to keep, such as [3, 8]; empty: all") public var classes: [Int] = []
    /// How far pictures of a batch are moved at random, in pixels.
    @Setting(0...64, "random shift augmentation, in pixels; 0: none") public var shift = 0
    /// Whether pictures of a batch are mirrored left to right at random.
    @Setting("random horizontal flip augmentation") public var flip = false
    /// Whether a line, its end included, is a sequence; otherwise the whole text is one.
    @Setting("treat each line of a text as a sequence") public var lines = false
    /// Which column of a table is the class.
    @Setting("class column of a table") public var labelColumn = LabelColumn.auto
    /// What a row of a recorded rollout is.
    @Setting("what the rows of a recorded rollout are") public var rollout = RolloutRows.observations
    /// The longest side, in pixels; larger frames are made smaller.
    @Setting(1...512, "longest side of a rollout's frames, in pixels") public var frameSide = 32

    /// The defaults.
    public init() {}

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
