import Foundation
import Storage
import Synchronization
import Viewer

/// Training on a thread of its own while a window shows what has been learned so far. Closing the window doesn't end
/// the training.
///
/// A live scene begins the training when it is drawn first. What is trained and what is shown are two: the scene has an
/// agent or a model of its own, which follows the other through a `ParameterFeed`.
///
/// ```swift
/// let feed = AgentFeed()
/// let training = LiveTraining {
///     try Trainer(agent: MyAgent(), environment: environments(16), seed: 1, observers: [feed]).run(steps: 200_000)
///     return nil
/// }
/// let scene = try LiveAgentScene(
///     title: "mine", agent: MyAgent(), environment: environment, seed: 1, feed: feed, training: training)
/// _ = try training.run(scene)
/// ```
public final class LiveTraining: Sendable {
    private let train: @Sendable () throws -> JSON?
    private let isInterrupted: @Sendable () -> Bool
    private let result = Mutex<Result<JSON?, any Error>?>(nil)
    private let hasBegun = Mutex(false)
    private let ended = DispatchSemaphore(value: 0)

    /// Describes training that hasn't begun.
    ///
    /// - Parameters:
    ///   - isInterrupted: Whether the process is asked to stop: the window closes then, and so should `train` end.
    ///   - train: Trains, and gives the run's summary; nil where it was interrupted, or has none to give.
    public init(
        isInterrupted: @escaping @Sendable () -> Bool = { false }, _ train: @escaping @Sendable () throws -> JSON?
    ) {
        (self.train, self.isInterrupted) = (train, isInterrupted)
    }

    /// Opens the window of a scene that begins the training, and waits for the ends of both. Training goes on where the
    /// scene fails.
    ///
    /// - Parameter windowFailed: Called with the scene's error where the window is closed by one while training goes
    ///   on.
    /// - Returns: what the training returned; nil where it never began.
    /// - Throws: what the training throws, and `ViewerError.noDisplay` where it hasn't begun.
    @MainActor public func run(
        _ scene: any ViewerScene, options: ViewerOptions = ViewerOptions(),
        windowFailed: (any Error) -> Void = { _ in }
    ) throws -> JSON? {
        do {
            try ViewerWindow.run(scene, options: options)
        } catch {
            guard hasBegun.withLock({ $0 }) else { throw error }
            if !(error is CancellationError) { windowFailed(error) }
        }
        guard hasBegun.withLock({ $0 }) else { return nil }
        ended.wait()
        return try result.withLock { $0 }!.get()
    }

    /// Begins the training, the first time.
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

    /// Throws what the training threw, once it has ended, or that it was interrupted.
    func check() throws {
        if case .failure(let error) = result.withLock({ $0 }) { throw error }
        if isInterrupted() { throw CancellationError() }
    }
}
