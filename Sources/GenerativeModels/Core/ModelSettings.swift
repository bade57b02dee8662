import Configuration
import Datasets

/// Settings that know their model.
public protocol ModelSettings: Configurable {
    /// What the model needs of data.
    var needs: DataNeeds { get }
    /// The settings of fitting that suit the model.
    var fitting: FitSettings { get }
    /// Makes the model, unfitted, with random parameters from the seed.
    ///
    /// - Throws: ``ModelError`` where the settings don't suit the data.
    func makeModel(for data: Dataset.Description, seed: UInt64) throws -> any GenerativeModel
}

/// What a model needs of data: who prepares them chooses the first kind that the data can be brought into.
public struct DataNeeds: Hashable, Sendable {
    /// The kinds that the model understands, the preferred ones first.
    public var kinds: [ElementKind.Name]
    /// Whether rows have to be sequences of steps, or must not be any; nil for either.
    public var sequences: Bool?
    /// Whether rows have to be pictures.
    public var pictures: Bool
    /// Whether rows have to have labels.
    public var labels: Bool
    /// The steps of a sequence that fitting takes at a time, where the model takes sequences too: longer ones are cut into windows
    /// of one step more, which is there to be known.
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
