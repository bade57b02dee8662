import Datasets
import GenerativeModels
import Storage
import Training

/// A model that is looked at, and the data it was fitted to, which are read when they are needed.
final class ModelSubject {
    let model: FittedModel
    /// The class that samples are to be of; nil for any.
    var label: Int?
    private var parts: [Dataset.Part: DataRows] = [:]

    init(_ model: FittedModel) { self.model = model }

    /// The model's name.
    var name: String { model.configuration.model }
    /// The data's name, without their folder.
    var dataset: String { splitPath(model.configuration.dataset).name }

    /// Whether rows are texts.
    var isOfText: Bool { model.data.isSequential && model.data.kind.name == .symbols }

    /// The rows of a part as the model sees them.
    func rows(_ part: Dataset.Part) throws -> DataRows {
        if let rows = parts[part] { return rows }
        let rows = try model.rows(part)
        parts[part] = rows
        return rows
    }

    /// What the model was fitted to, in the units of the data; empty where it isn't there any more, which a note says.
    private(set) lazy var background: [Float] = {
        do {
            return model.unscaled(try rows(.training).values)
        } catch {
            note("\(error); the picture shows the samples alone")
            return []
        }
    }()
}
