import Graphics
import Training
import Viewer

/// A model that is being fitted, as its newest parameters draw.
final class LiveModelScene: ViewerScene {
    let title: String
    private let feed: FitFeed
    private let training: LiveTraining
    private let show: ModelShow?
    private let seed: UInt64
    /// What is shown once the fit has read its data.
    private var scene: (model: FittedModel, shown: ModelScene)?
    private var version = 0

    /// A scene of a fit that begins once the window is open.
    ///
    /// - Parameter show: What is looked at; nil for what suits the model.
    init(_ configuration: FitConfiguration, feed: FitFeed, training: LiveTraining, show: ModelShow? = nil) {
        title = "\(configuration.model) learns \(configuration.dataset)"
        (self.feed, self.training, self.show) = (feed, training, show)
        seed = UInt64(configuration.seed) + 1_000_000
    }

    private static let waiting = "The data are read …"

    var frameSize: FrameSize {
        scene?.shown.frameSize ?? FrameSize(width: Frame.textSize(Self.waiting).width, height: Font.cell.height)
    }
    var framesPerSecond: Double { scene?.shown.framesPerSecond ?? 30 }
    var holdTime: Double { scene?.shown.holdTime ?? 0 }
    var canStepBack: Bool { scene?.shown.canStepBack ?? false }
    var canStartEpisode: Bool { scene != nil }
    var views: [String] { scene?.shown.views ?? [] }

    func draw(into frame: inout Frame) {
        training.begin()
        if let scene { return scene.shown.draw(into: &frame) }
        frame.clear(.black)
        frame.drawText(Self.waiting, x: 0, y: 0, .lightGray)
    }

    func advance() throws -> Bool {
        try training.check()
        guard let scene else {
            try open()
            return true
        }
        let before = version
        version = feed.take(into: scene.model.model.variables, after: version)
        scene.shown.record = ModelRecord(feed.status)
        if !scene.shown.isStill { return try scene.shown.advance() }
        // What doesn't move by itself is drawn anew by each new set of parameters, from the same seed.
        if version > before { try scene.shown.newEpisode(sameSeed: true) }
        return true
    }

    /// Shows the model as soon as the fit says what its rows are.
    private func open() throws {
        guard let model = try feed.makeModel() else { return }
        version = feed.take(into: model.model.variables, after: 0)
        let subject = ModelSubject(model)
        // Whole drawings are to take seconds, not minutes.
        scene = (
            model,
            try ModelScene(
                subject, show: ModelShow.choice(show, of: model.model, named: subject.name), seed: seed,
                record: ModelRecord(feed.status), framesPerSecond: max(30, Double(model.data.width) / 4))
        )
    }

    func stepBack() -> Bool { scene?.shown.stepBack() ?? false }

    func newEpisode(sameSeed: Bool) throws { try scene?.shown.newEpisode(sameSeed: sameSeed) }

    func choose(view index: Int) throws { try scene?.shown.choose(view: index) }

    var panel: ViewerPanel { scene?.shown.panel ?? ViewerPanel(lines: [Self.waiting]) }
}
