import Configuration
import Datasets

/// The settings of a model, which can make the model.
public protocol ModelSettings: Configurable {
    /// The data that the model needs.
    var needs: DataNeeds { get }
    /// Fit settings that suit the model.
    var fitting: FitSettings { get }
    /// Makes the model, with random parameters from the seed.
    ///
    /// - Throws: ``ModelError`` if the settings don't suit the data.
    func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel
}

/// The data that a model needs. Preparation chooses the first kind that the data can be converted to.
public struct DataNeeds: Hashable, Sendable {
    /// The kinds that the model accepts, preferred ones first.
    public var kinds: [ElementKind.Name]
    /// Whether rows must be sequences of steps (true) or must not be (false); nil for either.
    public var sequences: Bool?
    /// Whether rows must be images.
    public var pictures: Bool
    /// Whether rows must have labels.
    public var labels: Bool
    /// The number of steps of a sequence that one fitting window predicts, for models that accept sequences: longer
    /// ones are cut into windows of one more step, which is given.
    public var window: Int?

    /// Needs of a model.
    public init(
        _ kinds: ElementKind.Name..., sequences: Bool = false, pictures: Bool = false, labels: Bool = false,
        window: Int? = nil
    ) {
        (self.kinds, self.sequences, self.pictures, self.labels) = (kinds, sequences, pictures, labels)
        self.window = window
        if window != nil && !sequences { self.sequences = nil }
    }
}
