import Foundation
import Graphics
import Testing

@testable import Viewer

/// Writes frames of the window for visual inspection, to the folder in REVERIE_VIEWER_SAMPLES.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["REVERIE_VIEWER_SAMPLES"] != nil))
struct SampleFiles {
    @Test func write() throws {
        let folder = ProcessInfo.processInfo.environment["REVERIE_VIEWER_SAMPLES"]!
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let scene = BouncingBall()
        for _ in 0..<33 { _ = try scene.advance() }
        var help = ViewerState(isPaused: true)
        help.showsHelp = true
        var slow = ViewerState(speed: .times(64))
        slow.reachedSpeed = 23.4
        slow.message = "Saved ./bouncing-ball-1.png"
        let views: [(String, Int, Int, ViewerState)] = [
            ("usual", 900, 600, ViewerState()), ("wide", 1280, 720, slow), ("small", 500, 400, slow),
            ("large", 1920, 1080, ViewerState(isPaused: true)), ("help", 900, 600, help),
            ("small-help", 500, 400, help),
            ("tiny", 320, 240, slow),
        ]
        for (name, width, height, state) in views {
            var canvas = ViewerCanvas()
            let frame = canvas.compose(scene, state, FrameSize(width: width, height: height))
            try Data(PNG.encode(frame)).write(to: URL(filePath: folder).appending(path: "\(name).png"))
        }
    }
}

/// If REVERIE_VIEWER_DEMO is set, opens a real window on the test's scene until it is closed, to try the keys by hand.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["REVERIE_VIEWER_DEMO"] != nil))
struct Demo {
    @Test @MainActor func open() throws {
        try ViewerWindow.run(
            BouncingBall(), options: ViewerOptions(screenshotFolder: FileManager.default.temporaryDirectory.path))
    }
}
