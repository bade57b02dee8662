import ArgumentParser
import Scenes
import Storage
import Viewer

/// How a training begins, and whether it is shown.
struct LaunchFlags: ParsableArguments {
    @Flag(help: "Replace the run's folder if it exists.")
    var force = false

    @Flag(help: "Continue the run in the folder if there is one, with its own settings; others are refused.")
    var resume = false

    @Flag(help: "Show in a window what has been learned so far; this doesn't change the training.")
    var live = false

    @Option(
        parsing: .unconditional, help: "With --live: close the window after this many refreshes, 60 per second.",
        transform: readCount)
    var frames: Int?

    func validate() throws {
        if force, resume { throw ValidationError("--force starts from scratch and --resume continues; give only one.") }
        try require("--frames", frames, in: 1...Int.max)
        if frames != nil, !live { throw ValidationError("--frames needs --live.") }
    }

    /// The window of `--live`.
    var window: ViewerOptions {
        var window = ViewerOptions()
        window.maximumFrames = frames
        return window
    }
}

extension LiveTraining {
    /// Training of a command, which Ctrl-C interrupts.
    static func ofCommand(_ train: @escaping @Sendable () throws -> JSON?) -> LiveTraining {
        LiveTraining(isInterrupted: { Interruption.isRequested }, train)
    }

    /// Shows the training in a window until both have ended.
    ///
    /// - Returns: the run's summary; nil where it was interrupted.
    @MainActor func show(_ scene: any ViewerScene, in window: ViewerOptions) throws -> JSON? {
        Interruption.watch()
        return try run(scene, options: window) { note("the window is closed: \($0)") }
    }
}
