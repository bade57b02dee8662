import Datasets
import GenerativeModels
import NeuralNetworks
import Random

/// A data set as a model takes it: prepared, and standardised where its numbers are reals.
struct FitData {
    private let pipeline: DataPipeline
    /// Shift and scale of each number; those that change nothing where the model takes the numbers as they are.
    let scaling: Standardizer
    /// The prepared rows.
    let validation, test: DataRows

    /// Reads and prepares the data of a configuration.
    ///
    /// - Throws: `StorageError`, `FormatError` or ``Datasets/DatasetError``.
    init(_ configuration: FitConfiguration) throws {
        let folder = configuration.folder.isEmpty ? nil : configuration.folder
        let dataset = try DatasetCatalog.make(configuration.dataset, folder: folder, settings: configuration.data)
        try self.init(dataset, configuration)
    }

    /// Prepares a data set.
    init(_ dataset: Dataset, _ configuration: FitConfiguration) throws {
        let needs = configuration.settings.needs
        pipeline = try DataPipeline(
            dataset, configuration.data, kinds: needs.kinds, sequences: needs.sequences, pictures: needs.pictures,
            labels: needs.labels)
        let width = pipeline.description.width
        let standardizes = pipeline.description.kind == .reals && configuration.data.standardize
        let scaling = standardizes ? Standardizer(pipeline.training.values, width: width) : .identity(width: width)
        self.scaling = scaling
        func scaled(_ rows: DataRows) -> DataRows { standardizes ? rows.replacing(scaling.apply(rows.values)) : rows }
        (validation, test) = (scaled(pipeline.validation), scaled(pipeline.test))
        self.standardizes = standardizes
    }

    private let standardizes: Bool

    /// What the rows are that the model sees.
    var description: Dataset.Description { pipeline.description }
    /// Rows to learn from.
    var trainingCount: Int { pipeline.training.count }

    /// Some rows to learn from, with what is drawn for them.
    func batch(_ rows: some Collection<Int>, random: RandomStream) -> DataRows {
        let batch = pipeline.batch(rows, random: random)
        return standardizes ? batch.replacing(scaling.apply(batch.values)) : batch
    }

    /// What a log-density loses a row by scaling the model's numbers up to the data's.
    var logVolume: Double { scaling.logVolume + pipeline.logVolume }
}
