import Experience
import Graphics
import Viewer

/// A model at work: rows as they come about, and whatever else there is to look at. An episode is a drawing of all rows.
final class ModelScene: ViewerScene {
    let title: String
    let framesPerSecond: Double
    /// How far the fit is.
    var record: ModelRecord
    private let subject: ModelSubject
    private var seed: UInt64
    private var drawing = 1
    private var view: ModelView
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
    /// - Throws: what ``ModelView`` throws.
    init(
        _ subject: ModelSubject, show: ModelShow, seed: UInt64, record: ModelRecord, framesPerSecond: Double = 30
    ) throws {
        (self.subject, self.seed, self.record, self.framesPerSecond) = (subject, seed, record, framesPerSecond)
        title = "\(subject.name) of \(subject.dataset)"
        view = try ModelView(show, of: subject, seed: seed)
        moments = [Moment(rows: view.current, steps: 0)]
    }

    /// What is looked at.
    var show: ModelShow { view.show }
    /// Whether nothing moves.
    var isStill: Bool { view.isStill }

    var frameSize: FrameSize { picture.size }
    var holdTime: Double { hasEnded && place == moments.count - 1 ? endHoldTime : 0 }
    var canStepBack: Bool { !view.isStill }

    private var picture: Frame {
        if let drawn { return drawn }
        let frame = view.picture.frame(view.rows(moments[place].rows, steps: moments[place].steps))
        drawn = frame
        return frame
    }

    func draw(into frame: inout Frame) { frame = picture }

    func advance() throws -> Bool {
        if place < moments.count - 1 {
            place += 1
        } else if hasEnded {
            try newEpisode(sameSeed: false)
        } else if try view.advance() {
            let moment = Moment(rows: view.current, steps: view.steps)
            let limit = max(2, Self.momentBytes / (4 * moment.rows.count))
            if moments.count >= limit { moments.removeFirst(moments.count / 2) }
            moments.append(moment)
            place = moments.count - 1
        } else {
            hasEnded = !view.isStill
            return hasEnded
        }
        drawn = nil
        return true
    }

    func stepBack() -> Bool {
        guard place > 0 else { return false }
        place -= 1
        drawn = nil
        return true
    }

    func newEpisode(sameSeed: Bool) throws { try begin(show, seed: sameSeed ? seed : seed + 1) }

    var views: [String] { ModelShow.all(of: subject.model.model).map(\.rawValue) }

    func choose(view index: Int) throws {
        try begin(ModelShow.all(of: subject.model.model)[index], seed: seed)
    }

    private func begin(_ show: ModelShow, seed: UInt64) throws {
        view = try ModelView(show, of: subject, seed: seed)
        if seed != self.seed { drawing += 1 }
        (self.seed, hasEnded, place) = (seed, false, 0)
        moments = [Moment(rows: view.current, steps: 0)]
        drawn = nil
    }

    var panel: ViewerPanel {
        var values: [ViewerPanel.Value] = [.init("Model", subject.name), .init("Data", subject.dataset)]
        values += record.values + [.init("Shows", show.rawValue), .init("Drawing", "\(drawing)")]
        if show == .samples, let label = subject.label { values.append(.init("Class", "\(label)")) }
        if !view.isStill { values.append(.init("Step", "\(moments[place].steps)")) }
        values += [.init(show == .weights ? "Units" : "Rows", "\(view.count)"), .init("Seed", "\(seed)")]
        let keys = views.enumerated().map { "\($0 + 1) \($1)" }.joined(separator: ", ")
        return ViewerPanel(
            values: values, historyTitle: record.scoreName, history: record.scores,
            lines: [show.legend, views.count > 1 ? "Keys: \(keys)." : ""].filter { !$0.isEmpty })
    }
}
