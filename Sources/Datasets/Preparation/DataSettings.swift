import Configuration
import Random

/// How data are read, split and prepared: the `[data]` table of a run's `config.toml`.
public struct DataSettings: Configurable, Hashable {
    /// How intensities become bits.
    public enum Binarization: String, SettingChoice {
        /// Same as ``fixed`` if the model prefers bits.
        case auto
        case none
        /// Each bit is 1 with the intensity as its probability, sampled once with the dataset's seed (Salakhutdinov &
        /// Murray 2008).
        case fixed
        /// Like ``fixed``, but sampled anew for each training batch; validation and test rows are sampled once.
        case dynamic
        /// 1 from ``DataSettings/threshold`` on, else 0.
        case threshold
    }

    /// The kind of numbers in tables, IDX files and observations.
    public enum Kind: String, SettingChoice {
        /// The narrowest kind that fits all of them, except that a recording's floats and integers are reals.
        case auto
        case bits, levels, unit, reals
    }

    /// What separates the fields of a table.
    public enum Separator: String, SettingChoice {
        /// The one by which the first lines have equally many fields.
        case auto
        case comma, semicolon, tab
        /// Any number of spaces and tabs.
        case space

        /// nil to guess it.
        var separator: CSVSeparator? {
            switch self {
            case .auto: nil
            case .comma: .comma
            case .semicolon: .semicolon
            case .tab: .tab
            case .space: .space
            }
        }
    }

    /// What becomes of the missing values of a table.
    public enum Missing: String, SettingChoice {
        /// They are an error, with row and column.
        case refuse
        /// The column's mean, or its most frequent value, in the training rows; or 0.
        case mean, mode, zero
        /// Their rows are left out.
        case drop
    }

    /// What the rows of a recorded rollout are.
    public enum RolloutRows: String, SettingChoice {
        /// What the agent observed.
        case observations
        /// What a person sees: the environment's frame, rendered again from the recorded seeds and actions.
        case frames
    }

    /// The dataset's seed, apart from the model's: all seeds of a model see the same data.
    @Setting(0...Int.max, "random seed of generated data, splits and fixed binarisation") public var seed = 0
    @Setting("how to binarise intensities") public var binarize = Binarization.auto
    /// The smallest number that `binarize=threshold` turns into 1: as a share of the number of levels, so that 0.5 is
    /// 128 of 256; of the range from 0 to 1; for reals, of the range of a column's training rows.
    @Setting(0...1, "threshold of binarize=threshold, as a share of the range") public var threshold = 0.5
    /// Whether black and white are swapped.
    @Setting("invert bits, levels or intensities") public var invert = false
    /// Levels become (level + u) / levels with u uniform in 0..<1, sampled anew for each batch, so that their
    /// log-density is a lower bound of the levels' log-probability (Theis et al. 2016).
    ///
    /// A model of reals has no likelihood for levels as they are: it could put any density on a whole number. So they
    /// are dequantised for such a model unless this is false.
    @Setting("add uniform noise to levels, scaled to [0, 1]; auto: for models of reals")
    public var dequantize = Automatic.auto
    /// Whether columns are standardised with the statistics of the training rows. Intensities and levels, which have a
    /// range, are not, unless ``kind`` makes them reals.
    @Setting("standardise real columns to mean 0 and variance 1") public var standardize = true
    @Setting("kind of numbers in tables, IDX files and observations") public var kind = Kind.auto
    /// The extents of a row, such as [8, 8] for a table of images; empty for the data's own.
    @Setting(1...65_536, "shape of a row, such as [8, 8]; empty: the data's own") public var shape: [Int] = []
    /// The number of training rows of a synthetic dataset, such as `moons`.
    @Setting(1...100_000_000, "training rows to generate") public var size = 10_000
    /// The noise of synthetic data, as a multiple of the dataset's usual noise.
    @Setting(0...100, "noise of generated data, relative to the set's default") public var noise = 1.0
    /// The side of `bars-and-stripes`, in cells.
    @Setting(2...12, "side length of bars-and-stripes") public var side = 4
    /// The share of validation rows, if the data have no such part of their own.
    @Setting(0.0001...0.5, "validation share, if the data have no validation split") public var validation = 0.1
    /// The share of test rows, if the data have no such part of their own.
    @Setting(0.0001...0.4, "test share, if the data have no test split") public var test = 0.1
    /// The maximum number of training rows, or of characters of a running text; 0 for all.
    @Setting(0...Int.max, "maximum number of training rows; 0: all") public var limit = 0
    /// The classes to keep, renumbered in ascending order.
    @Setting("classes to keep, such as [3, 8] or cat,dog; empty: all") public var classes: ClassChoice = []
    /// The maximum random shift of the images of a batch, in pixels.
    @Setting(0...64, "random shift augmentation, in pixels; 0: none") public var shift = 0
    /// Whether images of a batch are mirrored left to right at random.
    @Setting("random horizontal flip augmentation") public var flip = false
    /// Whether each line, including its end, is a sequence; otherwise the whole text is one.
    @Setting("treat each line of a text as a sequence") public var lines = false
    @Setting("class column of a table; auto: as the header or texts say") public var labelColumn = LabelColumn.auto
    @Setting("whether a table's first line names its columns") public var header = Automatic.auto
    @Setting("what separates a table's fields") public var separator = Separator.auto
    @Setting("what to do with a table's missing values") public var missing = Missing.refuse
    @Setting("what the rows of a recorded rollout are") public var rollout = RolloutRows.observations
    /// The longest side, in pixels; larger frames are scaled down.
    @Setting(1...512, "longest side of a rollout's frames, in pixels") public var frameSide = 32

    public init() {}

    /// The dataset's own random stream of a name.
    func stream(_ name: String) -> RandomStream { RandomStream(seed: UInt64(seed)).split(name) }
}

extension DataSettings {
    /// Whether numbers become bits whatever they are.
    var binarizes: Bool { [.fixed, .dynamic, .threshold].contains(binarize) }

    /// The kind of numbers: as set, or the narrowest that fits all.
    ///
    /// - Parameters:
    ///   - rows: The rows of all parts.
    ///   - levels: The number of levels of the file format, such as 256; nil to count those that occur.
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
