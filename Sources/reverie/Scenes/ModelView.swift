import Datasets
import GenerativeModels
import Graphics
import Training

/// A look at a model: rows that come about step by step, or stand still.
final class ModelView {
    let show: ModelShow
    /// What is drawn of the rows.
    let picture: ModelPicture
    private let model: FittedModel
    private let material: ModelMaterial

    /// Begins to look.
    ///
    /// - Parameters:
    ///   - count: Rows, or units whose weights are shown: fewer where there aren't as many; nil for what a picture has room for.
    ///   - seed: What is drawn, and which rows or units are chosen, follows from it.
    /// - Throws: what the model throws, and reading the data where they are needed.
    init(_ show: ModelShow, of subject: ModelSubject, count: Int? = nil, seed: UInt64) throws {
        (self.show, model) = (show, subject.model)
        picture = ModelPicture(model.data, of: show) { subject.background }
        material = try subject.material(for: show, count: count ?? picture.usualCount, seed: seed)
    }

    /// How many rows there are.
    var count: Int { material.count }
    /// Whether nothing moves.
    var isStill: Bool { material.process == nil }
    /// Steps taken.
    var steps: Int { material.process?.steps ?? 0 }

    /// Takes a step.
    ///
    /// - Returns: false where there was none to take.
    func advance() throws -> Bool { try material.process?.advance() ?? false }

    /// Takes the steps that are left, at most to the step `limit`.
    func run(limit: Int, afterEach: () -> Void = {}) throws {
        while steps < limit, try advance() { afterEach() }
    }

    /// The rows as they are now, in the units of the data.
    var current: [Float] { material.process.map { model.unscaled($0.rows) } ?? material.still }

    /// What is shown where rows were ``current`` after so many steps.
    func rows(_ current: [Float], steps: Int) -> ModelRows {
        let isGrowing = model.data.isSequential && !isStill
        return ModelRows(
            count: count, before: material.before, current: current, original: material.original,
            steps: isGrowing ? steps : nil)
    }

    /// What is shown now.
    var rows: ModelRows { rows(current, steps: steps) }
    /// The picture of it.
    var frame: Frame { picture.frame(rows) }
}

/// Rows of a model in the units of the data, with what they came from.
struct ModelRows {
    /// How many there are.
    var count: Int
    /// What they were made from: rows with a half missing, disturbed ones, rows of the data.
    var before: [Float]?
    /// The rows.
    var current: [Float]
    /// What they should have become.
    var original: [Float]?
    /// Steps of each sequence that are there already; nil for all.
    var steps: Int?

    /// What is shown of each row, from left to right.
    var panels: [[Float]] { [before, current, original].compactMap(\.self) }
}
