import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore

/// Deep Q-network (Mnih et al., "Human-level control through deep reinforcement learning", 2015): a network learns Q(s,
/// ·) from replayed transitions, with targets from a second network that follows it:
///
///     y = c r + γ maxₐ Q̄(s′, a), or c r where s′ is terminal;    L = mean ℓ(Q(s, a) − y)
///
/// Each later improvement is a switch of the settings; all together they are Rainbow (Hessel et al. 2018):
///
/// - `double`: the network chooses the action, a* = argmaxₐ Q(s′, a), and y = c r + γ Q̄(s′, a*), since the maximum of
///   noisy values is too large (van Hasselt et al. 2016).
/// - `dueling`: ``ValueStreams``. `noisy`: ``NeuralNetworks/NoisyLinear`` instead of ε.
/// - `prioritized`: ``Priorities``. `nStep`: ``ReplayReturns``.
/// - `distribution`: ``CategoricalReturns`` or ``QuantileReturns`` instead of the expectation alone.
///
/// The factor c (1 in the paper) keeps values near 1 when returns are large: with learning rates that suit its weights,
/// a network reaches values of 100, and tells them apart, only slowly.
///
/// The last step of a truncated episode bootstraps like any other: the task did not end, only the episode did.
public final class DQN: ReplayingLearner {
    private let settings: DQNSettings
    private let encoding: ObservationEncoding
    private let actionCount: Int
    private let network, target: any Layer
    private let optimizer: any Optimizer
    /// The replay buffer: too large for every checkpoint, so it is stored beside them.
    public let replay: ReplayBuffer
    /// The memory of the full replay buffer.
    public let replayMemory: ReplayMemory
    private let exploration, importance: LinearSchedule
    private let learningRate: LinearSchedule?
    /// The random streams that exploring actions are sampled from.
    public var actionStreams: ActionStreams
    private var replayStream: RandomStream

    private let valueProgram: Program
    /// The value program with noise; nil if the network has none.
    private let noisyProgram: Program?
    private let learningProgram: Program
    private let learner: Plan
    private let softUpdate: Plan?
    private var rounds: UpdateRounds
    private var targetPending = 0
    /// Of the last minibatch.
    private var loss = 0.0, meanValue = 0.0
    public private(set) var updates = 0

    /// Makes an agent for the given spaces.
    ///
    /// - Throws: ``AgentError`` if the spaces or settings don't suit it.
    public init(_ settings: DQNSettings = .init(), environment: EnvironmentDescription, seed: UInt64) throws {
        let actionCount = try environment.actionCount(for: settings.agent)
        let root = RandomStream(seed: seed)
        var initial = root.split("parameters")
        let design = try NetworkDesign(
            settings.network, for: environment, agent: settings.agent, hiddenSizes: settings.hiddenSizes,
            activation: settings.activation)
        try settings.check(design)
        (self.settings, self.actionCount, encoding) = (settings, actionCount, design.encoding)
        let returns = settings.makeReturns()
        let network = settings.makeNetwork(design, actionCount, returns, random: &initial)
        let target = settings.makeNetwork(design, actionCount, returns, random: &initial)
        target.state.copy(from: network.state)
        (self.network, self.target) = (network, target)
        optimizer = settings.makeOptimizer()
        replayMemory = try ReplayMemory(
            capacity: settings.replayCapacity, of: environment, isPrioritized: settings.prioritized)
        replay = settings.makeReplay(for: environment)
        (exploration, importance, learningRate) = settings.schedules
        actionStreams = ActionStreams(shared: root.split("exploration"))
        replayStream = root.split("replay")
        rounds = UpdateRounds(
            every: settings.trainEvery, updates: settings.updatesPerRound, start: settings.learningStart)
        func values(_ input: Tensor) -> Tensor {
            returns.values(network(input).reshaped(to: [-1, actionCount, returns.atoms]))
        }
        let rows = [design.input(rows: nil)]
        valueProgram = Program("action values", inputs: rows) { [values($0[0])] }
        noisyProgram =
            settings.noisy
            ? Program("noisy action values", inputs: rows, seed: root.split("noise").key) { inputs in
                [Mode.training { values(inputs[0]) }]
            } : nil
        learningProgram = Self.learningProgram(
            Update(
                network: network, target: target, optimizer: optimizer, settings: settings, returns: returns,
                actionCount: actionCount),
            rows: design.input(rows: settings.batchSize), seed: root.split("update noise").key)
        learner = try learningProgram.plan()
        softUpdate =
            settings.targetRate < 1
            ? try Program("target") { _ in
                try target.state.moved(towards: network.state, rate: settings.targetRate)
                return []
            }.plan() : nil
    }

    /// Chooses ε-greedily, or greedily by noisy values, with the same noise in all rows; or greedily without noise.
    public func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) throws {
        guard explore(actions.integers, percepts, mode) else { return }
        choose(actions.integers, by: try actionValues(percepts.observations, mode), percepts)
    }

    /// As ``act(on:mode:into:)``. The assessment is the values that actions are greedy by, except for noisy ones.
    public func act(
        on percepts: Percepts, mode: ActionMode, into actions: MutableRows,
        assessing assessment: inout ActionAssessment?
    ) throws {
        let values = try actionValues(percepts.observations, .greedy)
        assessment = self.assessment(of: values, rows: percepts.count)
        guard explore(actions.integers, percepts, mode) else { return }
        let isNoisy = mode == .explore && noisyProgram != nil
        choose(actions.integers, by: isNoisy ? try actionValues(percepts.observations, mode) : values, percepts)
    }

    /// Chooses the rows that explore, samples their actions, and marks the others by −1.
    ///
    /// - Returns: whether there are others.
    private func explore(
        _ actions: UnsafeMutableBufferPointer<Int>, _ percepts: Percepts, _ mode: ActionMode
    ) -> Bool {
        let epsilon = mode == .greedy ? 0 : self.epsilon
        var needsValues = false
        for row in actions.indices {
            let explores = epsilon > 0 && actionStreams[row].uniform() < epsilon
            let valid = percepts.validActions(row, of: actionCount)
            actions[row] = explores ? actionStreams[row].action(below: actionCount, among: valid) : -1
            needsValues = needsValues || !explores
        }
        return needsValues
    }

    /// Takes the best action in the rows that don't explore.
    private func choose(
        _ actions: UnsafeMutableBufferPointer<Int>, by values: UnsafeBufferPointer<Float>, _ percepts: Percepts
    ) {
        for row in actions.indices where actions[row] < 0 {
            actions[row] = argmax(
                values.row(row, width: actionCount), among: percepts.validActions(row, of: actionCount))
        }
    }

    /// 1 before learning starts, then the schedule's value; 0 with noisy networks.
    private var epsilon: Double {
        if rounds.isBeforeStart { return 1 }
        return settings.noisy ? 0 : exploration.value(at: max(0, rounds.steps - settings.explorationDelay))
    }

    /// (B, actions): Q of the given observations, valid until the next call.
    private func actionValues(
        _ observations: Rows, _ mode: ActionMode
    ) throws -> UnsafeBufferPointer<Float> {
        let program = mode == .explore ? noisyProgram ?? valueProgram : valueProgram
        return try program.output(of: observations, encoding)
    }

    /// Stores the step, and makes as many updates as the settings say.
    ///
    /// - Throws: ``AgentError/diverged(agent:update:loss:)``.
    public func learn(from transitions: Transitions) throws {
        replay.add(transitions)
        let played = transitions.isReset.reduce(0) { $0 + ($1 ? 0 : 1) }
        followTarget(played)
        let due = rounds.played(played)
        guard due > 0 else { return }
        if let learningRate { optimizer.learningRate.set(CollectionOfOne(Float(learningRate.value(at: rounds.steps)))) }
        for _ in 0..<due { try update() }
    }

    private func followTarget(_ played: Int) {
        targetPending += played
        guard targetPending >= settings.targetEvery else { return }
        targetPending = 0
        if let softUpdate { softUpdate.run() } else { target.state.copy(from: network.state) }
    }

    private func update() throws {
        let batch = ReplayBatch(
            observations: learner.input(0), actions: MutableRows(learner.integerInput(1), count: settings.batchSize),
            rewards: learner.input(2),
            nextObservations: learner.input(3), continues: learner.input(4))
        if settings.prioritized {
            replay.sample(
                into: batch, weights: learner.input(5), correction: importance.value(at: rounds.steps),
                encoding: encoding, random: &replayStream)
        } else {
            replay.sample(into: batch, encoding: encoding, random: &replayStream)
        }
        learner.run()
        (loss, meanValue) = (Double(learner.output(0)[0]), Double(learner.output(1)[0]))
        updates += 1
        guard loss.isFinite else { throw AgentError.diverged(agent: settings.agent, update: updates, loss: loss) }
        if settings.prioritized { replay.priorities?.update(to: learner.output(2)) }
    }

    public func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try rounds.codeState(with: &coder)
        try coder.code(&targetPending, in: 0...settings.targetEvery - 1)
        try coder.code(&updates, in: 0...1 << 62)
        try coder.code(&loss)
        try coder.code(&meanValue)
        try coder.code(&actionStreams)
        try coder.code(&replayStream)
        if let noisyProgram {
            for program in [noisyProgram, learningProgram] {
                try coder.code(&program.randomState.key)
                try coder.code(&program.randomState.counter)
            }
        }
        try replay.priorities?.codeState(with: &coder)
    }

    /// The loss and mean value of the last minibatch, and ε.
    public var metrics: [(name: String, value: Double)] {
        guard updates > 0 else { return [("exploration", epsilon)] }
        return [
            ("loss", loss), ("actionValue", meanValue), ("exploration", epsilon),
        ]
    }

    /// The parameters of both networks and the optimiser's state.
    public var variables: Parameters {
        ["network": network.state, "target": target.state, "optimizer": optimizer.state]
    }

    public var behaviour: Parameters { network.state }

    /// Copies the network to the target network.
    public func behaviourWasSet() { target.state.copy(from: network.state) }

    /// Q of each row.
    public func assess(_ observations: Rows) throws -> ActionAssessment? {
        assessment(of: try actionValues(observations, .greedy), rows: observations.count)
    }

    private func assessment(of values: UnsafeBufferPointer<Float>, rows: Int) -> ActionAssessment {
        ActionAssessment(kind: .actionValues, values: values.prefix(rows * actionCount).map(Double.init), rows: rows)
    }
}
