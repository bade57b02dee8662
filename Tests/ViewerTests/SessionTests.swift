import Foundation
import Graphics
import Testing

@testable import Viewer

@Suite struct SessionTests {
    private let scene = BouncingBall()

    /// Lets `seconds` pass in refreshes of 1/60, on a clock of its own that a step advances by `cost` seconds.
    private func pass(_ session: ViewerSession, _ seconds: Double, from start: Double = 0, cost: Double = 0) throws {
        var now = start
        scene.onAdvance = { now += cost }
        while now < start + seconds {
            let next = now + 1.0 / 60
            try session.pass(until: now + 0.0125) { now }
            now = max(next, now)
        }
    }

    @Test func timePassesAtTheScenesPace() throws {
        let session = ViewerSession(scene: scene, state: ViewerState())
        try pass(session, 2)
        #expect(abs(scene.advances - 60) <= 1)
        #expect(abs((session.state.reachedSpeed ?? 0) - 1) < 0.1)
    }

    @Test func fasterAndSlowerFollowTheFactor() throws {
        let session = ViewerSession(scene: scene, state: ViewerState(speed: .times(8)))
        try pass(session, 2)
        #expect(abs(scene.advances - 480) <= 8)
        let slow = ViewerSession(scene: scene, state: ViewerState(speed: .times(0.25)))
        let before = scene.advances
        try pass(slow, 2)
        #expect(abs(scene.advances - before - 15) <= 1)
    }

    @Test func playKeysReachTheScene() throws {
        scene.playKeys = [.left, .space, .sign("1")]
        let session = ViewerSession(scene: scene, state: ViewerState())
        #expect(try session.press(.left, at: 0).isEmpty && session.press(.sign("1"), at: 0).isEmpty)
        session.release(.left)
        #expect(try session.press(.space, at: 0).isEmpty && !session.state.isPaused)
        try pass(session, 0.12)
        // A key released before the step counts once; a key that stays down counts in each step.
        #expect(scene.heldKeys == [[.left, .sign("1"), .space], [.space], [.space]])
        session.release(.space)
        try pass(session, 0.07, from: 0.12)
        #expect(scene.heldKeys.last == [])
        let before = scene.heldKeys.count
        _ = try session.press(.space, at: 0.2)
        session.releaseAll()
        try pass(session, 0.1, from: 0.2)
        #expect(scene.heldKeys[before] == [.space] && scene.heldKeys.dropFirst(before + 1).allSatisfy(\.isEmpty))
        // While time is stopped they are the window's keys.
        _ = try session.press(.letter("p"), at: 0.4)
        _ = try session.press(.space, at: 0.4)
        #expect(!session.state.isPaused)
    }

    @Test func aHeldStepStaysForItsTime() throws {
        scene.heldEvery = 30
        let session = ViewerSession(scene: scene, state: ViewerState())
        try pass(session, 1.9)
        #expect(scene.advances == 30)
        try pass(session, 0.5, from: 1.9)
        #expect((38...43).contains(scene.advances))
        #expect(session.state.reachedSpeed.map { $0 > 0.9 } ?? true)
        let fast = ViewerSession(scene: BouncingBall(), state: ViewerState(speed: .times(4)))
        (fast.scene as! BouncingBall).heldEvery = 30
        try pass(fast, 0.45)
        #expect((fast.scene as! BouncingBall).advances == 30)
        try pass(fast, 0.15, from: 0.45)
        #expect((fast.scene as! BouncingBall).advances > 30)
    }

    @Test func aSlowSceneReportsTheSpeedItReaches() throws {
        let session = ViewerSession(scene: scene, state: ViewerState(speed: .times(64)))
        try pass(session, 3, cost: 0.005)
        // Three steps of 5 ms fit before the deadline of 12.5 ms in each refresh of 16.7 ms.
        #expect(abs(session.state.reachedSpeed! - 6) < 0.5)
        #expect(StatusLine(state: session.state).speed.hasPrefix("64× requested, "))
    }

    @Test func withoutALimitStepsFillTheirTime() throws {
        let session = ViewerSession(scene: scene, state: ViewerState(speed: .unlimited))
        try pass(session, 1, cost: 0.0005)
        #expect((1400...1600).contains(scene.advances))
        #expect(StatusLine(state: session.state).speed.hasPrefix("unlimited, 5"))
    }

    @Test func pausedTimeStandsStillAndIsNotCaughtUp() throws {
        let session = ViewerSession(scene: scene, state: ViewerState(isPaused: true))
        try pass(session, 5)
        #expect(scene.advances == 0)
        _ = try session.press(.space, at: 5)
        try pass(session, 0.1, from: 5)
        #expect((2...4).contains(scene.advances))
    }

    @Test func steppingGoesBothWays() throws {
        let session = ViewerSession(scene: scene, state: ViewerState())
        for _ in 0..<3 { _ = try session.press(.sign("."), at: 0) }
        #expect(scene.step == 3)
        for _ in 0..<3 { _ = try session.press(.left, at: 0) }
        #expect(scene.step == 0 && session.state.message == nil)
        _ = try session.press(.left, at: 0)
        #expect(session.state.message == "This is the first step.")
    }

    @Test func theEndStopsTimeUntilAStepBackOrANewEpisode() throws {
        scene.length = 5
        let session = ViewerSession(scene: scene, state: ViewerState(speed: .unlimited))
        try pass(session, 1)
        #expect(scene.step == 4 && session.state.hasEnded && !session.isRunning)
        #expect(session.state.message == "The end. R starts a new episode.")
        _ = try session.press(.left, at: 1)
        #expect(scene.step == 3 && !session.state.hasEnded)
        _ = try session.press(.right, at: 1)
        _ = try session.press(.right, at: 1)
        #expect(session.state.hasEnded)
        _ = try session.press(.letter("r", shift: true), at: 1)
        #expect(scene.episode == 2 && scene.seed == 7 && !session.state.hasEnded)
        _ = try session.press(.letter("r"), at: 1)
        #expect(scene.episode == 3 && scene.seed == 8)
    }

    @Test func troubleInTheWorldIsPassedOn() throws {
        scene.failure = Trouble()
        let session = ViewerSession(scene: scene, state: ViewerState())
        #expect(throws: Trouble.self) { try pass(session, 1) }
        #expect(throws: Trouble.self) { try session.press(.sign("."), at: 0) }
        _ = try session.press(.letter("r"), at: 0)
        #expect(session.state.message == "Can't start an episode: the world broke")
    }

    @Test func aViewThatIsChosenStartsAnew() throws {
        scene.views = ["samples", "weights"]
        scene.length = 1
        let session = ViewerSession(scene: scene, state: ViewerState())
        try pass(session, 1)
        #expect(session.state.hasEnded)
        #expect(try session.press(.sign("2"), at: 1).isEmpty)
        #expect(scene.chosen == [1] && !session.state.hasEnded && session.needsDrawing)
        scene.failure = Trouble()
        _ = try session.press(.sign("1"), at: 1)
        #expect(scene.chosen == [1] && session.state.message == "Can't show this view: the world broke")
    }

    @Test func onlyTheWindowsEffectsAreLeft() throws {
        let session = ViewerSession(scene: scene, state: ViewerState())
        #expect(try session.press(.sign("."), at: 0).isEmpty)
        #expect(try session.press(.letter("s"), at: 0) == [.screenshot])
        #expect(try session.press(.letter("f"), at: 0) == [.changeFullScreen])
        #expect(try session.press(.letter("q"), at: 0) == [.quit])
    }

    @Test func thePictureIsDrawnOnlyWhenItChanged() throws {
        let size = FrameSize(width: 400, height: 300)
        let session = ViewerSession(scene: scene, state: ViewerState(isPaused: true))
        #expect(session.needsDrawing)
        _ = session.compose(size)
        try pass(session, 1)
        #expect(!session.needsDrawing)
        _ = try session.press(.f1, at: 1)
        #expect(session.needsDrawing)
        _ = session.compose(size)
        session.say("hello", at: 1)
        #expect(session.needsDrawing && session.state.message == "hello")
        _ = session.compose(size)
        try session.pass(until: 9) { 9 }
        #expect(session.needsDrawing && session.state.message == nil, "a message goes after a while")
    }
}

@Suite struct ScreenshotTests {
    @Test func picturesNeverReplaceFiles() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "reverie-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let frames = [Color.red, .green, .blue].map { Frame(width: 3, height: 2, fill: $0) }
        let paths = try frames.map { try Screenshot.write($0, title: "Cart Pole/v1 — DQN", folder: folder) }
        #expect(
            paths.map { URL(filePath: $0).lastPathComponent }
                == ["cart-pole-v1-dqn-1.png", "cart-pole-v1-dqn-2.png", "cart-pole-v1-dqn-3.png"])
        for (path, frame) in zip(paths, frames) {
            #expect(try PNG.decode(Array(Data(contentsOf: URL(filePath: path)))) == frame)
        }
    }

    @Test func foldersThatAreMissingAreAnError() {
        let error = #expect(throws: ViewerError.self) {
            try Screenshot.write(Frame(width: 1, height: 1), title: "漢", folder: "/nowhere/at all")
        }
        guard case .cannotWrite(let path, _) = error else {
            Issue.record("expected cannotWrite, got \(String(describing: error))")
            return
        }
        #expect(path == "/nowhere/at all/reverie-1.png")
    }
}
