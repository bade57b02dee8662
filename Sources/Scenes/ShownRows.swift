import Datasets
import GenerativeModels
import Graphics

/// The rows that a view of a model shows: they come about step by step, or stand still.
public final class ShownRows {
    /// What of the model is shown.
    public let view: ModelView
    /// How the rows are drawn.
    public let picture: RowPicture
    private let model: WatchedModel
    private let source: RowSource

    /// Begins to show.
    ///
    /// - Parameters:
    ///   - count: Rows, or units whose weights are shown: fewer where there aren't as many; nil for what a picture has
    ///     room for.
    ///   - stepwise: Whether samples come about step by step where the model samples them so, instead of being there at
    ///     once. They are the same.
    ///   - seed: What is drawn, and which rows or units are chosen, follows from it.
    /// - Throws: what the model throws, and reading the data where they are needed.
    public init(
        _ view: ModelView, of model: WatchedModel, count: Int? = nil, stepwise: Bool = false, seed: UInt64
    ) throws {
        (self.view, self.model) = (view, model)
        picture = RowPicture(model.data, of: view) { model.background }
        let isStepwise = stepwise && view == .samples && model.label == nil && model.model is any StepwiseSamplingModel
        source = try model.source(
            of: isStepwise ? .process : view, count: count ?? picture.usualCount, seed: seed)
    }

    /// How many rows there are.
    public var count: Int { source.count }
    /// Whether the rows are sequences, which grow step by step.
    public var isOfSequences: Bool { model.data.isSequential }
    /// Whether nothing moves.
    public var isStill: Bool { source.process == nil }
    /// Steps taken.
    public var steps: Int { source.process?.steps ?? 0 }

    /// Takes a step.
    ///
    /// - Returns: false where there was none to take.
    public func advance() throws -> Bool { try source.process?.advance() ?? false }

    /// Takes the steps that are left, at most to the step `limit`, or until `shouldStop` says so.
    ///
    /// - Throws: what the model throws.
    public func run(limit: Int, shouldStop: () -> Bool = { false }, afterEach: () -> Void = {}) throws {
        while steps < limit, !shouldStop(), try advance() { afterEach() }
    }

    /// The steps that the rows take: as many as a row has numbers or a sequence steps where they are sampled one by
    /// one, else at most `limit`.
    public func stepCount(limit: Int) -> Int {
        guard model.model is any StepwiseSamplingModel else { return limit }
        let width = model.data.isSequential ? max(1, model.data.width) : 1
        return min(limit, current.count / max(1, count) / width)
    }

    /// (count, width): the rows as they are now, in the units of the data.
    public var current: [Float] { source.process.map { model.unscaled($0.rows) } ?? source.still }

    /// What a picture shows where the rows were ``current`` after so many steps.
    func content(_ current: [Float], steps: Int) -> RowPicture.Content {
        let isGrowing = model.data.isSequential && !isStill
        return RowPicture.Content(
            count: count, before: source.before, current: current, original: source.original,
            steps: isGrowing ? steps : nil)
    }

    /// What a picture shows now.
    public var content: RowPicture.Content { content(current, steps: steps) }
    /// The picture of it.
    public var frame: Frame { picture.frame(content) }
}
