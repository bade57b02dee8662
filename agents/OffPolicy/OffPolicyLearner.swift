import Environments
import Experience
import Foundation
import NeuralNetworks
import Random
import TensorCore

/// What the off-policy actor-critics share: replay of single steps, rounds of updates, and an actor with its critics.
/// An agent adds an ``OffPolicyRule``.
///
/// The last step of a truncated episode bootstraps like any other; only a terminal state has no value.
public class OffPolicyLearner: ReplayingLearner {
    /// What an actor-critic is made of.
    struct Parts {
        let settings: OffPolicySettings
        let design: NetworkDesign
        let actionSpace: Space
        let distribution: PolicyDistribution
        private let random: Box

        private final class Box {
            var stream: RandomStream
            init(_ stream: RandomStream) { self.stream = stream }
        }

        init(
            _ settings: OffPolicySettings, _ design: NetworkDesign, _ actionSpace: Space,
            _ distribution: PolicyDistribution, random: RandomStream
        ) {
            (self.settings, self.design, self.actionSpace) = (settings, design, actionSpace)
            (self.distribution, self.random) = (distribution, Box(random))
        }

        func makeActor(_ kind: OffPolicyActor.Kind, logDeviation: Double = 0) -> OffPolicyActor {
            OffPolicyActor(
                design, kind, actionSpace, lastWeights: settings.lastWeights, logDeviation: logDeviation,
                random: &random.stream)
        }

        func makeCritics() -> ActionCritics {
            ActionCritics(
                design, count: settings.critics, distribution, lastWeights: settings.lastWeights,
                random: &random.stream)
        }
    }

    private let settings: OffPolicySettings
    private let agent: String
    private let rule: any OffPolicyRule
    private let update: OffPolicyUpdate
    private let acting: OffPolicyActing
    private let encoding: ObservationEncoding
    private let normalizer: ObservationNormalizer?
    public let replay: ReplayBuffer
    public let replayMemory: ReplayMemory
    private let actionSpace: Space
    /// Updates of the critics per update of the actor.
    private let actorEvery: Int
    /// The random streams that exploring actions are sampled from.
    public var actionStreams: ActionStreams
    public var memory = ActingMemory()
    private var replayStream: RandomStream
    private var rounds: UpdateRounds
    public private(set) var updates = 0

    /// - Parameters:
    ///   - exploration: the noise of a deterministic actor.
    ///   - noiseEvery: steps between samples of state-dependent noise; 0: those between rounds of updates.
    ///   - makeRule: makes the networks and what they learn.
    /// - Throws: ``AgentError`` if the environment's spaces or the settings don't suit.
    init(
        _ settings: OffPolicySettings, agent: String, exploration: ActionNoiseSettings? = nil, actorEvery: Int = 1,
        noiseEvery: Int = 0, environment: EnvironmentDescription, seed: UInt64,
        makeRule: (Parts) throws -> any OffPolicyRule
    ) throws {
        let needsNumbers = exploration != nil
        let distribution = try Self.distribution(for: environment, agent: agent, needsNumbers: needsNumbers)
        try settings.check(agent: agent)
        let root = RandomStream(seed: seed)
        let design = try NetworkDesign(
            settings.network, for: environment, agent: agent, hiddenSizes: settings.hiddenSizes,
            activation: settings.activation)
        replayMemory = try ReplayMemory(capacity: settings.replayCapacity, of: environment)
        replay = settings.makeReplay(for: environment)
        (self.settings, self.agent, self.actorEvery) = (settings, agent, actorEvery)
        (encoding, actionSpace) = (design.encoding, environment.actionSpace)
        normalizer = settings.normalizeObservations ? ObservationNormalizer(design.encoding) : nil
        rule = try makeRule(
            Parts(settings, design, environment.actionSpace, distribution, random: root.split("parameters")))
        update = OffPolicyUpdate(
            rule, settings, design, environment.actionSpace, normalizer, seed: root.split("update noise").key)
        acting = OffPolicyActing(
            rule.actor, distribution, design, normalizer, environment.actionSpace,
            noise: exploration.map { ActionNoise(settings: $0) },
            noiseEvery: noiseEvery > 0 ? noiseEvery : settings.trainEvery)
        actionStreams = ActionStreams(shared: root.split("exploration"))
        replayStream = root.split("replay")
        rounds = UpdateRounds(
            every: settings.trainEvery, updates: settings.updatesPerRound, start: settings.learningStart)
        memory = acting.memory(rows: environment.count)
    }

    private static func distribution(
        for environment: EnvironmentDescription, agent: String, needsNumbers: Bool
    ) throws(AgentError) -> PolicyDistribution {
        let space = environment.actionSpace
        let suits = needsNumbers ? space.isBounded : space.isBounded || space.discreteCount != nil
        guard suits, let distribution = PolicyDistribution(space, squashed: true) else {
            throw .actionSpace(
                agent: agent, environment: environment.id, space: "\(space)",
                needed: (needsNumbers ? "" : "discrete or ") + "a box of float32 with finite bounds")
        }
        return distribution
    }

    /// Acts at random before learning starts, then by the actor with its noise; or greedily.
    public func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) throws {
        if mode == .explore, rounds.isBeforeStart {
            return actionStreams.drawUniformly(from: actionSpace, on: percepts, into: actions)
        }
        try acting.act(on: percepts, mode: mode, into: actions, streams: &actionStreams, memory: &memory)
    }

    /// The probabilities of choices.
    public func assess(_ observations: Rows) throws -> ActionAssessment? { try acting.assess(observations) }

    /// Stores the step, and makes as many updates as the settings say.
    ///
    /// - Throws: ``AgentError/diverged(agent:update:loss:)``.
    public func learn(from transitions: Transitions) throws {
        replay.add(transitions)
        normalizer?.see(transitions)
        let due = rounds.played(transitions.isReset.reduce(0) { $0 + ($1 ? 0 : 1) })
        guard due > 0 else { return }
        normalizer?.refresh()
        for _ in 0..<due { try learn() }
    }

    private func learn() throws {
        updates += 1
        try update.run(withActor: updates % actorEvery == 0) {
            replay.sample(into: $0, encoding: encoding, random: &replayStream)
        }
        let loss = update.results.criticLoss
        guard loss.isFinite else { throw AgentError.diverged(agent: agent, update: updates, loss: loss) }
    }

    public func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(mark: "\(agent), version 1")
        try rounds.codeState(with: &coder)
        try coder.code(&updates, in: 0...1 << 62)
        try coder.code(&actionStreams)
        try coder.code(&replayStream)
        try update.codeState(with: &coder)
        try codeMemory(with: &coder)
        try normalizer?.codeState(with: &coder)
    }

    private func codeMemory(with coder: inout StateCoder) throws(EnvironmentError) {
        var rows = memory.rows
        try coder.code(&rows, in: 0...65_536)
        if rows != memory.rows { memory = acting.memory(rows: rows) }
        try memory.codeState(with: &coder)
    }

    /// Of the last minibatch.
    public var metrics: [(name: String, value: Double)] {
        guard updates > 0 else { return [] }
        let results = update.results
        return [
            ("criticLoss", results.criticLoss), ("actionValue", results.actionValue),
            ("actorLoss", results.actorLoss),
        ] + (rule.actor.isStochastic ? [("entropy", results.entropy)] : []) + rule.metrics
    }

    /// The parameters of actor, critics and targets, and the optimisers' states.
    public var variables: Parameters {
        let targets = rule.targets.map { target -> Parameters in
            Parameters(target.moving.entries.map { ("\(target.name).\($0.path)", $0.variable) })
        }
        return targets.reduce(
            [
                "actor": rule.actor.parameters, "critics": rule.critics.parameters,
                "actorOptimizer": update.actorOptimizer.state, "criticOptimizer": update.criticOptimizer.state,
            ] + rule.others + (normalizer?.variables ?? Parameters()), +)
    }

    public var behaviour: Parameters {
        ["actor": rule.actor.parameters] + (normalizer?.variables ?? Parameters())
    }

    /// Copies networks to their targets.
    public func behaviourWasSet() {
        for target in rule.targets { target.moving.copy(from: target.towards) }
    }
}

extension Space {
    /// Whether it is a box of float32 with finite bounds.
    var isBounded: Bool {
        if case .box(let low, let high, _, .float32) = self { (low + high).allSatisfy(\.isFinite) } else { false }
    }
}
