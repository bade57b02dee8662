import Dispatch
import NeuralNetworks
import Synchronization
import TensorCore

/// Passes copies of learned parameters from the thread that trains to one that watches.
///
/// The watcher has a learner and random streams of its own, so watching doesn't change the training.
public final class ParameterFeed<Status: Sendable>: Sendable {
    private struct Published: Sendable {
        var version = 0
        var values: [[Float]] = []
        var status: Status
        var nextTime: UInt64 = 0
    }

    private let published: Mutex<Published>

    /// A feed with the status `status` until something is published.
    init(before status: Status) { published = Mutex(Published(status: status)) }

    /// Publishes parameters and status if the last ones were published at least a quarter of a second ago.
    func publishIfDue(_ variables: @autoclosure () -> Parameters, _ status: @autoclosure () -> Status) {
        let now = DispatchTime.now().uptimeNanoseconds
        guard published.withLock({ now >= $0.nextTime }) else { return }
        publish(variables(), status(), nextTime: now + 250_000_000)
    }

    /// Publishes parameters and status.
    ///
    /// - Parameter nextTime: When the next ones are due.
    func publish(_ variables: Parameters, _ status: Status, nextTime: UInt64 = 0) {
        let values = variables.variables.map(\.values)
        published.withLock {
            ($0.values, $0.status, $0.nextTime) = (values, status, nextTime)
            $0.version += 1
        }
    }

    /// The progress of training.
    public var status: Status { published.withLock { $0.status } }

    /// Copies the latest parameters into a learner's variables if they are newer than `version`.
    ///
    /// - Returns: the version of the variables now.
    public func take(into variables: Parameters, after version: Int) -> Int {
        let (current, values) = published.withLock { ($0.version, $0.version > version ? $0.values : []) }
        for (variable, elements) in zip(variables.variables, values) { variable.set(elements) }
        return current
    }
}

/// The progress of an agent's training.
public struct TrainingStatus: Sendable {
    /// The number of environment steps.
    public var steps = 0
    /// The number of finished episodes.
    public var episodes = 0
    /// The mean return of the last 100 episodes.
    public var meanReturn: Double?
}

/// The feed of an agent that is being trained.
public typealias AgentFeed = ParameterFeed<TrainingStatus>

extension AgentFeed: TrainingObserver {
    public convenience init() { self.init(before: TrainingStatus()) }

    /// Publishes at most four times per second.
    public func didStep(_ trainer: Trainer) { publishIfDue(trainer.agent.variables, Self.status(of: trainer)) }

    /// Publishes the final state.
    public func didEnd(_ trainer: Trainer) { publish(trainer.agent.variables, Self.status(of: trainer)) }

    private static func status(of trainer: Trainer) -> TrainingStatus {
        TrainingStatus(
            steps: trainer.steps, episodes: trainer.episodes, meanReturn: trainer.statistics.recentMeanReturn)
    }
}
