import Random

/// Rows on their way into a model.
public struct DataPipeline: Sendable {
    public let description: Dataset.Description
    public let training, validation, test: DataRows
    public let logVolume = 0.0

    public init(
        _ dataset: Dataset, _ settings: DataSettings, kinds: [ElementKind.Name], sequences: Bool, pictures: Bool,
        labels: Bool
    ) throws {
        description = dataset.description
        (training, validation, test) = (dataset.training, dataset.validation, dataset.test)
    }

    public func batch(_ rows: some Collection<Int>, random: RandomStream) -> DataRows { training.gathered(rows) }
    public func undo(_ values: [Float]) -> [Float] { values }
}
