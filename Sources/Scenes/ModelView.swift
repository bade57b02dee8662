import GenerativeModels

/// What of a model is looked at.
public enum ModelView: String, CaseIterable, Sendable {
    /// Rows as they come about.
    case process
    /// Rows that the model draws.
    case samples
    /// The weights of its units.
    case weights
    /// Rows whose second half is drawn anew.
    case complete
    /// Rows that are recalled from disturbed ones.
    case recall
    /// Rows as the model has them.
    case reconstruct

    /// Whether a model has it.
    public func isThere(in model: any GenerativeModel) -> Bool {
        func can(_ abilities: ModelAbility...) -> Bool { abilities.allSatisfy { $0.isThere(in: model) } }
        // Sequences are of different lengths: a half of them, and rows side by side, are no pictures.
        let hasRows = !model.data.isSequential
        return switch self {
        case .process: can(.process)
        case .samples: can(.sample)
        case .weights: can(.weights) && hasRows
        case .complete: can(.complete) && hasRows
        // A chain that starts at a disturbed row goes to what it is a disturbance of, where the model encodes rows at
        // all.
        case .recall: can(.process, .reconstruct) && hasRows
        case .reconstruct: can(.reconstruct) && hasRows
        }
    }

    /// The tiles of each row: what it comes from, what it is, what it should become.
    var tileCount: Int {
        switch self {
        case .process, .samples, .weights: 1
        case .reconstruct: 2
        case .complete, .recall: 3
        }
    }

    /// What the tiles of a row are.
    var legend: String {
        switch self {
        case .process, .samples, .weights: ""
        case .complete: "From left to right: what is known of a test row, the row completed, the row as it was."
        case .recall: "From left to right: a disturbed training row, what is recalled, the row as it was."
        case .reconstruct: "From left to right: a test row, the row as the model has it."
        }
    }

    /// All that a model has.
    public static func all(of model: any GenerativeModel) -> [ModelView] { allCases.filter { $0.isThere(in: model) } }

    /// What is asked for, or the first that a model has.
    ///
    /// - Parameter name: What the model is called, for the error.
    /// - Throws: ``SceneError`` where the model doesn't have it.
    public static func choice(
        _ asked: ModelView?, of model: any GenerativeModel, named name: String
    ) throws(SceneError) -> ModelView {
        let available = all(of: model)
        guard let first = available.first else { throw .nothingToShow(model: name) }
        if let asked, !available.contains(asked) { throw .noView(asked, model: name, available: available) }
        return asked ?? first
    }
}
