/// What the window shows besides the scene itself, and how keys change it. A plain value that knows nothing of the
/// window.
public struct ViewerState: Hashable, Sendable {
    /// Whether time is stopped.
    public var isPaused: Bool
    /// The requested speed.
    public var speed: ViewerSpeed
    /// The multiple of real time that was reached recently; nil until it is known.
    public var reachedSpeed: Double?
    /// Whether the side panel is shown.
    public var showsPanel = true
    /// Whether the help is shown.
    public var showsHelp = false
    /// Whether the window fills the screen.
    public var isFullScreen: Bool
    /// Whether the scene has ended.
    public var hasEnded = false
    /// A message for the status line; nil for none.
    public var message: String?

    /// The initial state of a window.
    public init(isPaused: Bool = false, speed: ViewerSpeed = .realTime, isFullScreen: Bool = false) {
        self.isPaused = isPaused
        self.speed = speed
        self.isFullScreen = isFullScreen
    }

    /// An effect of a key beyond a change of the state.
    public enum Effect: Hashable, Sendable {
        /// Go one time step forward.
        case stepForward
        /// Go one time step back.
        case stepBack
        /// Start a new episode, with the same seed or a different one.
        case newEpisode(sameSeed: Bool)
        /// Choose another of the scene's views, counted from 0.
        case view(Int)
        /// Write the window's frame to a file.
        case screenshot
        /// Make the window follow ``ViewerState/isFullScreen``.
        case changeFullScreen
        /// Close the window.
        case quit
    }

    /// Changes the state as `key` demands and returns the further effects, in order. A key that has no effect in
    /// `scene` leaves a message that says so.
    public mutating func handle(_ key: ViewerKey, in scene: any ViewerScene) -> [Effect] {
        message = nil
        switch key {
        case .space, .letter("p", _): togglePause()
        case .sign("."): return stepForward()
        case .right where isPaused || hasEnded: return stepForward()
        case .sign(","): return stepBack(scene)
        case .left where isPaused || hasEnded: return stepBack(scene)
        case .sign("-"), .sign("_"): ask(for: speed.halved)
        case .sign("="), .sign("+"): ask(for: speed.doubled)
        case .sign("0"): ask(for: .realTime)
        case .letter("u", _): ask(for: .unlimited)
        case .letter("r", let shift): return newEpisode(sameSeed: shift, scene)
        case .tab: showsPanel.toggle()
        case .letter("s", _): return [.screenshot]
        case .letter("f", _):
            isFullScreen.toggle()
            return [.changeFullScreen]
        case .f1, .sign("?"): showsHelp.toggle()
        case .escape: return escape()
        case .letter("q", _): return [.quit]
        case .sign(let sign) where sign.isASCII && sign.isWholeNumber: return view(sign.wholeNumberValue! - 1, scene)
        case .letter("v", _): message = "This scene can't be recorded from the window."
        case .left, .right, .up, .down, .enter, .letter, .sign: break
        }
        return []
    }

    private mutating func togglePause() {
        if hasEnded {
            message = "There is nothing more to show."
        } else {
            isPaused.toggle()
            reachedSpeed = nil
        }
    }

    private mutating func stepForward() -> [Effect] {
        if hasEnded {
            message = "There is nothing more to show."
            return []
        }
        isPaused = true
        return [.stepForward]
    }

    private mutating func stepBack(_ scene: any ViewerScene) -> [Effect] {
        guard scene.canStepBack else {
            message = "This scene can't step back."
            return []
        }
        isPaused = true
        return [.stepBack]
    }

    private mutating func newEpisode(sameSeed: Bool, _ scene: any ViewerScene) -> [Effect] {
        guard scene.canStartEpisode else {
            message = "This scene has only one episode."
            return []
        }
        return [.newEpisode(sameSeed: sameSeed)]
    }

    private mutating func view(_ index: Int, _ scene: any ViewerScene) -> [Effect] {
        if scene.views.indices.contains(index) { return [.view(index)] }
        let keys = scene.views.enumerated().map { "\($0 + 1) \($1)" }.joined(separator: ", ")
        message = keys.isEmpty ? "This scene has only one view." : "This scene has the views \(keys)."
        return []
    }

    private mutating func ask(for speed: ViewerSpeed) {
        if speed == self.speed { return }
        self.speed = speed
        reachedSpeed = nil
    }

    private mutating func escape() -> [Effect] {
        if showsHelp {
            showsHelp = false
            return []
        }
        if isFullScreen {
            isFullScreen = false
            return [.changeFullScreen]
        }
        return [.quit]
    }
}
