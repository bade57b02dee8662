import Foundation
import Storage
import Synchronization
import Training
import Viewer

/// Training on a thread of its own while a window shows what the agent has learned so far. Closing the window doesn't end
/// the training.
final class LiveTraining: Sendable {
    private let feed = ParameterFeed()
    private let result = Mutex<Result<JSON?, any Error>?>(nil)
    private let hasBegun = Mutex(false)
    private let ended = DispatchSemaphore(value: 0)

    /// Opens the window, trains, and waits for both.
    ///
    /// - Parameter makeSession: makes the session with the given observer, once the window is open.
    /// - Returns: the run's summary; nil where it was interrupted.
    @MainActor func run(
        _ run: TrainingRun, options: ViewerOptions,
        makeSession: @escaping @Sendable (ParameterFeed) throws -> TrainingSession
    ) throws -> JSON? {
        Interruption.watch()
        let scene = try LiveScene(run, feed: feed) {
            self.hasBegun.withLock { $0 = true }
            let thread = Thread { self.train(makeSession) }
            thread.stackSize = 8 << 20
            thread.start()
        } checkTraining: {
            if case .failure(let error) = self.result.withLock({ $0 }) { throw error }
            if Interruption.isRequested { throw CancellationError() }
        }
        do {
            try ViewerWindow.run(scene, options: options)
        } catch is CancellationError {}
        guard hasBegun.withLock({ $0 }) else { return nil }
        ended.wait()
        return try result.withLock { $0 }!.get()
    }

    private func train(_ makeSession: (ParameterFeed) throws -> TrainingSession) {
        let outcome = Result { try makeSession(feed).train { Interruption.isRequested } }
        result.withLock { $0 = outcome }
        ended.signal()
    }
}
