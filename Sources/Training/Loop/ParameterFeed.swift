import Dispatch
import NeuralNetworks
import Synchronization
import TensorCore

/// Hands copies of an agent's learned numbers from the thread that trains to one that watches.
///
/// The watcher has an agent, an environment and random streams of its own: training goes on as if nobody looked.
public final class ParameterFeed: TrainingObserver, Sendable {
    /// How training goes.
    public struct Status: Sendable {
        /// Environment steps played.
        public var steps = 0
        /// Episodes finished.
        public var episodes = 0
        /// The mean return of the last 100 episodes.
        public var meanReturn: Double?
    }

    private struct Published: Sendable {
        var version = 0
        var values: [[Float]] = []
        var status = Status()
        var nextTime: UInt64 = 0
    }

    private let published = Mutex(Published())
    private static let interval: UInt64 = 250_000_000

    /// An empty feed.
    public init() {}

    /// Publishes four times a second.
    public func didStep(_ trainer: Trainer) {
        let now = DispatchTime.now().uptimeNanoseconds
        guard published.withLock({ now >= $0.nextTime }) else { return }
        publish(trainer, nextTime: now + Self.interval)
    }

    /// Publishes the last state.
    public func didEnd(_ trainer: Trainer) { publish(trainer, nextTime: .max) }

    private func publish(_ trainer: Trainer, nextTime: UInt64) {
        let values = trainer.agent.variables.variables.map(\.values)
        let status = Status(
            steps: trainer.steps, episodes: trainer.episodes, meanReturn: trainer.statistics.recentMeanReturn)
        published.withLock {
            ($0.values, $0.status, $0.nextTime) = (values, status, nextTime)
            $0.version += 1
        }
    }

    /// How training goes.
    public var status: Status { published.withLock { $0.status } }

    /// Copies the newest numbers into an agent's variables, where they are newer than `version`.
    ///
    /// - Returns: the version that the variables are now.
    public func take(into variables: Parameters, after version: Int) -> Int {
        let (current, values) = published.withLock { ($0.version, $0.version > version ? $0.values : []) }
        for (variable, elements) in zip(variables.variables, values) { variable.set(elements) }
        return current
    }
}
