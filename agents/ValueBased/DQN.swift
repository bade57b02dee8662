import Environments
import NeuralNetworks
import Random
import TensorCore

/// Deep Q-network (Mnih et al., "Human-level control through deep reinforcement learning", 2015): a network learns
/// Q(s, ·) from uniformly replayed transitions, towards targets made with a second network that follows it:
///
///     y = c r + γ maxₐ Q̄(s′, a), or c r where s′ is terminal;    L = mean ℓ(Q(s, a) − y)
/// With `double` the action is the network's, a* = argmaxₐ Q(s′, a), and y = c r + γ Q̄(s′, a*): a maximum over noisy
/// values is too large (van Hasselt et al. 2016). ``NetworkDesign`` has the networks, chosen by the observations.
///
/// The factor c (1 in the paper) keeps values near 1 where returns are large: a network reaches and tells apart values
/// of 100 only slowly with the step sizes that suit its weights.
///
/// A truncated episode's last step bootstraps like any other: the world went on, only the episode was cut.
public final class DQN: ReplayingAgent {
    private let settings: DQNSettings
    private let encoding: ObservationEncoding
    private let actionCount: Int
    private let network, target: any Layer
    private let optimizer: any Optimizer
    /// The experience: too much for every checkpoint, stored beside them.
    public let replay: ReplayBuffer
    /// The memory that the experience takes.
    public let replayMemory: ReplayMemory
    private let exploration: LinearSchedule
    private let learningRate: LinearSchedule?
    /// Where exploring actions are drawn from.
    public var actionStreams: ActionStreams
    private var replayStream: RandomStream

    private let valueProgram: Program
    private let learner: Plan
    private let softUpdate: Plan?
    private var steps = 0
    /// Environment steps since the last round of updates fell due, whether or not learning had started.
    private var pending = 0
    private var targetPending = 0
    /// Of the last batch.
    private var loss = 0.0, meanValue = 0.0
    /// Updates so far.
    public private(set) var updates = 0

    /// Makes an agent for the given spaces.
    ///
    /// - Throws: ``AgentError`` where the spaces don't suit it.
    public init(_ settings: DQNSettings = .init(), environment: EnvironmentDescription, seed: UInt64) throws {
        (encoding, actionCount) = try environment.encodingAndActions(for: "dqn")
        self.settings = settings
        let root = RandomStream(seed: seed)
        var initial = root.split("parameters")
        let design = try NetworkDesign(
            settings.network, for: environment, inputCount: encoding.inputCount, hiddenSizes: settings.hiddenSizes,
            activation: settings.activation)
        let network = design.make(outputs: actionCount, random: &initial)
        let target = design.make(outputs: actionCount, random: &initial)
        target.state.copy(from: network.state)
        (self.network, self.target) = (network, target)
        optimizer = settings.makeOptimizer()
        replayMemory = try ReplayMemory(capacity: settings.replayCapacity, of: environment)
        replay = ReplayBuffer(
            capacity: settings.replayCapacity, width: environment.observationSpace.count, type: environment.elementType,
            stackedFrames: environment.stackedFrames, environments: environment.count)
        exploration = LinearSchedule(
            from: settings.explorationStart, to: settings.explorationEnd, over: settings.explorationSteps)
        learningRate =
            settings.learningRateSteps == 0
            ? nil
            : LinearSchedule(
                from: settings.learningRate, to: settings.finalLearningRate, over: settings.learningRateSteps)
        actionStreams = ActionStreams(shared: root.split("exploration"))
        replayStream = root.split("replay")
        valueProgram = Program("action values", inputs: [design.input(rows: nil)]) { [network($0[0])] }
        learner = try Self.learningProgram(
            network, target, optimizer, settings, rows: design.input(rows: settings.batchSize)
        ).plan()
        softUpdate =
            settings.targetRate < 1
            ? try Program("target") { _ in
                try target.state.moved(towards: network.state, rate: settings.targetRate)
                return []
            }.plan() : nil
    }

    /// Inputs: s (B, …), a (B), r (B), s′ (B, …), 1 − terminal (B). Outputs: the loss, the mean of Q(s, a).
    static func learningProgram(
        _ network: any Layer, _ target: any Layer, _ optimizer: any Optimizer, _ settings: DQNSettings,
        rows: Program.Input
    ) -> Program {
        let size = settings.batchSize
        return Program("dqn update", inputs: [rows, .int32(size), .float32(size), rows, .float32(size)]) { inputs in
            let (s, a, r, next, continues) = (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4])
            let values = target(next)
            let best = settings.double ? values.gathered(network(next).argmax()) : values.max([-1])
            let y = (settings.rewardScale * r + settings.discount * continues * best).withoutGradient()
            let q = network(s).gathered(a)
            let loss = settings.loss(q, y).mean()
            let limit = settings.gradientClipping
            try optimizer.minimize(loss, network.parameters, clippingNorm: limit > 0 ? limit : nil)
            return [loss, q.mean()]
        }
    }

    /// ε-greedy, or greedy.
    public func act(
        on observations: ObservationRows, mode: ActionMode, into actions: UnsafeMutableBufferPointer<Int>
    ) throws {
        let epsilon = mode == .greedy ? 0 : self.epsilon
        var needsValues = false
        for row in actions.indices {
            let explores = epsilon > 0 && actionStreams[row].uniform() < epsilon
            actions[row] = explores ? actionStreams[row].integers(below: actionCount) : -1
            needsValues = needsValues || !explores
        }
        guard needsValues else { return }
        let values = try actionValues(observations)
        for row in actions.indices where actions[row] < 0 {
            actions[row] = argmax(UnsafeBufferPointer(rebasing: values[row * actionCount..<(row + 1) * actionCount]))
        }
    }

    /// 1 before learning starts, then the schedule's.
    private var epsilon: Double {
        steps < settings.learningStart ? 1 : exploration.value(at: max(0, steps - settings.explorationDelay))
    }

    /// (B, actions): Q of the given observations, valid until the next call.
    private func actionValues(_ observations: ObservationRows) throws -> UnsafeBufferPointer<Float> {
        let plan = try valueProgram.plan(length: observations.count)
        encoding.encode(observations, into: plan.input(0))
        plan.run()
        return plan.output(0)
    }

    /// Stores the step, and learns as often as the settings say.
    public func learn(from transitions: Transitions) {
        replay.add(transitions)
        let played = transitions.isReset.reduce(0) { $0 + ($1 ? 0 : 1) }
        steps += played
        followTarget(played)
        pending += played
        guard pending >= settings.trainEvery else { return }
        if steps > settings.learningStart { learnRound() }
        pending = 0
    }

    private func learnRound() {
        if let learningRate { optimizer.learningRate.set(CollectionOfOne(Float(learningRate.value(at: steps)))) }
        let rounds = settings.updatesPerRound < 0 ? pending : settings.updatesPerRound
        for _ in 0..<rounds { update() }
    }

    private func followTarget(_ played: Int) {
        targetPending += played
        guard targetPending >= settings.targetEvery else { return }
        targetPending = 0
        if let softUpdate { softUpdate.run() } else { target.state.copy(from: network.state) }
    }

    private func update() {
        let batch = ReplayBuffer.Batch(
            observations: learner.input(0), actions: learner.integerInput(1), rewards: learner.input(2),
            nextObservations: learner.input(3), continues: learner.input(4))
        replay.sample(into: batch, encoding: encoding, random: &replayStream)
        learner.run()
        (loss, meanValue) = (Double(learner.output(0)[0]), Double(learner.output(1)[0]))
        updates += 1
    }

    /// Codes the counters and the random streams.
    public func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&steps, in: 0...1 << 62)
        try coder.code(&pending, in: 0...settings.trainEvery - 1)
        try coder.code(&targetPending, in: 0...settings.targetEvery - 1)
        try coder.code(&updates, in: 0...1 << 62)
        try coder.code(&loss)
        try coder.code(&meanValue)
        try coder.code(&actionStreams)
        try coder.code(&replayStream)
    }

    /// The loss and mean value of the last batch, and ε.
    public var metrics: [(name: String, value: Double)] {
        guard updates > 0 else { return [("exploration", epsilon)] }
        return [
            ("loss", loss), ("actionValue", meanValue), ("exploration", epsilon),
        ]
    }

    /// Both networks and the optimiser's state.
    public var variables: Parameters {
        ["network": network.state, "target": target.state, "optimizer": optimizer.state]
    }

    /// The network.
    public var behaviour: Parameters { network.state }

    /// Copies the network to its target.
    public func behaviourWasSet() { target.state.copy(from: network.state) }

    /// Q of the first row.
    public func assess(_ observations: ObservationRows) throws -> ActionAssessment? {
        let values = try actionValues(observations)
        return ActionAssessment(kind: .actionValues, values: values.prefix(actionCount).map(Double.init))
    }
}
