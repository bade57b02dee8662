import Environments
import Experience
import Foundation
import NeuralNetworks
import Random
import TensorCore

/// Actor-critic with eligibility traces, AC(λ), as MinAtar has it (Young and Tian 2019, after Degris et al. 2012): at
/// each step, with δ = r₍ₜ₋₁₎ + γ V(sₜ) − V(s₍ₜ₋₁₎), where V is 0 in terminal states,
///
///     G = δ z + β ∇H(π(sₜ)),   θ ← θ + α G / √(E[G²] + ε)
///     z ← γλ z + ∇(V(sₜ) + ½ log(π(aₜ|sₜ) + ε))
///
/// with a running mean E[G²]. Parameters, means and traces all change in every step of an environment; nothing is
/// stored but the last step. The last state of an episode makes one more update, and the next episode starts with
/// traces of 0. If it was truncated, that update bootstraps from V of its last observation.
///
/// Several environments side by side have a trace each, and G is the mean over them.
public final class ActorCriticTraces: Learner {
    private static let name = "actor-critic"
    /// The updates of environments side by side are recorded one by one.
    private static let environmentLimit = 16

    private let settings: ActorCriticTracesSettings
    private let encoding: ObservationEncoding
    private let network: TracedNetwork
    private let update: TraceUpdate
    private let actor: ProbabilityPolicy
    private let plans: (both: Plan, tracing: Plan, learning: Plan)
    /// The random streams that actions are sampled from.
    public var actionStreams: ActionStreams

    /// Steps of the environments, those side by side counted once.
    private var rounds = 0
    public private(set) var updates = 0
    /// Whether the last step of an environment led to where it is, and is still to be learned from.
    private var isPending: [Bool]
    /// What that step started from, as the network's inputs, and its reward.
    private var previous: [Float]
    private var rewards: [Double]
    /// Of the last update.
    private var error = 0.0, entropy = 0.0

    /// Makes an agent for the given spaces.
    ///
    /// - Throws: ``AgentError`` if the spaces, or more environments than it can have, don't suit it.
    public init(
        _ settings: ActorCriticTracesSettings = .init(), environment: EnvironmentDescription, seed: UInt64
    ) throws {
        let count = environment.count
        guard count <= Self.environmentLimit else {
            throw AgentError.setting(
                agent: Self.name, name: "environments", value: "\(count)",
                allowed: "from 1 to \(Self.environmentLimit), as each has a trace for every parameter")
        }
        let root = RandomStream(seed: seed)
        var initial = root.split("parameters")
        let network = try TracedNetwork(settings, for: environment, agent: Self.name, random: &initial)
        let actionCount = try environment.actionCount(for: Self.name)
        (self.settings, self.network, encoding) = (settings, network, network.design.encoding)
        actionStreams = ActionStreams(shared: root.split("actions"))
        actor = ProbabilityPolicy(network.design, actionCount: actionCount) { network.probabilities($0) }
        let update = TraceUpdate(network, settings, environments: count)
        self.update = update
        func plan(_ kind: TraceUpdate.Kind) throws -> Plan { try update.programs[kind]!.plan() }
        plans = (try plan(.both), try plan(.tracing), try plan(.learning))
        isPending = Array(repeating: false, count: count)
        rewards = Array(repeating: 0, count: count)
        previous = Array(repeating: 0, count: count * encoding.inputCount)
    }

    /// Samples from the policy, or takes its most probable action.
    public func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) throws {
        try actor.act(on: percepts, mode: mode, into: actions, &actionStreams)
    }

    /// As ``act(on:mode:into:)``; the probabilities are the assessment.
    public func act(
        on percepts: Percepts, mode: ActionMode, into actions: MutableRows,
        assessing assessment: inout ActionAssessment?
    ) throws {
        assessment = try actor.assessAndAct(on: percepts, mode: mode, into: actions, &actionStreams)
    }

    /// Learns from the step before, notes this one in the traces, and learns from it too if it was the last one.
    ///
    /// - Throws: ``AgentError/diverged(agent:update:loss:)``.
    public func learn(from transitions: Transitions) throws {
        let isLearning = isPending.indices.contains { isPending[$0] && !transitions.isReset[$0] }
        let plan = isLearning ? plans.both : plans.tracing
        encoding.encode(transitions.observations, into: plan.input(TraceUpdate.Inputs.observations))
        for row in 0..<transitions.count {
            plan.integerInput(TraceUpdate.Inputs.actions)[row] = Int32(transitions.actions.integer(row))
            // An episode's first state has no trace to decay: that of the episode before is forgotten.
            let decay = isPending[row] ? settings.discount * settings.lambda : 0
            plan.input(TraceUpdate.Inputs.decays)[row] = Float(decay)
            plan.input(TraceUpdate.Inputs.discounts)[row] = Float(settings.discount)
        }
        if isLearning {
            try improve(plan) { isPending[$0] && !transitions.isReset[$0] }
        } else {
            plan.run()
        }
        note(transitions, plan.input(TraceUpdate.Inputs.observations))
        try finishEpisodes(transitions)
    }

    /// Notes a step, to be learned from when the next one is known.
    private func note(_ transitions: Transitions, _ inputs: UnsafeMutableBufferPointer<Float>) {
        previous.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: inputs) }
        for row in 0..<transitions.count {
            isPending[row] = !transitions.isReset[row]
            rewards[row] = transitions.rewards[row]
        }
        if isPending.contains(true) { rounds += 1 }
    }

    /// Learns from the last steps of episodes.
    private func finishEpisodes(_ transitions: Transitions) throws {
        func isLast(_ row: Int) -> Bool {
            isPending[row] && (transitions.terminated[row] || transitions.truncated[row])
        }
        guard isPending.indices.contains(where: isLast) else { return }
        let plan = plans.learning
        encoding.encode(transitions.nextObservations, into: plan.input(TraceUpdate.Inputs.observations))
        for row in 0..<transitions.count {
            let discount = transitions.terminated[row] ? 0 : settings.discount
            plan.input(TraceUpdate.Inputs.discounts)[row] = Float(discount)
        }
        try improve(plan, where: isLast)
        for row in isPending.indices where isLast(row) { isPending[row] = false }
    }

    /// Completes the inputs of an update and makes it.
    private func improve(_ plan: Plan, where isLearned: (_ row: Int) -> Bool) throws {
        let count = isPending.indices.reduce(0) { $0 + (isLearned($1) ? 1 : 0) }
        _ = plan.input(TraceUpdate.Inputs.previous).update(fromContentsOf: previous)
        for row in isPending.indices {
            plan.input(TraceUpdate.Inputs.rewards)[row] = Float(rewards[row])
            plan.input(TraceUpdate.Inputs.weights)[row] = isLearned(row) ? 1 / Float(count) : 0
        }
        let decay = settings.momentDecay
        plan.input(TraceUpdate.Inputs.scale)[0] = Float((1 - decay) / (1 - pow(decay, Double(rounds + 1))))
        plan.run()
        updates += 1
        (error, entropy) = (Double(plan.output(0)[0]), Double(plan.output(1)[0]))
        guard error.isFinite else {
            throw AgentError.diverged(agent: Self.name, update: updates, loss: error * error)
        }
    }

    public func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(mark: "actor-critic, version 1")
        try coder.code(&rounds, in: 0...1 << 62)
        try coder.code(&updates, in: 0...1 << 62)
        try coder.code(&actionStreams)
        for row in isPending.indices { try coder.code(&isPending[row]) }
        try coder.code(&rewards)
        let start = coder.offset
        try coder.code(&previous)
        if encoding.isNumbered, let stray = previous.first(where: { !(0..<Float(encoding.stateCount)).contains($0) }) {
            throw .badState(
                offset: start, expected: "observations in Discrete(\(encoding.stateCount)), not \(stray)")
        }
        try coder.code(&error)
        try coder.code(&entropy)
    }

    /// δ and the policy's entropy in the last update.
    public var metrics: [(name: String, value: Double)] {
        updates > 0 ? [("temporalDifference", error), ("entropy", entropy)] : []
    }

    /// The parameters of policy and value, the sums of squared updates, and the traces.
    public var variables: Parameters { ["network": network.parameters, "update": update.state] }

    public var behaviour: Parameters { network.parameters }

    /// The policy's probabilities in each row.
    public func assess(_ observations: Rows) throws -> ActionAssessment? { try actor.assess(observations) }
}
