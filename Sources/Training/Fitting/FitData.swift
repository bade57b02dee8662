import Configuration
import Datasets
import GenerativeModels
import NeuralNetworks
import Random
import Storage

/// A dataset as a model takes it: prepared, and standardised if its numbers are reals.
struct FitData: Sendable {
    private let pipeline: DataPipeline
    /// Shift and scale of each number; the identity if the model takes the numbers as they are.
    let scaling: Standardizer
    /// The checksum of the data before their preparation.
    let checksum: UInt32
    /// The prepared rows.
    let validation, test: DataRows
    /// What was left out of the data, in sentences.
    let notes: [String]

    /// Reads and prepares the data of a configuration.
    ///
    /// - Throws: `StorageError`, `FormatError` or ``Datasets/DatasetError``.
    init(_ configuration: FitConfiguration) throws {
        let folder = configuration.folder.isEmpty ? nil : configuration.folder
        let dataset = try DatasetCatalog.make(configuration.dataset, folder: folder, settings: configuration.data)
        try self.init(dataset, configuration)
    }

    /// Reads and prepares the data of a run.
    ///
    /// - Throws: as ``init(_:)``, but ``TrainingError/missingData(folder:reason:)`` if they are not where they were.
    init(_ configuration: FitConfiguration, of run: String) throws {
        do {
            try self.init(configuration)
        } catch let error as StorageError where error.reason == .missing {
            throw TrainingError.missingData(folder: run, reason: "\(error)")
        } catch let error as DatasetError {
            switch error {
            case .unknownData, .missingFiles: throw TrainingError.missingData(folder: run, reason: "\(error)")
            default: throw error
            }
        }
    }

    /// Refuses data other than those of a run.
    ///
    /// - Throws: ``TrainingError/otherIdentity(folder:differences:)``.
    func require(checksum expected: String?, in run: String) throws {
        let found = SettingValue.text(hexadecimal(checksum)).toml
        guard let expected, expected != found else { return }
        let difference = RunDifference(
            kind: .content, name: FitConfiguration.content, before: expected, now: found)
        throw TrainingError.otherIdentity(folder: run, differences: [difference])
    }

    /// Prepares a dataset.
    init(_ dataset: Dataset, _ configuration: FitConfiguration) throws {
        (notes, checksum) = (dataset.notes, dataset.checksum)
        let needs = configuration.settings.needs
        var pipeline = try DataPipeline(
            dataset, configuration.data, kinds: needs.kinds, sequences: needs.sequences, pictures: needs.pictures,
            labels: needs.labels, model: configuration.model)
        pipeline.augmentation = Self.augmentation(pipeline.description, configuration.data)
        let width = pipeline.description.width
        let isScaled = pipeline.wantsStandardizing
        let scaling = isScaled ? Standardizer(pipeline.training.values, width: width) : .identity(width: width)
        func scaled(_ rows: DataRows) -> DataRows { isScaled ? rows.replacing(scaling.apply(rows.values)) : rows }
        (validation, test) = (scaled(pipeline.validation), scaled(pipeline.test))
        (self.pipeline, self.scaling, self.isScaled) = (pipeline, scaling, isScaled)
        windows =
            pipeline.description.isSequential
            ? needs.window.map { FitWindows(pipeline.training.lengths, context: $0) } : nil
    }

    private let isScaled: Bool
    private let windows: FitWindows?

    /// The random change of images that the dataset's settings ask for.
    private static func augmentation(
        _ data: Dataset.Description, _ settings: DataSettings
    ) -> DataPipeline.Augmentation? {
        let changes: [Augmentation] =
            (settings.shift > 0 ? [.shift(settings.shift)] : []) + (settings.flip ? [.flip] : [])
        guard !changes.isEmpty, let size = data.grid else { return nil }
        return { values, random in
            let images = Images(
                count: values.count / data.width, height: size.height, width: size.width, channels: size.channels,
                values)
            return changes.apply(to: images, random: &random).pixels
        }
    }

    /// What the rows are that the model sees.
    var description: Dataset.Description { pipeline.description }
    /// The number of training rows, or of windows of sequences.
    var trainingCount: Int { windows?.count ?? pipeline.trainingCount }

    /// Some training rows, with their random preparation.
    func batch(_ rows: some Collection<Int>, random: RandomStream) -> DataRows {
        if let windows { return windows.gathered(rows, of: pipeline.training, random: random) }
        let batch = pipeline.batch(rows, random: random)
        return isScaled ? batch.replacing(scaling.apply(batch.values)) : batch
    }

    /// What a row's log-density loses when the model's numbers are scaled to the data's.
    var logVolume: Double { scaling.logVolume + pipeline.logVolume }
}
