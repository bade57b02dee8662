import Foundation
import Random

/// Data converted to the kind that a model takes, and batches of them.
///
/// Everything random (resampled bits, dequantisation, augmentation) is sampled for each batch from the stream that
/// comes with it, and once from the dataset's seed for ``training``, ``validation`` and ``test``. So a batch is a
/// function of settings, rows and stream.
///
/// If ``wantsStandardizing`` is true, whoever asks for batches standardises the columns; if the settings ask for
/// `shift` or `flip`, images are changed by the function ``augmentation``.
public struct DataPipeline: Sendable {
    /// A random change of images, given as consecutive rows, that keeps what they show.
    public typealias Augmentation = @Sendable (_ values: [Float], _ random: inout RandomStream) -> [Float]

    /// What the rows are after preparation.
    public let description: Dataset.Description
    /// The prepared training rows: ``batch(_:random:)`` takes some of them, with their random parts resampled.
    public let training: DataRows
    /// The prepared validation rows.
    public let validation: DataRows
    /// The prepared test rows.
    public let test: DataRows
    /// Whether the columns should be standardised to mean 0 and variance 1: reals that have no natural range.
    public let wantsStandardizing: Bool
    /// The change of images that the settings `shift` and `flip` ask for.
    public var augmentation: Augmentation?

    private let settings: DataSettings
    private let conversion: Conversion
    /// The kind of the numbers before preparation.
    private let sourceKind: ElementKind
    /// The training rows before the conversions that are repeated for each batch.
    private let base: DataRows
    private let preparation: Preparation

    /// Prepares data for a model.
    ///
    /// - Parameters:
    ///   - kinds: The kinds that the model takes, in order of preference; the first that the data can be converted to
    ///     is used.
    ///   - sequences: Whether rows must be sequences of steps, or must not be; nil for either.
    ///   - pictures: Whether rows must be images.
    ///   - labels: Whether rows must have labels.
    ///   - model: The model's name, for errors.
    /// - Throws: ``DatasetError`` if the data don't suit the model, or settings don't go with them.
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

    public var trainingCount: Int { base.count }

    /// Some of the training rows, prepared for an update.
    ///
    /// - Parameter random: What changes between batches is sampled from streams split off this one.
    /// - Precondition: ``augmentation`` is set if the settings ask for it.
    public func batch(_ rows: some Collection<Int>, random: RandomStream) -> DataRows {
        let isChanged = settings.shift > 0 || settings.flip
        precondition(
            !isChanged || augmentation != nil,
            "shift = \(settings.shift), flip = \(settings.flip), but the pipeline has no augmentation")
        var chosen = base.gathered(rows)
        if isChanged, let augmentation {
            var random = random.split("augmentation")
            chosen = chosen.replacing(augmentation(chosen.values, &random))
        }
        return conversion.isDrawnAnew ? preparation.prepared(chosen, random.split("preparation")) : chosen
    }

    /// Prepared numbers in the units of the data: unscaled, and as whole levels if they were dequantised. Data that
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

    /// The log-density of a row in the units of the data plus this is the log-density of the prepared row: the sum of
    /// the logarithms of all scales, in nats per row, or per step of sequences. It is 0 for bits, symbols, levels and
    /// intensities from 0 to 1, whose likelihoods are not densities.
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

/// A conversion with everything that it needs.
private struct Preparation {
    private let conversion: Conversion
    private let kind: ElementKind
    /// The threshold of each column, or a single one for all.
    private let thresholds: [Double]

    init(_ conversion: Conversion, of dataset: Dataset, _ settings: DataSettings) {
        (self.conversion, kind) = (conversion, dataset.description.kind)
        thresholds = conversion == .threshold ? Self.thresholds(of: dataset, settings.threshold) : []
    }

    /// The rows after the conversion; randomness comes from the stream.
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
