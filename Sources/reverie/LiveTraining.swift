import ArgumentParser
import Foundation
import Storage
import Synchronization
import Viewer

/// Trains on a thread of its own while a window shows what has been learned so far. Closing the window doesn't end
/// the training.
final class LiveTraining: Sendable {
    private let train: @Sendable () throws -> JSON?
    private let result = Mutex<Result<JSON?, any Error>?>(nil)
    private let hasBegun = Mutex(false)
    private let ended = DispatchSemaphore(value: 0)

    /// - Parameter train: trains until it is interrupted, and returns the run's summary; nil if it was.
    init(_ train: @escaping @Sendable () throws -> JSON?) { self.train = train }

    /// Opens the window of a scene that starts the training, and waits for both to end. Training continues if the
    /// scene fails.
    ///
    /// - Returns: the run's summary; nil if it was interrupted.
    /// - Throws: the errors of training, and ``ViewerError/noDisplay(_:)`` if it hasn't started.
    @MainActor func run(_ scene: any ViewerScene, options: ViewerOptions) throws -> JSON? {
        Interruption.watch()
        do {
            try ViewerWindow.run(scene, options: options)
        } catch {
            guard hasBegun.withLock({ $0 }) else { throw error }
            if !(error is CancellationError) { note("the window is closed: \(error)") }
        }
        guard hasBegun.withLock({ $0 }) else { return nil }
        ended.wait()
        return try result.withLock { $0 }!.get()
    }

    /// Starts the training when called for the first time.
    func begin() {
        let isFirst = hasBegun.withLock { hasBegun in
            defer { hasBegun = true }
            return !hasBegun
        }
        guard isFirst else { return }
        let thread = Thread { [self] in
            let outcome = Result { try train() }
            result.withLock { $0 = outcome }
            ended.signal()
        }
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Throws the error of a training that failed or was interrupted.
    func check() throws {
        if case .failure(let error) = result.withLock({ $0 }) { throw error }
        if Interruption.isRequested { throw CancellationError() }
    }
}

/// How a training starts, and whether it is shown.
struct LaunchFlags: ParsableArguments {
    @Flag(help: "Replace the run's folder where it exists.")
    var force = false

    @Flag(help: "Go on with the run in the folder where there is one, by its own settings.")
    var resume = false

    @Flag(help: "Show in a window what was learned so far; training goes on as without it.")
    var live = false

    @Option(parsing: .unconditional, help: "With --live: close the window after so many refreshes, 60 a second.")
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
