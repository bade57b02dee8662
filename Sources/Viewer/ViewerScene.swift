import Graphics

/// Something that can be watched in the window: an agent acting in an environment, a recording, a random player.
///
/// The window calls everything on the main thread, and nothing while ``advance()`` runs.
public protocol ViewerScene: AnyObject {
    /// A short title: the heading of the panel, the window's title and the name of screenshots.
    var title: String { get }
    /// The size of the world's frame; it may change from one episode to the next.
    var frameSize: FrameSize { get }
    /// Time steps per second at real time, above 0.
    var framesPerSecond: Double { get }
    /// How many seconds at real time the frame of this time step stays beyond the step's own duration: at the end of an
    /// episode, so that it can be seen.
    var holdTime: Double { get }
    /// Whether ``stepBack()`` can do anything, now or later in this scene.
    var canStepBack: Bool { get }
    /// Whether ``newEpisode(sameSeed:)`` does anything. A recording of one episode offers no other.
    var canStartEpisode: Bool { get }
    /// The contents of the side panel at this time step.
    var panel: ViewerPanel { get }

    /// The alternatives that the keys from 1 on choose between, at most nine; empty if there is only one view.
    var views: [String] { get }

    /// The keys that play the scene while time passes; they do nothing else then. Empty unless a person plays.
    var playKeys: Set<ViewerKey> { get }

    /// Draws the world's current frame. `frame` has the size ``frameSize`` and holds the frame drawn before.
    func draw(into frame: inout Frame)
    /// Advances by one time step; false if the scene has ended.
    /// - Throws: any error of the world; the window closes and the error is passed on.
    func advance() throws -> Bool
    /// Goes back by one time step; false if this is the first. Called only if ``canStepBack`` is true.
    func stepBack() -> Bool
    /// Starts a new episode, with the seed of the current one if `sameSeed` is true. Called only if ``canStartEpisode``
    /// is true.
    /// - Throws: the reason why it can't; the window shows the error's description and stays as it is.
    func newEpisode(sameSeed: Bool) throws
    /// Chooses one of the ``views``, counted from 0.
    /// - Throws: the reason why it can't; the window shows the error's description and stays as it is.
    func choose(view index: Int) throws
    /// Passes the ``playKeys`` that are held, or were pressed since the last step. Called before steps.
    func hold(_ keys: Set<ViewerKey>)
}

extension ViewerScene {
    /// By default no step is special.
    public var holdTime: Double { 0 }
    /// By default time passes in one direction only.
    public var canStepBack: Bool { false }
    /// By default it stays where it is.
    public func stepBack() -> Bool { false }
    /// Most scenes can start again.
    public var canStartEpisode: Bool { true }
    /// Most scenes have only one view.
    public var views: [String] { [] }
    /// By default it stays as it is.
    public func choose(view index: Int) throws {}
    /// Most scenes run by themselves.
    public var playKeys: Set<ViewerKey> { [] }
    /// By default keys have no effect.
    public func hold(_ keys: Set<ViewerKey>) {}
}

/// The contents of the side panel, from the top: values, bars, a curve, text.
public struct ViewerPanel: Hashable, Sendable {
    /// A labelled value, such as the episode, step, return, reward or seed.
    public struct Value: Hashable, Sendable {
        /// The name of the value.
        public var label: String
        /// The value as text for display.
        public var text: String

        public init(_ label: String, _ text: String) {
            self.label = label
            self.text = text
        }
    }
    /// The meaning of the lengths of bars.
    public enum BarKind: Hashable, Sendable {
        /// Estimates of the return, of any sign: the bars share the range of their values.
        case actionValues
        /// Probabilities from 0 to 1: a full bar is 1.
        case probabilities
    }
    /// One group of bars, one per action.
    public struct Bars: Hashable, Sendable {
        /// The group's heading.
        public var title: String
        /// The meaning of the lengths.
        public var kind: BarKind
        /// The bars; that of the chosen action is marked.
        public var bars: [BarPlot.Bar]

        public init(title: String, kind: BarKind, bars: [BarPlot.Bar]) {
            self.title = title
            self.kind = kind
            self.bars = bars
        }
    }
    /// Labelled values, one per row.
    public var values: [Value]
    /// Groups of bars.
    public var bars: [Bars]
    /// The curve's heading.
    public var historyTitle: String
    /// The values of a small curve, such as the returns of the episodes so far; with fewer than two, no curve is shown.
    public var history: [Double]
    /// Free text; long lines are wrapped.
    public var lines: [String]

    /// A panel with any of the parts.
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
