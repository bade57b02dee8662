import Graphics

/// Something that can be watched in the window: an agent acting in an environment, a recording, a random player.
///
/// The window asks for everything on the main thread, and never while ``advance()`` runs.
public protocol ViewerScene: AnyObject {
    /// What is shown, in a few words: the head of the panel, the window's title and the name of screenshots.
    var title: String { get }
    /// The size of the world's picture; it may change from one episode to the next.
    var frameSize: FrameSize { get }
    /// Time steps a second at real time, more than 0.
    var framesPerSecond: Double { get }
    /// Seconds at real time for which the picture of this time step stays beyond the step's own: at the end of an
    /// episode, so that one sees it.
    var holdTime: Double { get }
    /// Whether ``stepBack()`` does anything now or later in this scene.
    var canStepBack: Bool { get }
    /// Whether ``newEpisode(sameSeed:)`` does anything. A recording of one episode has none to offer.
    var canStartEpisode: Bool { get }
    /// What the side panel shows at this time step.
    var panel: ViewerPanel { get }

    /// What the keys from 1 on show instead of one another, at most nine; empty where there is one thing only.
    var views: [String] { get }

    /// The keys that play the scene while time passes; they do nothing else then. None unless a person plays.
    var playKeys: Set<ViewerKey> { get }

    /// Draws the world's current picture. `frame` has the size ``frameSize`` and holds the picture drawn before.
    func draw(into frame: inout Frame)
    /// Goes one time step on; false when nothing more comes.
    /// - Throws: whatever the world throws; the window closes and the error is passed on.
    func advance() throws -> Bool
    /// Goes one time step back; false when this is the first. Called only where ``canStepBack`` is true.
    func stepBack() -> Bool
    /// Starts a new episode, with the seed of the current one if `sameSeed` is true. Called only where
    /// ``canStartEpisode`` is true.
    /// - Throws: why it can't; the window shows the error's description and stays as it is.
    func newEpisode(sameSeed: Bool) throws
    /// Shows another of the ``views``, counted from 0.
    /// - Throws: why it can't; the window shows the error's description and stays as it is.
    func choose(view index: Int) throws
    /// Tells which of the ``playKeys`` are held, or were pressed since the last step. Called before steps.
    func hold(_ keys: Set<ViewerKey>)
}

extension ViewerScene {
    /// No step is special, unless a scene says otherwise.
    public var holdTime: Double { 0 }
    /// Time passes in one direction only, unless a scene says otherwise.
    public var canStepBack: Bool { false }
    /// Stays where it is.
    public func stepBack() -> Bool { false }
    /// Most scenes can start again.
    public var canStartEpisode: Bool { true }
    /// Most scenes show one thing.
    public var views: [String] { [] }
    /// Stays as it is.
    public func choose(view index: Int) throws {}
    /// Most scenes go on by themselves.
    public var playKeys: Set<ViewerKey> { [] }
    /// Nothing follows.
    public func hold(_ keys: Set<ViewerKey>) {}
}

/// What the side panel shows, from the top: values, bars, a curve, text.
public struct ViewerPanel: Hashable, Sendable {
    /// A labelled value, such as the episode, step, return, reward or seed.
    public struct Value: Hashable, Sendable {
        /// What it is.
        public var label: String
        /// The value as it is to be read.
        public var text: String

        /// A labelled value.
        public init(_ label: String, _ text: String) {
            self.label = label
            self.text = text
        }
    }
    /// What the lengths of bars mean.
    public enum BarKind: Hashable, Sendable {
        /// Estimates of the return, of any sign: the bars share the range of their values.
        case actionValues
        /// Probabilities from 0 to 1: a full bar is 1.
        case probabilities
    }
    /// One group of bars, a bar an action.
    public struct Bars: Hashable, Sendable {
        /// The group's heading.
        public var title: String
        /// What the lengths mean.
        public var kind: BarKind
        /// The bars; the chosen action's is marked.
        public var bars: [BarPlot.Bar]

        /// A group of bars.
        public init(title: String, kind: BarKind, bars: [BarPlot.Bar]) {
            self.title = title
            self.kind = kind
            self.bars = bars
        }
    }
    /// Labelled values, one a row.
    public var values: [Value]
    /// Groups of bars.
    public var bars: [Bars]
    /// The curve's heading.
    public var historyTitle: String
    /// The values of a small curve, such as the returns of the episodes so far; fewer than two show none.
    public var history: [Double]
    /// Free text; long lines are wrapped.
    public var lines: [String]

    /// A panel of any of the parts.
    public init(
        values: [Value] = [], bars: [Bars] = [], historyTitle: String = "Returns", history: [Double] = [],
        lines: [String] = []
    ) {
        self.values = values
        self.bars = bars
        self.historyTitle = historyTitle
        self.history = history
        self.lines = lines
    }
}
