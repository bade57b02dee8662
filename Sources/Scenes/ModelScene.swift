import Experience
import Graphics
import Viewer

/// A model at work: rows as they come about, and its other views. An episode is a drawing of all rows.
public final class ModelScene: ViewerScene {
    /// The model, and what it is a model of.
    public let title: String
    /// Steps of drawing a second.
    public let framesPerSecond: Double
    /// How far the fit is.
    public var history: FitHistory
    private let model: WatchedModel
    private var seed: UInt64
    private var drawing = 1
    private var shown: ShownRows
    /// Whether the process has come to its end.
    private var hasEnded = false
    /// The rows before each step, as far as they are kept, and after the last one.
    private var moments: [Moment] = []
    /// Which of them is shown.
    private var place = 0
    /// The picture of it, once it was asked for.
    private var drawn: Frame?

    private struct Moment {
        var rows: [Float]
        var steps: Int
    }

    /// Bytes of the moments that are kept.
    private static let momentBytes = 64 << 20

    /// Shows a model.
    ///
    /// - Parameters:
    ///   - view: What is shown at first; nil for the first view that the model has.
    ///   - seed: The first drawing's; each further one has the next.
    ///   - history: What the panel says of the fit; nil where nothing is known.
    /// - Throws: ``SceneError`` where the model doesn't have the view, and what ``ShownRows`` throws.
    public init(
        _ model: WatchedModel, view: ModelView? = nil, seed: UInt64, history: FitHistory? = nil,
        framesPerSecond: Double = 30
    ) throws {
        (self.model, self.seed, self.framesPerSecond) = (model, seed, framesPerSecond)
        self.history = history ?? FitHistory(scoreTitle: model.model.scoreTitle)
        title = "\(model.name) of \(model.dataset)"
        let view = try ModelView.choice(view, of: model.model, named: model.name)
        shown = try ShownRows(view, of: model, seed: seed)
        moments = [Moment(rows: shown.current, steps: 0)]
    }

    /// What is looked at.
    public var view: ModelView { shown.view }
    /// Whether nothing moves.
    public var isStill: Bool { shown.isStill }

    /// The picture's.
    public var frameSize: FrameSize { picture.size }
    /// A second at a drawing's end.
    public var holdTime: Double { hasEnded && place == moments.count - 1 ? endHoldTime : 0 }
    /// Whether rows come about step by step.
    public var canStepBack: Bool { !shown.isStill }

    private var picture: Frame {
        if let drawn { return drawn }
        let frame = shown.picture.frame(shown.content(moments[place].rows, steps: moments[place].steps))
        drawn = frame
        return frame
    }

    /// Draws the rows.
    public func draw(into frame: inout Frame) { frame = picture }

    /// Takes a step; after a drawing's end begins another; false where nothing moves.
    ///
    /// - Throws: what the model throws.
    public func advance() throws -> Bool {
        if place < moments.count - 1 {
            place += 1
        } else if hasEnded {
            try newEpisode(sameSeed: false)
        } else if try shown.advance() {
            let moment = Moment(rows: shown.current, steps: shown.steps)
            let limit = max(2, Self.momentBytes / (4 * moment.rows.count))
            if moments.count >= limit { moments.removeFirst(moments.count / 2) }
            moments.append(moment)
            place = moments.count - 1
        } else {
            hasEnded = !shown.isStill
            return hasEnded
        }
        drawn = nil
        return true
    }

    /// Goes a step back, as far as steps are kept.
    public func stepBack() -> Bool {
        guard place > 0 else { return false }
        place -= 1
        drawn = nil
        return true
    }

    /// Begins another drawing, or the same again.
    public func newEpisode(sameSeed: Bool) throws { try begin(view, seed: sameSeed ? seed : seed &+ 1) }

    /// The views that the model has, by name.
    public var views: [String] { ModelView.all(of: model.model).map(\.rawValue) }

    /// Shows another of the ``views``.
    public func choose(view index: Int) throws {
        try begin(ModelView.all(of: model.model)[index], seed: seed)
    }

    private func begin(_ view: ModelView, seed: UInt64) throws {
        shown = try ShownRows(view, of: model, seed: seed)
        if seed != self.seed { drawing += 1 }
        (self.seed, hasEnded, place) = (seed, false, 0)
        moments = [Moment(rows: shown.current, steps: 0)]
        drawn = nil
    }

    /// The model, how far its fit is, and what is shown.
    public var panel: ViewerPanel {
        var values: [ViewerPanel.Value] = [.init("Model", model.name), .init("Data", model.dataset)]
        values += history.values + [.init("Shows", view.rawValue), .init("Drawing", "\(drawing)")]
        if view == .samples, let label = model.label { values.append(.init("Class", "\(label)")) }
        if !shown.isStill { values.append(.init("Step", "\(moments[place].steps)")) }
        values += [.init(view == .weights ? "Units" : "Rows", "\(shown.count)"), .init("Seed", "\(seed)")]
        let keys = views.enumerated().map { "\($0 + 1) \($1)" }.joined(separator: ", ")
        return ViewerPanel(
            values: values, historyTitle: history.scoreTitle, history: history.scores,
            lines: [view.legend, views.count > 1 ? "Keys: \(keys)." : ""].filter { !$0.isEmpty })
    }
}
