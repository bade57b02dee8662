import Agents
import Environments
import Experience
import TensorCore

/// The training loop: the agent acts, the environments step, the agent learns, the observers are called.
///
/// Steps are counted over all environments. The same agent, environments and seed give the same run, whatever the
/// observers.
public final class Trainer {
    public let agent: any Learner
    public let environment: any BatchedEnvironment
    /// Returns and lengths of the episodes so far.
    public private(set) var statistics: EpisodeStatistics
    private let observers: [any TrainingObserver]
    /// The observations before the current step.
    private let previous: UnsafeMutableRawBufferPointer
    private let observed: UnsafeRawBufferPointer
    private let actions: MutableRows
    private let takesFloats: Bool
    /// The agent, if it is one that plans.
    private let planner: (any PlanningLearner)?
    /// Whether a planner's step was interrupted: its environments are a step ahead of it, and the run must be resumed
    /// from an earlier state.
    public private(set) var isBetweenStates = false
    /// Views of `previous` and of the batch's buffers, which stay in place, so they are made once and not every step.
    private let transitions: Transitions
    /// The observations, with the valid actions only for agents that want them: others explore invalid ones too.
    private let percepts: Percepts

    /// Joins an agent and its environments, which are reset with `seed` (the i-th with `seed + i`).
    ///
    /// - Precondition: the batch resets environments itself after an episode (not ``AutoresetMode/disabled``).
    public convenience init(
        agent: any Learner, environment: any BatchedEnvironment, seed: UInt64, observers: [any TrainingObserver] = []
    ) throws(EnvironmentError) {
        try environment.reset(seed: seed)
        let statistics = EpisodeStatistics(of: environment)
        self.init(agent: agent, environment: environment, statistics: statistics, observers: observers)
    }

    /// Joins an agent and environments that are under way, with the statistics of their episodes so far.
    ///
    /// - Precondition: as ``init(agent:environment:seed:observers:)``.
    public init(
        agent: any Learner, environment: any BatchedEnvironment, statistics: EpisodeStatistics,
        observers: [any TrainingObserver] = []
    ) {
        precondition(environment.autoreset != .disabled, "a trainer needs environments that reset themselves")
        (self.agent, self.environment, self.observers) = (agent, environment, observers)
        self.statistics = statistics
        planner = agent as? any PlanningLearner
        let rows = environment.observations
        previous = .allocate(byteCount: rows.bytes.count, alignment: 64)
        observed = rows.bytes
        actions = environment.actionRows
        takesFloats = actions.type == .float32 || actions.type == .float64
        transitions = Transitions(
            observations: Rows(previous.baseAddress!, type: rows.type, count: rows.count, width: rows.width),
            actions: actions.rows,
            rewards: environment.rewards, terminated: environment.terminated, truncated: environment.truncated,
            nextObservations: environment.finalObservations, isReset: environment.isResetStep)
        percepts = Percepts(transitions.observations, of: environment, hasMasks: agent.wantsActionMasks)
    }

    deinit { previous.deallocate() }

    /// The number of environment steps so far.
    public var steps: Int { statistics.stepCount }
    /// The number of finished episodes.
    public var episodes: Int { statistics.episodeCount }

    /// Plays until there were `steps` steps or `episodes` episodes, the agent is finished, or `shouldStop` returns
    /// true.
    ///
    /// - Returns: whether training has finished; only then are observers told of the end.
    /// - Throws: the errors of the agent and of observers.
    @discardableResult
    public func run(steps: Int, episodes: Int = .max, shouldStop: () -> Bool = { false }) throws -> Bool {
        guard let planner else { return try loop(steps, episodes, shouldStop) }
        return try withoutActuallyEscaping(shouldStop) { shouldStop in
            planner.shouldStop = shouldStop
            defer { planner.shouldStop = { false } }
            return try loop(steps, episodes, shouldStop)
        }
    }

    private func loop(_ steps: Int, _ episodes: Int, _ shouldStop: () -> Bool) throws -> Bool {
        for observer in observers { try observer.didStart(self) }
        while self.steps < steps && self.episodes < episodes && !agent.isFinished {
            if shouldStop() { return false }
            try step()
            if isBetweenStates { return false }
        }
        for observer in observers { try observer.didEnd(self) }
        return true
    }

    private func step() throws {
        previous.copyMemory(from: observed)
        try agent.act(on: percepts, mode: .explore, into: actions)
        if takesFloats, let row = actions.rows.firstNaN {
            throw EnvironmentError.badAction(
                environment: environment.id, index: row, action: "one with a NaN", space: "\(environment.actionSpace)")
        }
        try environment.step()
        statistics.record(environment)
        try agent.learn(from: transitions)
        if let planner, planner.wasInterrupted {
            isBetweenStates = true
            return
        }
        try RunFaults.throwIfFound()
        for observer in observers {
            try observer.didStep(self)
            for episode in statistics.completed { try observer.didFinish(episode, self) }
        }
    }
}

extension Agent {
    /// Writes an action for each environment, of the type that they take, and checks that they can make a step.
    ///
    /// - Throws: the errors of the agent; `EnvironmentError.badAction` if it has chosen an action that is not in the
    ///   space, such as NaN.
    public func act(in environment: any BatchedEnvironment, mode: ActionMode) throws {
        try act(on: environment.percepts, mode: mode, into: environment.actionRows)
        try environment.checkStep()
    }
}

/// Observes the training of an agent: progress, logs, checkpoints, a live window.
public protocol TrainingObserver: AnyObject {
    /// Before the first step.
    func didStart(_ trainer: Trainer) throws
    /// After each step of all environments.
    func didStep(_ trainer: Trainer) throws
    /// After an episode has ended, in the order of the environments.
    func didFinish(_ episode: EpisodeSummary, _ trainer: Trainer) throws
    /// After the last step.
    func didEnd(_ trainer: Trainer) throws
}

extension TrainingObserver {
    public func didStart(_ trainer: Trainer) throws {}
    public func didStep(_ trainer: Trainer) throws {}
    public func didFinish(_ episode: EpisodeSummary, _ trainer: Trainer) throws {}
    public func didEnd(_ trainer: Trainer) throws {}
}
