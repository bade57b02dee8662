import Graphics

/// How a window opens, and when it closes by itself.
public struct ViewerOptions: Sendable {
    /// The initial size of the window; the user may change it.
    public var size: FrameSize
    /// The initial speed.
    public var speed: ViewerSpeed
    /// Whether time is stopped initially.
    public var startsPaused: Bool
    /// Whether the window fills the screen initially.
    public var isFullScreen: Bool
    /// The folder for screenshots.
    public var screenshotFolder: String
    /// Closes the window after this many refreshes, 60 per second: for tests and scripts. Nil for never.
    public var maximumFrames: Int?
    /// Takes a screenshot, as the S key does, after this many refreshes. Nil for never.
    public var screenshotAfter: Int?

    public init(
        size: FrameSize = FrameSize(width: 960, height: 600), speed: ViewerSpeed = .realTime,
        startsPaused: Bool = false,
        isFullScreen: Bool = false, screenshotFolder: String = ".", maximumFrames: Int? = nil,
        screenshotAfter: Int? = nil
    ) {
        self.size = size
        self.speed = speed
        self.startsPaused = startsPaused
        self.isFullScreen = isFullScreen
        self.screenshotFolder = screenshotFolder
        self.maximumFrames = maximumFrames
        self.screenshotAfter = screenshotAfter
    }
}

/// The window that shows a scene.
public enum ViewerWindow {
    /// Seconds between two refreshes.
    private static let refresh = 1.0 / 60
    /// The fraction of a refresh that time steps may take; the rest is for drawing.
    private static let stepShare = 0.75
    /// The longest sleep of a window in which time is stopped, in seconds.
    private static let idle = 0.1

    /// Opens a window and shows `scene` until the user closes it or ``ViewerOptions/maximumFrames`` is reached.
    ///
    /// It runs on the main thread, as window systems require, and returns when the window is closed.
    /// - Throws: ``ViewerError/noDisplay(_:)`` if no window can be opened, and any error of the scene's `advance`.
    @MainActor public static func run(_ scene: any ViewerScene, options: ViewerOptions = ViewerOptions()) throws {
        let display = try Display(title: scene.title, size: options.size, isFullScreen: options.isFullScreen)
        let state = ViewerState(
            isPaused: options.startsPaused, speed: options.speed, isFullScreen: options.isFullScreen)
        let session = ViewerSession(scene: scene, state: state)
        var refreshes = 0
        var next = Display.time()
        while refreshes < options.maximumFrames ?? .max {
            let standsStill = !session.isRunning && options.maximumFrames == nil
            let wait = standsStill && !session.needsDrawing ? idle : max(0, next - Display.time())
            let events = display.events(waiting: wait)
            guard !display.isLost else { throw ViewerError.displayLost }
            for event in events {
                if try !handle(event, session, display, options) { return }
            }
            let now = Display.time()
            // An event ends the wait early; unless time is stopped, the rest of the refresh is waited for.
            if now < next && !standsStill { continue }
            next = max(next + refresh, now)
            try session.pass(until: now + refresh * stepShare, clock: Display.time)
            if session.needsDrawing { try display.show(session.compose(display.size)) }
            guard !display.isLost else { throw ViewerError.displayLost }
            refreshes += 1
            if refreshes == options.screenshotAfter { takeScreenshot(session, display, options) }
        }
    }

    /// Returns false if the window should close.
    @MainActor private static func handle(
        _ event: Display.Event, _ session: ViewerSession, _ display: Display, _ options: ViewerOptions
    ) throws -> Bool {
        switch event {
        case .close: return false
        case .exposed: session.redraw()
        case .unfocused: session.releaseAll()
        case .released(let key): session.release(key)
        case .key(let key):
            for effect in try session.press(key, at: Display.time()) {
                switch effect {
                case .quit: return false
                case .changeFullScreen: display.setFullScreen(session.state.isFullScreen)
                default: takeScreenshot(session, display, options)
                }
            }
        }
        return true
    }

    @MainActor private static func takeScreenshot(
        _ session: ViewerSession, _ display: Display, _ options: ViewerOptions
    ) {
        do {
            let path = try Screenshot.write(
                session.compose(display.size), title: session.scene.title, folder: options.screenshotFolder)
            session.say("Saved \(path)", at: Display.time())
        } catch {
            session.say("\(error)", at: Display.time())
        }
    }
}
