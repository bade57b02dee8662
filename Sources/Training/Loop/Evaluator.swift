import Agents
import Environments
import Experience
import Random

/// Plays whole episodes without learning.
public struct Evaluator {
    private let agent: any Agent
    private let mode: ActionMode
    private let batchLimit: Int
    private let stepLimit: Int?
    private let observer: (any EvaluationObserver)?
    private let makeEnvironment: (Int) throws -> any BatchedEnvironment

    /// The steps after which an episode is left if its environment sets no limit: a policy that has learned to stand
    /// still would never end it.
    public static let usualStepLimit = 100_000

    /// An evaluation of `agent`.
    ///
    /// - Parameters:
    ///   - mode: How it acts.
    ///   - batchLimit: The maximum number of environments stepped side by side.
    ///   - stepLimit: The steps after which an episode is left, and marked in ``Experience/EpisodeSummary/isCut``; nil
    ///     for the environment's own limit, or ``usualStepLimit`` if it has none.
    ///   - observer: Observes the episodes.
    ///   - makeEnvironment: Makes a batch of so many environments, which must reset themselves.
    public init(
        _ agent: any Agent, mode: ActionMode = .greedy, batchLimit: Int = 128, stepLimit: Int? = nil,
        observer: (any EvaluationObserver)? = nil,
        makeEnvironment: @escaping (Int) throws -> any BatchedEnvironment
    ) {
        precondition(batchLimit >= 1, "an evaluation needs at least one environment, not \(batchLimit)")
        precondition(stepLimit ?? 1 >= 1, "an episode needs at least one step, not \(stepLimit ?? 0)")
        (self.agent, self.mode, self.batchLimit, self.stepLimit) = (agent, mode, batchLimit, stepLimit)
        (self.observer, self.makeEnvironment) = (observer, makeEnvironment)
    }

    /// Plays `episodes` episodes, the i-th in an environment seeded with `seed + i`. Every environment plays one
    /// episode, so that short ones weigh no more than long ones. An agent that explores uses a random stream of the
    /// episode's own, so that results don't depend on the batch size; its own streams are not advanced.
    ///
    /// - Returns: the episodes in order; if `shouldStop` returned true, those that had finished.
    /// - Throws: ``Agents/AgentError/badParameter(name:index:value:)`` if the agent acts by a parameter that is not
    ///   finite, and the errors of the agent, of the observer and of making environments.
    public func run(episodes: Int, seed: UInt64, shouldStop: () -> Bool = { false }) throws -> [EpisodeSummary] {
        try agent.requireFiniteBehaviour()
        let (streams, memory) = (agent.actionStreams, agent.memory)
        defer { (agent.actionStreams, agent.memory) = (streams, memory) }
        var results: [EpisodeSummary] = []
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
    ) throws -> [EpisodeSummary] {
        try environment.reset(seed: seed)
        agent.memory = ActingMemory()
        agent.actionStreams = ActionStreams(
            rows: (0..<environment.count).map { RandomStream(seed: seed &+ UInt64($0)).split("evaluation") })
        let wrapped: Double? = environment.changesRewards ? 0 : nil
        var results = (0..<environment.count).map {
            EpisodeSummary(seed: seed &+ UInt64($0), wrappedReturn: wrapped)
        }
        var playing = [Bool](repeating: true, count: environment.count)
        let limit = stepLimit ?? (environment.stepLimit == nil ? Self.usualStepLimit : .max)
        try observer?.didReset(environment, seed: seed)
        while playing.contains(true) {
            if shouldStop() { return zip(results, playing).filter { !$0.1 }.map(\.0) }
            if let observer, observer.wantsAssessments {
                var assessment: ActionAssessment?
                try agent.act(
                    on: environment.percepts, mode: mode, into: environment.actionRows, assessing: &assessment)
                try environment.checkStep()
                observer.didAct(assessment)
            } else {
                try agent.act(in: environment, mode: mode)
            }
            try environment.step()
            try observer?.didStep(environment, playing: playing)
            for index in playing.indices where playing[index] {
                results[index].return += environment.worldRewards[index]
                if wrapped != nil { results[index].wrappedReturn! += environment.rewards[index] }
                results[index].length += 1
                guard !environment.terminated[index], !environment.truncated[index] else {
                    playing[index] = false
                    continue
                }
                guard results[index].length >= limit else { continue }
                (playing[index], results[index].isCut) = (false, true)
                try observer?.didCut(environment, index)
            }
        }
        return results
    }
}

/// Observes the episodes of an evaluation: a recorder.
public protocol EvaluationObserver: AnyObject {
    /// All environments have been reset, the i-th with `seed + i`.
    func didReset(_ environment: any BatchedEnvironment, seed: UInt64) throws
    /// Whether it needs the agent's assessment of the actions, which costs little more than acting.
    var wantsAssessments: Bool { get }
    /// The agent has chosen actions, which the environments are about to play.
    ///
    /// - Parameter assessment: the agent's assessment of all actions, if ``wantsAssessments``; nil for an agent
    ///   without.
    func didAct(_ assessment: ActionAssessment?)
    /// All environments have made a step; `playing` says which were still in their episode before it.
    func didStep(_ environment: any BatchedEnvironment, playing: [Bool]) throws
    /// An environment's episode is left after the step, because it has reached the limit of steps.
    func didCut(_ environment: any BatchedEnvironment, _ index: Int) throws
}
