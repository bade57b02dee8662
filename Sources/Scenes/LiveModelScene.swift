import Graphics
import Training
import Viewer

/// A model that is being fitted, as its newest parameters draw.
public final class LiveModelScene: ViewerScene {
    /// Which model learns which data.
    public let title: String
    private let feed: FitFeed
    private let training: LiveTraining
    private let view: ModelView?
    private let seed: UInt64
    /// What is shown once the fit has read its data.
    private var scene: (model: FittedModel, shown: ModelScene)?
    private var version = 0

    /// A scene of a fit that begins once the window is open.
    ///
    /// - Parameters:
    ///   - feed: That of the `FitSession`.
    ///   - view: What is shown at first; nil for what suits the model.
    public init(_ configuration: FitConfiguration, feed: FitFeed, training: LiveTraining, view: ModelView? = nil) {
        title = "\(configuration.model) learns \(configuration.dataset)"
        (self.feed, self.training, self.view) = (feed, training, view)
        seed = UInt64(configuration.seed) &+ 1_000_000
    }

    private static let waiting = "The data are read …"

    /// That of what is shown; of a line of text as long as the data are read.
    public var frameSize: FrameSize {
        scene?.shown.frameSize ?? FrameSize(width: Frame.textSize(Self.waiting).width, height: Font.cell.height)
    }
    /// A drawing of all rows takes seconds, not minutes.
    public var framesPerSecond: Double { scene?.shown.framesPerSecond ?? 30 }
    /// A second at a drawing's end.
    public var holdTime: Double { scene?.shown.holdTime ?? 0 }
    /// Whether what is shown comes about step by step.
    public var canStepBack: Bool { scene?.shown.canStepBack ?? false }
    /// Not before the data have been read.
    public var canStartEpisode: Bool { scene != nil }
    /// The model's views; none before the data have been read.
    public var views: [String] { scene?.shown.views ?? [] }

    /// Draws what is shown; begins the training, the first time.
    public func draw(into frame: inout Frame) {
        training.begin()
        if let scene { return scene.shown.draw(into: &frame) }
        frame.clear(.black)
        frame.drawText(Self.waiting, x: 0, y: 0, .lightGray)
    }

    /// Takes the newest parameters, and a step.
    ///
    /// - Throws: what the training threw, and as ``ModelScene/advance()``.
    public func advance() throws -> Bool {
        try training.check()
        guard let scene else {
            try open()
            return true
        }
        let before = version
        version = feed.take(into: scene.model.model.variables, after: version)
        scene.shown.history = FitHistory(feed.status)
        if !scene.shown.isStill { return try scene.shown.advance() }
        // What doesn't move by itself is drawn anew by each new set of parameters, from the same seed.
        if version > before { try scene.shown.newEpisode(sameSeed: true) }
        return true
    }

    /// Shows the model as soon as the fit says what its rows are.
    private func open() throws {
        guard let model = try feed.makeModel() else { return }
        version = feed.take(into: model.model.variables, after: 0)
        // Whole drawings are to take seconds, not minutes.
        let shown = try ModelScene(
            WatchedModel(model), view: view, seed: seed, history: FitHistory(feed.status),
            framesPerSecond: max(30, Double(model.data.width) / 4))
        scene = (model, shown)
    }

    /// Goes a step back, in what is shown.
    public func stepBack() -> Bool { scene?.shown.stepBack() ?? false }

    /// Starts another drawing.
    public func newEpisode(sameSeed: Bool) throws { try scene?.shown.newEpisode(sameSeed: sameSeed) }

    /// Shows another of the ``views``.
    public func choose(view index: Int) throws { try scene?.shown.choose(view: index) }

    /// What a ``ModelScene`` shows.
    public var panel: ViewerPanel { scene?.shown.panel ?? ViewerPanel(lines: [Self.waiting]) }
}
