import Graphics

/// A scene being watched: lets time pass, handles keys, composes the frame. It does everything except show the window.
final class ViewerSession {
    let scene: any ViewerScene
    private(set) var state: ViewerState
    /// Whether the frame may have changed since ``compose(_:)``.
    private(set) var needsDrawing = true
    private var pace = Pace()
    private var canvas = ViewerCanvas()
    private var messageEnd = Double.infinity
    private var nextMeasurement = 0.0
    /// The scene's keys that are down, and those that were pressed since the last step, however briefly.
    private var held: Set<ViewerKey> = []
    private var tapped: Set<ViewerKey> = []

    /// How long a message stays, in seconds.
    private static let messageTime = 4.0

    init(scene: any ViewerScene, state: ViewerState) {
        self.scene = scene
        self.state = state
    }

    var isRunning: Bool { !state.isPaused && !state.hasEnded }

    /// Handles a key pressed at `now` and returns the effects that only the window can carry out.
    func press(_ key: ViewerKey, at now: Double) throws -> [ViewerState.Effect] {
        if isRunning, scene.playKeys.contains(key) {
            // Signs come as text, which is never released.
            if case .sign = key {} else { held.insert(key) }
            tapped.insert(key)
            return []
        }
        let before = state
        let effects = state.handle(key, in: scene)
        if state.speed != before.speed || state.isPaused != before.isPaused { pace.restart() }
        needsDrawing = true
        var left: [ViewerState.Effect] = []
        for effect in effects {
            switch effect {
            case .stepForward: try step()
            case .stepBack: stepBack()
            case .newEpisode(let sameSeed):
                start("Can't start an episode") { try scene.newEpisode(sameSeed: sameSeed) }
            case .view(let index): start("Can't show this view") { try scene.choose(view: index) }
            case .screenshot, .changeFullScreen, .quit: left.append(effect)
            }
        }
        messageEnd = now + ViewerSession.messageTime
        return left
    }

    /// Notes that a key was released.
    func release(_ key: ViewerKey) { held.remove(key) }

    /// Notes that all keys are up, because the window no longer hears of them.
    func releaseAll() { held.removeAll() }

    /// Shows a message in the status line for a while.
    func say(_ message: String, at now: Double) {
        state.message = message
        messageEnd = now + ViewerSession.messageTime
        needsDrawing = true
    }

    /// Requests a redraw, because the window was uncovered or resized.
    func redraw() { needsDrawing = true }

    /// Makes the time steps that are due, as many as fit before `deadline`; `clock` returns the time.
    func pass(until deadline: Double, clock: () -> Double) throws {
        let now = clock()
        if state.message != nil && now >= messageEnd {
            state.message = nil
            needsDrawing = true
        }
        guard isRunning else { return }
        let due = pace.due(at: now, rate: rate)
        var made = 0
        if due > 0 { holdKeys() }
        while made < due && isRunning {
            try step()
            made += 1
            if isHeld || clock() >= deadline { break }
        }
        let end = clock()
        pace.made(made, of: due, at: end)
        if made > 0, isHeld { pace.hold(steps: scene.holdTime * scene.framesPerSecond) }
        if end >= nextMeasurement {
            nextMeasurement = end + 0.5
            state.reachedSpeed = pace.rate.map { $0 / scene.framesPerSecond }
            needsDrawing = true
        }
    }

    private func holdKeys() {
        scene.hold(held.union(tapped))
        tapped.removeAll()
    }

    /// Whether this step stays longer than others. At unlimited speed there is no waiting.
    private var isHeld: Bool { scene.holdTime > 0 && state.speed != .unlimited }

    /// The requested steps per second.
    private var rate: Double {
        guard case .times(let factor) = state.speed else { return .infinity }
        return factor * scene.framesPerSecond
    }

    private func step() throws {
        needsDrawing = true
        if try !scene.advance() {
            state.hasEnded = true
            state.message = scene.canStartEpisode ? "The end. R starts a new episode." : "The end."
            messageEnd = .infinity
        }
    }

    private func stepBack() {
        if scene.stepBack() { state.hasEnded = false } else { state.message = "This is the first step." }
    }

    private func start(_ refusal: String, _ body: () throws -> Void) {
        do {
            try body()
            state.hasEnded = false
            pace.restart()
        } catch {
            state.message = "\(refusal): \(error)"
        }
    }

    /// The window's frame at `size`, in a buffer that is reused.
    func compose(_ size: FrameSize) -> Frame {
        needsDrawing = false
        return canvas.compose(scene, state, size)
    }
}
