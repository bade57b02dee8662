import Foundation
import Random

/// Data brought into the kind that a model takes, and batches of them.
///
/// What is random (bits drawn anew, dequantisation, changed pictures) is drawn for each batch from the stream that comes with it,
/// and once from the data's seed for validation and test rows. So a batch is a function of settings, rows and stream.
///
/// A network library's shift and scale of columns and changes of pictures are given as functions: ``standardizing`` where
/// ``wantsStandardizing`` says so, and ``augmentation`` where the settings' `shift` or `flip` ask for it.
public struct DataPipeline: Sendable {
    /// A shift and scale of columns.
    public struct Standardizing: Sendable {
        let apply: @Sendable ([Float]) -> [Float]
        let undo: @Sendable ([Float]) -> [Float]
        let logVolume: Double

        /// Takes the two directions on rows, one after another, and the sum of the logarithms of the columns' scales.
        public init(
            apply: @escaping @Sendable ([Float]) -> [Float], undo: @escaping @Sendable ([Float]) -> [Float],
            logVolume: Double
        ) {
            (self.apply, self.undo, self.logVolume) = (apply, undo, logVolume)
        }
    }

    /// A random change of rows, given one after another, that keeps what they show.
    public typealias Augmentation = @Sendable (_ values: [Float], _ random: inout RandomStream) -> [Float]

    /// What the rows are after preparation.
    public let description: Dataset.Description
    /// Whether columns are to get mean 0 and variance 1.
    public let wantsStandardizing: Bool
    /// The shift and scale of columns, found from ``training``; set it once.
    public var standardizing: Standardizing?
    /// The random change of pictures that the settings `shift` and `flip` ask for.
    public var augmentation: Augmentation?

    private let settings: DataSettings
    private let conversion: Conversion
    /// The kind of the numbers in ``base``.
    private let baseKind: ElementKind
    /// The rows after all that is done but once.
    private let base: Dataset

    /// Prepares data for a model.
    ///
    /// - Parameters:
    ///   - kinds: The kinds that the model takes, the preferred ones first: the first that the data can be brought into is taken.
    ///   - sequences: Whether rows have to be sequences of steps.
    ///   - pictures: Whether rows have to be pictures.
    ///   - labels: Whether rows have to have labels.
    ///   - model: The model's name, for errors.
    /// - Throws: ``DatasetError`` where the data aren't what the model takes, or settings don't go with them.
    public init(
        _ dataset: Dataset, settings: DataSettings, accepting kinds: [ElementKind.Name], sequences: Bool = false,
        pictures: Bool = false, labels: Bool = false, model: String
    ) throws {
        precondition(!kinds.isEmpty, "\(model) takes no kind of data")
        let suitability = Suitability(dataset: dataset, settings: settings, model: model)
        try suitability.check(sequences: sequences, pictures: pictures, labels: labels)
        let (target, conversion) = try suitability.conversion(to: kinds)
        (self.settings, self.conversion, baseKind) = (settings, conversion, dataset.description.kind)
        wantsStandardizing = try suitability.wantsStandardizing(target, conversion)
        var description = dataset.description
        description.kind = description.kind.converted(to: target)
        self.description = description
        base = Self.binarized(dataset, conversion, settings)
    }

    /// The training rows, prepared: where that is random, drawn by the data's seed.
    ///
    /// - Complexity: The number of values, unless nothing has to be done with them; so also ``validation`` and ``test``.
    public var training: DataRows { prepared(.training) }
    /// The validation rows, prepared; the same each time.
    public var validation: DataRows { prepared(.validation) }
    /// The test rows, prepared; the same each time.
    public var test: DataRows { prepared(.test) }

    /// The number of training rows.
    public var trainingCount: Int { base.training.count }

    /// Some of the training rows for an update, prepared.
    ///
    /// - Parameter random: What changes from one time to the next is drawn from streams split off this one.
    /// - Precondition: ``augmentation`` is there where the settings ask for it.
    public func batch(_ rows: some Collection<Int>, random: RandomStream) -> DataRows {
        let isChanged = settings.shift > 0 || settings.flip
        precondition(
            !isChanged || augmentation != nil,
            "shift = \(settings.shift), flip = \(settings.flip), but the pipeline was given no augmentation")
        var chosen = base.training.gathered(rows)
        if isChanged, let augmentation {
            var random = random.split("augmentation")
            chosen.values = augmentation(chosen.values, &random)
        }
        return prepared(chosen, random: random)
    }

    /// Numbers of a model in the units of the data: without scaling and standardisation, and whole levels where they were
    /// dequantised. Data that became bits stay bits.
    public func undo(_ values: [Float]) -> [Float] {
        let values = standardizing?.undo(values) ?? values
        switch conversion {
        case .none, .fixedBits, .dynamicBits, .threshold: return values
        case .scaled: return values.map { $0 * baseKind.fullIntensity }
        case .dequantized:
            let levels = Float(baseKind.levelCount ?? 1)
            return values.map { min(max(($0 * levels).rounded(.down), 0), levels - 1) }
        }
    }

    /// What a log-density of a prepared row is above that of the row in the units of the data: the sum of the logarithms of all
    /// scales, in nats a row; a step where rows are sequences. It is 0 for bits, symbols, levels and for intensities from 0 to
    /// 1, whose likelihoods are no densities.
    public var logVolume: Double {
        let scale: Double =
            switch conversion {
            case .scaled where description.kind == .reals: Double(baseKind.fullIntensity)
            case .dequantized: Double(baseKind.levelCount ?? 1)
            default: 1
            }
        return Double(description.width) * log(scale) + (standardizing?.logVolume ?? 0)
    }

    private func prepared(_ part: Dataset.Part) -> DataRows {
        prepared(base[part], random: settings.stream("preparation").split(part.rawValue))
    }

    private func prepared(_ rows: DataRows, random: RandomStream) -> DataRows {
        var result = rows
        switch conversion {
        case .none, .fixedBits, .threshold: break
        case .dynamicBits:
            var random = random.split("bits")
            result.values = drawnBits(rows.values, fullIntensity: baseKind.fullIntensity, &random)
        case .scaled: result.values = rows.values.map { $0 / baseKind.fullIntensity }
        case .dequantized:
            var random = random.split("levels")
            result.values = dequantized(rows.values, levels: baseKind.levelCount ?? 1, &random)
        }
        if let standardizing { result.values = standardizing.apply(result.values) }
        return result
    }

    /// The data as bits, where they become bits once and for all.
    private static func binarized(_ dataset: Dataset, _ conversion: Conversion, _ settings: DataSettings) -> Dataset {
        guard conversion == .fixedBits || conversion == .threshold else { return dataset }
        let thresholds = thresholds(of: dataset, settings)
        var result = dataset
        for part in Dataset.Part.allCases {
            if conversion == .threshold {
                result[part].values = thresholdedBits(dataset[part].values, thresholds)
            } else {
                var random = settings.stream("binarization").split(part.rawValue)
                let full = dataset.description.kind.fullIntensity
                result[part].values = drawnBits(dataset[part].values, fullIntensity: full, &random)
            }
        }
        return result
    }

    /// The threshold of each column, or of all where the range is the same.
    private static func thresholds(of dataset: Dataset, _ settings: DataSettings) -> [Double] {
        switch dataset.description.kind {
        case .levels(let count): return [settings.threshold * Double(count)]
        case .reals:
            let rows = dataset.training
            var (lowest, highest) = (Array(rows.values[..<rows.width]), Array(rows.values[..<rows.width]))
            for (index, value) in rows.values.enumerated() {
                lowest[index % rows.width] = min(lowest[index % rows.width], value)
                highest[index % rows.width] = max(highest[index % rows.width], value)
            }
            return zip(lowest, highest).map { Double($0) + settings.threshold * (Double($1) - Double($0)) }
        case .bits, .unit, .symbols: return [settings.threshold]
        }
    }
}
