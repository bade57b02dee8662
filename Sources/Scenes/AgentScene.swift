import Agents
import Environments
import Graphics
import Training
import Viewer

/// An agent, or a ``Person``, acting in one environment; time steps can be taken back.
///
/// ```swift
/// try ViewerWindow.run(AgentScene(title: "mine", agent: agent, environment: environment, seed: 1))
/// ```
public final class AgentScene: ViewerScene {
    /// What is shown.
    public let title: String
    /// The environment's, or those that a person can play.
    public let framesPerSecond: Double
    private let agent: any Agent
    /// The agent as one that learns, whose counters and random streams can be saved; nil for a person.
    private let learner: (any Learner)?
    private let environment: any BatchedEnvironment
    private let actionNames: ActionNames
    private let mode: ActionMode
    private var seed: UInt64
    private var episode = 1
    private var current = Progress()
    private var assessment: ActionAssessment?
    /// The agent's counters and random streams at the episode's start, so that it can be played again.
    private var agentAtStart: [UInt8] = []
    /// The returns of the episodes that have been left after their end.
    private var returns: [Double] = []
    /// What is needed to go back, newest last.
    private var past: [Moment] = []
    /// The person, where one plays.
    private var person: Person? { agent as? Person }

    /// Moments kept at most, and their bytes: an environment of frames takes some ten thousand each.
    private static let pastLimit = 20_000
    private static let pastBytesLimit = 256 << 20
    private static let returnsLimit = 10_000

    /// How far the episode is.
    private struct Progress {
        var step = 0
        var totalReward = 0.0
        var lastReward = 0.0
        var lastAction: String?
    }

    private struct Moment {
        var environment: [UInt8]
        var agent: [UInt8]
        var progress: Progress
    }

    /// Shows an agent in an environment.
    ///
    /// - Parameters:
    ///   - title: The head of the panel.
    ///   - environment: A batch of one that doesn't reset itself (`AutoresetMode.disabled`).
    ///   - mode: Whether the agent acts greedily or as in training.
    ///   - seed: The first episode's; each further one has the next.
    /// - Throws: what resetting the environment and asking the agent throw.
    public init(
        title: String, agent: any Agent, environment: any BatchedEnvironment, mode: ActionMode = .greedy, seed: UInt64
    ) throws {
        precondition(environment.count == 1 && environment.autoreset == .disabled, "a scene shows one environment")
        (self.title, self.agent, self.environment, self.mode, self.seed) = (title, agent, environment, mode, seed)
        learner = agent as? any Learner
        actionNames = ActionNames(of: environment)
        framesPerSecond = (agent as? Person)?.controls.stepsPerSecond ?? environment.framesPerSecond
        agentAtStart = agentState
        try start()
    }

    /// The environment's.
    public var frameSize: FrameSize { environment.frameSize }
    /// Whether the environment can be put back.
    public var canStepBack: Bool { environment.canSnapshot }
    /// A second at an episode's end.
    public var holdTime: Double { environment.hasEnded ? endHoldTime : 0 }

    /// A person's.
    public var playKeys: Set<ViewerKey> { person?.controls.keys ?? [] }

    /// Tells a person which keys are held.
    public func hold(_ keys: Set<ViewerKey>) { person?.held = keys }

    /// Draws the environment.
    public func draw(into frame: inout Frame) {
        // The window has no use for an error here; the next step throws it.
        try? environment.draw(0, into: &frame)
    }

    /// Plays a step; after an episode's end starts the next one; waits for a person who waits.
    ///
    /// - Throws: what the agent and the environment throw.
    public func advance() throws -> Bool {
        if environment.hasEnded {
            try newEpisode(sameSeed: false)
            return true
        }
        if let person, person.isWaiting { return true }
        if environment.canSnapshot { try remember() }
        try agent.act(in: environment, mode: mode)
        try environment.step()
        current.step += 1
        current.lastAction = actionNames.text(environment.action(of: 0))
        current.lastReward = environment.worldRewards[0]
        current.totalReward += current.lastReward
        try assess()
        return true
    }

    private func remember() throws {
        let moment = Moment(
            environment: try environment.snapshot(of: 0), agent: agentState, progress: current)
        let limit = min(
            Self.pastLimit, max(2, Self.pastBytesLimit / (moment.environment.count + moment.agent.count + 64)))
        if past.count >= limit { past.removeFirst(past.count / 2) }
        past.append(moment)
    }

    /// Takes a step back, of the environment and of what the agent counts and draws.
    public func stepBack() -> Bool {
        guard let moment = past.popLast() else { return false }
        do {
            try environment.restore(moment.environment, to: 0)
            try learner?.restoreState(from: moment.agent)
            current = moment.progress
            try assess()
            return true
        } catch {
            preconditionFailure("a moment that was kept can't be restored: \(error)")
        }
    }

    /// Starts an episode; with the same seed the agent draws the same, too.
    public func newEpisode(sameSeed: Bool) throws {
        if sameSeed {
            try learner?.restoreState(from: agentAtStart)
        } else {
            if environment.hasEnded { keepReturn() }
            seed &+= 1
            episode += 1
            agentAtStart = agentState
        }
        try start()
    }

    private func keepReturn() {
        if returns.count == Self.returnsLimit { returns.removeFirst(Self.returnsLimit / 2) }
        returns.append(current.totalReward)
    }

    private func start() throws {
        agent.memory = ActingMemory()
        try environment.reset(seed: seed)
        past.removeAll(keepingCapacity: true)
        current = Progress()
        try assess()
    }

    private var agentState: [UInt8] { learner?.stateBytes() ?? [] }

    private func assess() throws { assessment = try agent.assess(environment.observations) }

    /// The episode, what the agent thinks of the actions, and the returns so far.
    public var panel: ViewerPanel {
        var values: [ViewerPanel.Value] = [
            .init("Episode", "\(episode)"), .init("Step", "\(current.step)"),
            .init("Return", NumberText.readable(current.totalReward)),
            .init("Reward", NumberText.readable(current.lastReward)),
            .init("Action", current.lastAction ?? "-"), .init("Seed", "\(seed)"),
        ]
        if environment.hasEnded { values.append(.init("Ended", environment.endName)) }
        let bars = assessment.map { actionNames.bars($0, chosen: mode == .greedy ? $0.best : nil) }
        return ViewerPanel(
            values: values, bars: bars.map { [$0] } ?? [], historyTitle: "Returns",
            history: returns + (environment.hasEnded ? [current.totalReward] : []),
            lines: person?.controls.help ?? [])
    }
}
