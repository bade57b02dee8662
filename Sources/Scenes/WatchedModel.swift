import Datasets
import GenerativeModels
import Storage
import Training

/// A model that is watched, and the data it was fitted to, which are read when they are needed.
public final class WatchedModel {
    /// What the model and the data are called.
    public let name, dataset: String
    /// The model.
    public let model: any GenerativeModel
    /// The class that samples are to be of; nil for any.
    public var label: Int?
    private let read: (Dataset.Part) throws -> DataRows
    private let unscale: ([Float]) -> [Float]
    private let warn: (String) -> Void
    private var parts: [Dataset.Part: DataRows] = [:]

    /// A model of one's own.
    ///
    /// - Parameters:
    ///   - rows: The rows of a part of the data as the model sees them, asked for once each and only by views that need
    ///     them.
    ///   - unscaled: Turns rows of the model, (count, width), into the units of the data.
    ///   - warn: Told where a picture lacks the data to compare with, because they can't be read; standard error unless
    ///     another is given.
    public init(
        _ model: any GenerativeModel, name: String, dataset: String,
        rows: @escaping (Dataset.Part) throws -> DataRows,
        unscaled: @escaping ([Float]) -> [Float] = { $0 },
        warn: @escaping (String) -> Void = { ProgressBar.writeToStandardError($0 + "\n") }
    ) {
        (self.model, self.name, self.dataset, self.warn) = (model, name, dataset, warn)
        (read, unscale) = (rows, unscaled)
    }

    /// The model of a run.
    public convenience init(_ model: FittedModel) {
        self.init(
            model.model, name: model.configuration.model, dataset: splitPath(model.configuration.dataset).name,
            rows: { try model.rows($0) }, unscaled: model.unscaled)
    }

    /// What a row is.
    public var data: Dataset.Description { model.data }

    /// Whether rows are texts.
    public var isOfText: Bool { data.isSequential && data.kind.name == .symbols }

    /// The rows of a part as the model sees them.
    ///
    /// - Throws: what reading them throws.
    public func rows(_ part: Dataset.Part) throws -> DataRows {
        if let rows = parts[part] { return rows }
        let rows = try read(part)
        parts[part] = rows
        return rows
    }

    /// Rows of the model, (count, width), in the units of the data.
    func unscaled(_ rows: [Float]) -> [Float] { unscale(rows) }

    /// The model as one that can do something.
    ///
    /// - Throws: `ModelError` where it can't.
    func ability<Ability>(_ type: Ability.Type, _ ability: String) throws(ModelError) -> Ability {
        try model.ability(type, ability, name: name)
    }

    /// What the model was fitted to, in the units of the data; empty where that isn't there any more.
    private(set) lazy var background: [Float] = {
        do {
            return unscaled(try rows(.training).values)
        } catch {
            warn("\(error); the picture shows the samples alone")
            return []
        }
    }()
}
