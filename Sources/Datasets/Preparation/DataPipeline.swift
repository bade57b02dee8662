import Foundation
import Random

/// Data brought into the kind that a model takes, and batches of them.
///
/// What is random (bits drawn anew, dequantisation, changed pictures) is drawn for each batch from the stream that comes with it,
/// and once from the data's seed for ``training``, ``validation`` and ``test``. So a batch is a function of settings, rows and
/// stream.
///
/// Columns of reals are standardised by who asks for batches, where ``wantsStandardizing`` says so; pictures are changed by
/// the function ``augmentation``, where the settings' `shift` or `flip` ask for it.
public struct DataPipeline: Sendable {
    /// A random change of pictures, given one after another, that keeps what they show.
    public typealias Augmentation = @Sendable (_ values: [Float], _ random: inout RandomStream) -> [Float]

    /// What the rows are after preparation.
    public let description: Dataset.Description
    /// The prepared rows that a model learns: what ``batch(_:random:)`` takes some of, and may draw anew.
    public let training: DataRows
    /// The prepared validation rows.
    public let validation: DataRows
    /// The prepared test rows.
    public let test: DataRows
    /// Whether the columns are to get mean 0 and variance 1: they are reals, and weren't numbers of a range before.
    public let wantsStandardizing: Bool
    /// The change of pictures that the settings `shift` and `flip` ask for.
    public var augmentation: Augmentation?

    private let settings: DataSettings
    private let conversion: Conversion
    /// The kind of the numbers as they were.
    private let sourceKind: ElementKind
    /// The training rows as they are before what is drawn anew each time.
    private let base: DataRows
    private let preparation: Preparation

    /// Prepares data for a model.
    ///
    /// - Parameters:
    ///   - kinds: The kinds that the model takes, the preferred ones first: the first that the data can be brought into is taken.
    ///   - sequences: Whether rows have to be sequences of steps, or must not be any; nil for either.
    ///   - pictures: Whether rows have to be pictures.
    ///   - labels: Whether rows have to have labels.
    ///   - model: The model's name, for errors.
    /// - Throws: ``DatasetError`` where the data aren't what the model takes, or settings don't go with them.
    public init(
        _ dataset: Dataset, _ settings: DataSettings, kinds: [ElementKind.Name], sequences: Bool? = nil,
        pictures: Bool = false, labels: Bool = false, model: String = "this model"
    ) throws {
        precondition(!kinds.isEmpty, "\(model) takes no kind of data")
        let suitability = Suitability(dataset: dataset, settings: settings, model: model)
        try suitability.check(sequences: sequences, pictures: pictures, labels: labels)
        let (target, conversion) = try suitability.conversion(to: kinds)
        (self.settings, self.conversion, sourceKind) = (settings, conversion, dataset.description.kind)
        wantsStandardizing =
            settings.standardize && target == .reals && sourceKind == .reals && conversion == .none
        var description = dataset.description
        description.kind = sourceKind.converted(to: target)
        self.description = description
        let preparation = Preparation(conversion, of: dataset, settings)
        func prepared(_ part: Dataset.Part) -> DataRows {
            preparation.prepared(dataset[part], settings.stream("preparation").split(part.rawValue))
        }
        (training, validation, test) = (prepared(.training), prepared(.validation), prepared(.test))
        base = conversion.isDrawnAnew ? dataset.training : training
        self.preparation = preparation
    }

    /// The number of training rows.
    public var trainingCount: Int { base.count }

    /// Some of the training rows for an update, prepared.
    ///
    /// - Parameter random: What changes from one time to the next is drawn from streams split off this one.
    /// - Precondition: ``augmentation`` is there where the settings ask for it.
    public func batch(_ rows: some Collection<Int>, random: RandomStream) -> DataRows {
        let isChanged = settings.shift > 0 || settings.flip
        precondition(
            !isChanged || augmentation != nil,
            "shift = \(settings.shift), flip = \(settings.flip), but the pipeline was given no augmentation")
        var chosen = base.gathered(rows)
        if isChanged, let augmentation {
            var random = random.split("augmentation")
            chosen = chosen.replacing(augmentation(chosen.values, &random))
        }
        return conversion.isDrawnAnew ? preparation.prepared(chosen, random.split("preparation")) : chosen
    }

    /// Prepared numbers in the units of the data: without scaling, and as whole levels where those were dequantised. Data that
    /// became bits stay bits.
    public func undo(_ values: [Float]) -> [Float] {
        switch conversion {
        case .none, .fixedBits, .dynamicBits, .threshold: return values
        case .scaled: return values.map { $0 * sourceKind.fullIntensity }
        case .dequantized:
            let levels = Float(sourceKind.levelCount ?? 1)
            return values.map { min(max(($0 * levels).rounded(.down), 0), levels - 1) }
        }
    }

    /// What a log-density of a prepared row is above that of the row in the units of the data: the sum of the logarithms of all
    /// scales, in nats a row; a step where rows are sequences. It is 0 for bits, symbols, levels and for intensities from 0 to
    /// 1, whose likelihoods are no densities.
    public var logVolume: Double {
        let scale: Double =
            switch conversion {
            case .scaled where description.kind == .reals: Double(sourceKind.fullIntensity)
            case .dequantized: Double(sourceKind.levelCount ?? 1)
            default: 1
            }
        return Double(description.width) * log(scale)
    }
}

/// A conversion with all that it needs.
private struct Preparation {
    private let conversion: Conversion
    private let kind: ElementKind
    /// The threshold of each column; of all where there is one.
    private let thresholds: [Double]

    init(_ conversion: Conversion, of dataset: Dataset, _ settings: DataSettings) {
        (self.conversion, kind) = (conversion, dataset.description.kind)
        thresholds = conversion == .threshold ? Self.thresholds(of: dataset, settings.threshold) : []
    }

    /// The rows after the conversion, what is random drawn from the stream.
    func prepared(_ rows: DataRows, _ random: RandomStream) -> DataRows {
        var random = random
        return switch conversion {
        case .none: rows
        case .fixedBits, .dynamicBits:
            rows.replacing(drawnBits(rows.numbers, fullIntensity: kind.fullIntensity, &random))
        case .threshold: rows.replacing(thresholdedBits(rows.numbers, thresholds))
        case .scaled: rows.replacing(rows.numbers.divided(by: kind.fullIntensity))
        case .dequantized: rows.replacing(dequantized(rows.values, levels: kind.levelCount ?? 1, &random))
        }
    }

    private static func thresholds(of dataset: Dataset, _ share: Double) -> [Double] {
        switch dataset.description.kind {
        case .levels(let count): return [share * Double(count)]
        case .reals:
            let rows = dataset.training
            let values = rows.values
            var (lowest, highest) = (Array(values[..<rows.width]), Array(values[..<rows.width]))
            for (index, value) in values.enumerated() {
                lowest[index % rows.width] = min(lowest[index % rows.width], value)
                highest[index % rows.width] = max(highest[index % rows.width], value)
            }
            return zip(lowest, highest).map { Double($0) + share * (Double($1) - Double($0)) }
        case .bits, .unit, .symbols: return [share]
        }
    }
}
