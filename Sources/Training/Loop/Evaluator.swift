import Agents
import Environments
import Random

/// Plays whole episodes without learning.
public struct Evaluator {
    /// What one episode gave.
    public struct Episode: Hashable, Sendable {
        /// The sum of rewards.
        public var `return`: Double
        /// The number of steps.
        public var length: Int
        /// What the environment was seeded with.
        public var seed: UInt64
    }

    private let agent: any Agent
    private let mode: ActionMode
    private let batchLimit: Int
    private let observer: (any EvaluationObserver)?
    private let makeEnvironment: (Int) throws -> any BatchedEnvironment

    /// An evaluation of `agent`.
    ///
    /// - Parameters:
    ///   - mode: How it acts.
    ///   - batchLimit: How many environments are stepped side by side at most.
    ///   - observer: Who looks on.
    ///   - makeEnvironment: Makes so many environments, which must reset themselves.
    public init(
        _ agent: any Agent, mode: ActionMode = .greedy, batchLimit: Int = 128,
        observer: (any EvaluationObserver)? = nil,
        makeEnvironment: @escaping (Int) throws -> any BatchedEnvironment
    ) {
        precondition(batchLimit >= 1, "an evaluation needs at least one environment, not \(batchLimit)")
        (self.agent, self.mode, self.batchLimit) = (agent, mode, batchLimit)
        (self.observer, self.makeEnvironment) = (observer, makeEnvironment)
    }

    /// Plays `episodes` episodes, the i-th in an environment seeded with `seed + i`. Every environment plays one
    /// episode, so that short ones weigh no more than long ones. An agent that explores draws from a stream of the
    /// episode's own, so that results don't depend on how many are played side by side; its own streams stay where they are.
    ///
    /// - Returns: the episodes in order; where `shouldStop` said so, those that had ended.
    /// - Throws: what the agent, the observer or the making of an environment throws.
    public func run(episodes: Int, seed: UInt64, shouldStop: () -> Bool = { false }) throws -> [Episode] {
        let streams = agent.actionStreams
        defer { agent.actionStreams = streams }
        var results: [Episode] = []
        var isStopped = false
        while results.count < episodes, !isStopped {
            let count = min(batchLimit, episodes - results.count)
            let batch = try runBatch(try makeEnvironment(count), seed: seed &+ UInt64(results.count), shouldStop)
            results += batch
            isStopped = batch.count < count
        }
        return results
    }

    private func runBatch(
        _ environment: any BatchedEnvironment, seed: UInt64, _ shouldStop: () -> Bool
    ) throws -> [Episode] {
        try environment.reset(seed: seed)
        agent.actionStreams = ActionStreams(
            rows: (0..<environment.count).map { RandomStream(seed: seed &+ UInt64($0)).split("evaluation") })
        var results = (0..<environment.count).map { Episode(return: 0, length: 0, seed: seed &+ UInt64($0)) }
        var playing = [Bool](repeating: true, count: environment.count)
        let observations = environment.currentRows
        try observer?.didReset(environment, seed: seed)
        while playing.contains(true) {
            if shouldStop() { return zip(results, playing).filter { !$0.1 }.map(\.0) }
            try observer?.willAct(on: observations)
            try agent.act(in: environment, mode: mode)
            try environment.step()
            try observer?.didStep(environment, playing: playing)
            for index in playing.indices where playing[index] {
                results[index].return += environment.rewards[index]
                results[index].length += 1
                playing[index] = !(environment.terminated[index] || environment.truncated[index])
            }
        }
        return results
    }
}

/// Something that looks on while episodes are played: a recorder.
public protocol EvaluationObserver: AnyObject {
    /// All environments have been reset, the i-th with `seed + i`.
    func didReset(_ environment: any BatchedEnvironment, seed: UInt64) throws
    /// The agent is about to act.
    func willAct(on observations: ObservationRows) throws
    /// All environments have made a step; `playing` says which were still in their episode before it.
    func didStep(_ environment: any BatchedEnvironment, playing: [Bool]) throws
}
