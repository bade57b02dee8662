import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore

/// An actor-critic that learns from windows of T steps of its n environments, taken by the policy that it then
/// improves, each window once. What an update is, its subclasses say: ``A2C``, ``PPO``.
///
/// Advantages are generalised ones (Schulman et al. 2016). Where an episode was truncated, they bootstrap from the
/// value of its last observation, never from that of the next episode.
public class OnPolicyLearner: Learner {
    /// What only learning needs.
    struct Learning {
        var window: ExperienceWindow
        var update: WindowUpdate
    }

    let settings: OnPolicySettings
    let rule: UpdateRule
    let layout: WindowLayout
    let model: ActorCritic
    let agent: String
    private let environment: EnvironmentDescription
    let optimizer: any Optimizer
    private let actor: WindowActor
    /// Made when learning starts: an agent that only acts needs none of it.
    private var learning: Learning?
    private var rewardNormalizer: RewardNormalizer?
    /// Shuffles the minibatches; each epoch has its own order.
    var order: RandomStream
    private let learningRate: LinearSchedule
    private var steps = 0
    /// Passes through windows so far.
    private var epoch = 0
    public private(set) var updates = 0
    private var learnedRewards: [Float]
    /// The rows whose last observations' values are needed.
    private var bootstrapped: [Int] = []
    /// Means over the minibatches of the last update.
    private var results = WindowUpdate.Results()

    public var actionStreams: ActionStreams
    /// The recurrent states and noise of the environments that the agent acts in.
    public var memory: ActingMemory

    /// - Throws: ``AgentError`` if the environment's spaces or the settings don't suit.
    init(
        _ settings: OnPolicySettings, agent: String, rule: UpdateRule, environment: EnvironmentDescription, seed: UInt64
    ) throws {
        let root = RandomStream(seed: seed)
        var initial = root.split("parameters")
        let model = try ActorCritic(
            settings.network, for: environment, agent: agent,
            normalizesObservations: settings.normalizeObservations, hasActionValues: rule.policyLoss == nil,
            random: &initial)
        (self.settings, self.agent, self.model, self.rule) = (settings, agent, model, rule)
        self.environment = environment
        optimizer = settings.makeOptimizer()
        optimizer.prepare(for: model.parameters)
        layout = try WindowLayout(settings, rule, model, environments: environment.count, agent: agent)
        try ExperienceWindow.requireMemory(layout, environment, model)
        actor = WindowActor(model, settings.network, environment.actionSpace)
        rewardNormalizer =
            settings.normalizeRewards
            ? RewardNormalizer(environments: environment.count, discount: settings.discount) : nil
        learningRate = settings.schedule(settings.learningRate, settings.finalLearningRate)
        actionStreams = ActionStreams(shared: root.split("actions"))
        order = root.split("minibatches")
        memory = actor.memory(rows: environment.count)
        learnedRewards = Array(repeating: 0, count: environment.count)
    }

    /// What learning needs, made on first use.
    func started() throws -> Learning {
        if let learning { return learning }
        let made = Learning(
            window: ExperienceWindow(layout, environment, model),
            update: try WindowUpdate(rule, settings, layout, model, optimizer))
        learning = made
        return made
    }

    /// Where environments say which actions are valid, training takes one of those.
    public var wantsActionMasks: Bool { settings.masking }

    /// Samples from the policy, or takes its most probable action.
    public func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) throws {
        var assessment: ActionAssessment?
        try act(on: percepts, mode: mode, into: actions, assessing: &assessment, isAssessed: false)
    }

    /// As ``act(on:mode:into:)``; the probabilities of a single choice are the assessment.
    public func act(
        on percepts: Percepts, mode: ActionMode, into actions: MutableRows,
        assessing assessment: inout ActionAssessment?
    ) throws {
        try act(on: percepts, mode: mode, into: actions, assessing: &assessment, isAssessed: true)
    }

    private func act(
        on percepts: Percepts, mode: ActionMode, into actions: MutableRows,
        assessing assessment: inout ActionAssessment?, isAssessed: Bool
    ) throws {
        let isTraining = mode == .explore && percepts.count == layout.environments
        if let exploration = rule.exploration { actor.exploration = exploration.value(at: steps) }
        try actor.act(
            on: percepts, mode: mode, into: actions, streams: &actionStreams, memory: &memory,
            recording: isTraining ? try started().window : nil, assessing: &assessment, isAssessed: isAssessed)
    }

    public func assess(_ observations: Rows) throws -> ActionAssessment? {
        try actor.assess(Percepts(observations), memory)
    }

    /// Adds the step to the window, and learns when it is full.
    ///
    /// - Throws: ``AgentError/diverged(agent:update:loss:)``.
    public func learn(from transitions: Transitions) throws {
        if rewardNormalizer == nil {
            for row in learnedRewards.indices { learnedRewards[row] = Float(transitions.rewards[row]) }
        } else {
            rewardNormalizer?.normalize(transitions, into: &learnedRewards)
        }
        let window = try started().window
        let rows = window.next
        window.append(transitions, rewards: learnedRewards)
        model.normalizer?.see(transitions)
        for row in 0..<transitions.count where !transitions.isReset[row] { steps += 1 }
        bootstrapped.removeAll(keepingCapacity: true)
        for row in 0..<transitions.count where window.isFull || transitions.truncated[row] { bootstrapped.append(row) }
        try actor.values(of: transitions.nextObservations, rows: bootstrapped, memory) { row, value in
            window.nextValues[rows.lowerBound + row] = value
        }
        if window.isFull { try improve() }
    }

    private func improve() throws {
        let (window, update) = (try started().window, try started().update)
        window.estimate(discount: settings.discount, lambda: settings.lambda)
        update.follow(steps)
        optimizer.follow(learningRate, at: steps)
        updates += update.run(window, order: order, epoch: &epoch, results: &results)
        window.removeAll()
        model.normalizer?.refresh()
        guard results.loss.isFinite else {
            throw AgentError.diverged(agent: agent, update: updates, loss: results.loss)
        }
    }

    public func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(mark: "\(agent), version 1")
        try coder.code(&steps, in: 0...1 << 62)
        try coder.code(&updates, in: 0...1 << 62)
        try coder.code(&epoch, in: 0...1 << 62)
        try coder.code(&order)
        try coder.code(&actionStreams)
        try codeMemory(with: &coder)
        try codeWindow(with: &coder)
        try rewardNormalizer?.codeState(with: &coder)
        try model.normalizer?.codeState(with: &coder)
        try results.codeState(with: &coder)
    }

    /// The memory is of as many environments as the agent acts in: those of the run, or the window's one.
    private func codeMemory(with coder: inout StateCoder) throws(EnvironmentError) {
        var rows = memory.rows
        try coder.code(&rows, in: 0...65_536)
        if rows != memory.rows { memory = actor.memory(rows: rows) }
        try memory.codeState(with: &coder)
    }

    private func codeWindow(with coder: inout StateCoder) throws(EnvironmentError) {
        var hasSteps = (learning?.window.steps ?? 0) > 0
        let start = coder.offset
        try coder.code(&hasSteps)
        if coder.isReading { learning?.window.removeAll() }
        guard hasSteps else { return }
        guard let window = try? started().window else {
            throw .badState(offset: start, expected: "a window that fits into memory")
        }
        try window.codeState(with: &coder)
    }

    /// Means over the minibatches of the last window.
    public var metrics: [(name: String, value: Double)] {
        let explored = rule.exploration.map { [("exploration", $0.value(at: steps))] } ?? []
        guard updates > 0 else { return explored }
        guard rule.policyLoss == nil else { return results.metrics }
        return [("loss", results.loss), ("gradientNorm", results.gradientNorm)] + explored
    }

    /// The parameters of policy and value, the moments of observations, and the optimiser's state.
    public var variables: Parameters { ["model": model.state, "optimizer": optimizer.state] }

    public var behaviour: Parameters { model.state }
}
