import Dispatch
import NeuralNetworks
import Synchronization
import TensorCore

/// Hands copies of learned numbers from the thread that trains to one that watches.
///
/// The watcher has a learner and random streams of its own: training goes on as if nobody looked.
public final class ParameterFeed<Status: Sendable>: Sendable {
    private struct Published: Sendable {
        var version = 0
        var values: [[Float]] = []
        var status: Status
        var nextTime: UInt64 = 0
    }

    private let published: Mutex<Published>

    /// A feed that says `status` until something is published.
    init(before status: Status) { published = Mutex(Published(status: status)) }

    /// Publishes numbers and how training goes, if a quarter of a second has passed since they were published last.
    func publishIfDue(_ variables: @autoclosure () -> Parameters, _ status: @autoclosure () -> Status) {
        let now = DispatchTime.now().uptimeNanoseconds
        guard published.withLock({ now >= $0.nextTime }) else { return }
        publish(variables(), status(), nextTime: now + 250_000_000)
    }

    /// Publishes numbers and how training goes.
    ///
    /// - Parameter nextTime: When the next ones are due.
    func publish(_ variables: Parameters, _ status: Status, nextTime: UInt64 = 0) {
        let values = variables.variables.map(\.values)
        published.withLock {
            ($0.values, $0.status, $0.nextTime) = (values, status, nextTime)
            $0.version += 1
        }
    }

    /// How training goes.
    public var status: Status { published.withLock { $0.status } }

    /// Copies the newest numbers into a learner's variables, where they are newer than `version`.
    ///
    /// - Returns: the version that the variables are now.
    public func take(into variables: Parameters, after version: Int) -> Int {
        let (current, values) = published.withLock { ($0.version, $0.version > version ? $0.values : []) }
        for (variable, elements) in zip(variables.variables, values) { variable.set(elements) }
        return current
    }
}

/// How an agent's training goes.
public struct TrainingStatus: Sendable {
    /// Environment steps played.
    public var steps = 0
    /// Episodes finished.
    public var episodes = 0
    /// The mean return of the last 100 episodes.
    public var meanReturn: Double?
}

/// The feed of an agent that is trained.
public typealias AgentFeed = ParameterFeed<TrainingStatus>

extension AgentFeed: TrainingObserver {
    /// An empty feed.
    public convenience init() { self.init(before: TrainingStatus()) }

    /// Publishes four times a second.
    public func didStep(_ trainer: Trainer) { publishIfDue(trainer.agent.variables, Self.status(of: trainer)) }

    /// Publishes the last state.
    public func didEnd(_ trainer: Trainer) { publish(trainer.agent.variables, Self.status(of: trainer)) }

    private static func status(of trainer: Trainer) -> TrainingStatus {
        TrainingStatus(
            steps: trainer.steps, episodes: trainer.episodes, meanReturn: trainer.statistics.recentMeanReturn)
    }
}
