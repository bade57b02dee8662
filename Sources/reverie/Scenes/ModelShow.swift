import ArgumentParser
import GenerativeModels

/// What of a model is looked at.
enum ModelShow: String, CaseIterable, ExpressibleByArgument {
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

    /// Whether it is there to be looked at in a model.
    func isThere(in model: any GenerativeModel) -> Bool {
        func can(_ abilities: ModelAbility...) -> Bool { abilities.allSatisfy { $0.isThere(in: model) } }
        // Sequences are of different lengths: a half of them, and rows side by side, are no pictures.
        let hasRows = !model.data.isSequential
        return switch self {
        case .process: can(.process)
        case .samples: can(.sample)
        case .weights: can(.weights) && hasRows
        case .complete: can(.complete) && hasRows
        // A chain that starts at a disturbed row goes to what it is a disturbance of, where the model encodes rows at all.
        case .recall: can(.process, .reconstruct) && hasRows
        case .reconstruct: can(.reconstruct) && hasRows
        }
    }

    /// The tiles of each row: what it comes from, what it is, what it should become.
    var panelCount: Int {
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

    /// All that there is of a model.
    static func all(of model: any GenerativeModel) -> [ModelShow] { allCases.filter { $0.isThere(in: model) } }

    /// What is asked for, or the first that there is.
    ///
    /// - Throws: ``UsageError`` where the model can't show it.
    static func choice(_ asked: ModelShow?, of model: any GenerativeModel, named name: String) throws -> ModelShow {
        let there = all(of: model)
        guard let first = there.first else { throw UsageError("\(name) has nothing to look at") }
        if let asked, !there.contains(asked) {
            let names = there.map(\.rawValue).joined(separator: ", ")
            throw UsageError("\(name) can't show \(asked.rawValue); for --show it has: \(names)")
        }
        return asked ?? first
    }
}
