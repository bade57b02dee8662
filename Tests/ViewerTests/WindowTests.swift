import CSDL2
import Foundation
import Graphics
import Testing

@testable import Viewer

/// The window itself with SDL's dummy driver, which needs no display. One test at a time, because SDL has one event
/// queue.
@Suite(.serialized) @MainActor struct WindowTests {
    private let scene = BouncingBall()

    /// Set once: other tests of this process read the environment meanwhile, and each new variable moves it.
    private static let driver = setenv("SDL_VIDEODRIVER", "dummy", 1)

    init() { _ = Self.driver }

    private func options(frames: Int, speed: ViewerSpeed = .realTime) -> ViewerOptions {
        ViewerOptions(size: FrameSize(width: 400, height: 300), speed: speed, maximumFrames: frames)
    }

    /// Sends keys to the window as the keyboard would, in the middle of a run.
    private func send(
        _ scancode: SDL_Scancode, _ sym: Int32 = 0, modifiers: Int32 = 0, type: SDL_EventType = SDL_KEYDOWN
    ) {
        var event = SDL_Event()
        event.type = type.rawValue
        event.key.keysym.scancode = scancode
        event.key.keysym.sym = sym
        event.key.keysym.mod = UInt16(modifiers)
        SDL_PushEvent(&event)
    }

    private func send(text: Character) {
        var event = SDL_Event()
        event.type = SDL_TEXTINPUT.rawValue
        event.text.text.0 = CChar(text.asciiValue!)
        SDL_PushEvent(&event)
    }

    @Test func itRunsAndEndsByItself() throws {
        scene.framesPerSecond = 120
        try ViewerWindow.run(scene, options: options(frames: 20))
        #expect(scene.advances > 5, "20 refreshes are a third of a second")
        #expect(scene.draws > 5)
    }

    @Test func unlimitedSpeedIsFasterThanTheScreen() throws {
        try ViewerWindow.run(scene, options: options(frames: 10, speed: .unlimited))
        #expect(scene.advances > 1000)
        #expect(scene.draws <= 12)
    }

    @Test func keysThatPlayReachTheScene() throws {
        scene.framesPerSecond = 60
        scene.playKeys = [.up, .enter]
        scene.onAdvance = { [self] in
            switch scene.advances {
            case 1: send(SDL_SCANCODE_UP)
            case 3: send(SDL_SCANCODE_RETURN)
            case 6: send(SDL_SCANCODE_UP, type: SDL_KEYUP)
            case 9: loseFocus()
            case 12: send(SDL_SCANCODE_Q, 113)
            default: break
            }
        }
        try ViewerWindow.run(scene, options: options(frames: 600))
        var changes: [Set<ViewerKey>] = []
        for keys in scene.heldKeys where keys != changes.last { changes.append(keys) }
        #expect(changes == [[], [.up], [.up, .enter], [.enter], []])
    }

    private func loseFocus() {
        var event = SDL_Event()
        event.type = SDL_WINDOWEVENT.rawValue
        event.window.event = UInt8(SDL_WINDOWEVENT_FOCUS_LOST.rawValue)
        SDL_PushEvent(&event)
    }

    @Test func keysReachTheScene() throws {
        scene.onAdvance = { [self] in
            switch scene.advances {
            case 1: send(SDL_SCANCODE_R, 114)
            case 2: send(SDL_SCANCODE_R, 114, modifiers: Int32(KMOD_LSHIFT.rawValue))
            case 3: send(SDL_SCANCODE_Q, 113)
            default: break
            }
        }
        try ViewerWindow.run(scene, options: options(frames: 600))
        #expect(scene.episode >= 3 && scene.seed == 8)
    }

    @Test func signsComeAsText() throws {
        scene.onAdvance = { [self] in
            if scene.advances == 2 {
                send(SDL_SCANCODE_SPACE, 32)
                for _ in 0..<4 { send(text: ".") }
                send(text: ",")
                send(SDL_SCANCODE_ESCAPE, 27)
            }
        }
        try ViewerWindow.run(scene, options: options(frames: 600))
        #expect(scene.advances == 7 && scene.step == 6)
    }

    @Test func closingTheWindowEnds() throws {
        scene.onAdvance = {
            var event = SDL_Event()
            event.type = SDL_QUIT.rawValue
            SDL_PushEvent(&event)
        }
        try ViewerWindow.run(scene, options: options(frames: 600))
        #expect(scene.advances < 100)
    }

    @Test func screenshotsShowTheWindow() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "reverie-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var options = options(frames: 6)
        options.startsPaused = true
        options.screenshotAfter = 3
        options.screenshotFolder = folder
        try ViewerWindow.run(scene, options: options)
        let file = try Data(contentsOf: URL(filePath: folder + "/bouncing-ball-1.png"))
        var canvas = ViewerCanvas()
        let expected = canvas.compose(scene, ViewerState(isPaused: true), FrameSize(width: 400, height: 300))
        #expect(try PNG.decode(Array(file)) == expected)
    }

    @Test func troubleInTheWorldClosesTheWindow() {
        scene.failure = Trouble()
        #expect(throws: Trouble.self) { try ViewerWindow.run(scene, options: options(frames: 100)) }
        #expect(SDL_WasInit(SDL_INIT_VIDEO) == 0)
    }

    /// SDL would fall back to a driver without a screen and wait there for ever.
    @Test func withoutADisplayThereIsNoWindow() async {
        await #expect(processExitsWith: .success) {
            for name in ["SDL_VIDEODRIVER", "DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR"] { unsetenv(name) }
            await MainActor.run {
                #expect(throws: ViewerError.self) {
                    try ViewerWindow.run(BouncingBall(), options: ViewerOptions(maximumFrames: 1))
                }
                #expect(SDL_WasInit(SDL_INIT_VIDEO) == 0)
            }
        }
    }

    @Test func noDisplayIsATypedError() async {
        await #expect(processExitsWith: .success) {
            setenv("SDL_VIDEODRIVER", "no-such-driver", 1)
            await MainActor.run {
                let error = #expect(throws: ViewerError.self) {
                    try ViewerWindow.run(BouncingBall(), options: ViewerOptions(maximumFrames: 1))
                }
                guard case .noDisplay(let reason) = error else {
                    Issue.record("expected noDisplay, got \(String(describing: error))")
                    return
                }
                #expect(reason.contains("no-such-driver"))
                #expect(error?.description.contains("DISPLAY") == true)
            }
        }
    }
}
