import Configuration
import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore

/// Stream AC(λ) (Elsayed et al. 2024): an actor-critic that learns a step at a time: with δ = r + γ V(s′) − V(s),
/// ``BoundedTraces`` of ∇V(s), and of ∇(log π(a|s) + τ sgn(δ) H(π(s))), which end with the episode.
public final class StreamAC: StreamLearner {
    /// - Throws: ``AgentError`` if the environment's spaces or the settings don't suit.
    public init(_ settings: StreamACSettings = .init(), environment: EnvironmentDescription, seed: UInt64) throws {
        let space = environment.actionSpace
        guard let distribution = PolicyDistribution(space) else {
            throw AgentError.actionSpace(
                agent: "stream-ac", environment: environment.id, space: "\(space)",
                needed: "discrete, multi-discrete, multi-binary or a box of floats")
        }
        try super.init(
            settings.stream, agent: "stream-ac", distribution, environment: environment, seed: seed, drawing: "actions"
        ) { StreamACRule(&$0, settings, space) }
    }
}

/// Settings of ``StreamAC``; the defaults are the authors'.
public struct StreamACSettings: AgentSettings {
    public var stream = StreamSettings()
    /// κ of the policy and of the value.
    @Setting(0.01...1000, "κ of the policy: the larger, the smaller its steps", search: "1..10 log") public
        var policyCaution = 3.0
    @Setting(0.01...1000, "κ of the value: the larger, the smaller its steps", search: "1..10 log") public
        var valueCaution = 2.0
    /// τ.
    @Setting(0...10, "entropy bonus coefficient", search: "1e-4..0.1 log") public var entropyBonus = 0.01

    public init() {}
    public static var needs: AgentNeeds { .policyActions }

    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        try StreamAC(self, environment: environment, seed: seed)
    }
}

private final class StreamACRule: StreamRule {
    private let policy, value: StreamNetwork
    private let policyTraces, valueTraces: BoundedTraces
    private let distribution: PolicyDistribution
    private let discount, entropyBonus: Double
    /// The bounds of a box of actions.
    private let bounds: (low: [Double], high: [Double])?

    init(_ parts: inout StreamLearner.Parts, _ settings: StreamACSettings, _ space: Space) {
        distribution = parts.distribution
        policy = parts.makeNetwork(outputs: distribution.parameterCount)
        value = parts.makeNetwork(outputs: 1)
        policyTraces = parts.makeTraces(of: policy, caution: settings.policyCaution)
        valueTraces = parts.makeTraces(of: value, caution: settings.valueCaution)
        (discount, entropyBonus) = (settings.stream.discount, settings.entropyBonus)
        if case .box(let low, let high, _, _) = space { bounds = (low, high) } else { bounds = nil }
    }

    var networks: Parameters { ["policy": policy.parameters, "value": value.parameters] }
    var traces: Parameters { ["policy": policyTraces.state, "value": valueTraces.state] }

    /// The distribution's parameters; the deviations of Gaussians are softplus of what the network says.
    func outputs(_ observations: Tensor) -> Tensor {
        let outputs = policy(observations)
        guard let count = distribution.gaussianCount else { return outputs }
        let deviations = outputs.sliced(count..<2 * count, axis: 1).softplus() + 1e-6
        return Tensor.concatenated([outputs.sliced(0..<count, axis: 1), deviations.log()], axis: 1)
    }

    func update(_ step: StreamStep) throws -> [Tensor] {
        let before = value(step.observation).sum(), decay = step.decay.sum()
        let following = discount * step.continues.sum() * value(step.next).sum()
        let error = (step.reward.sum() + following - before).withoutGradient()
        let said = outputs(step.observation)
        let log = distribution.logProbability(of: step.action, said).sum()
        let entropy = distribution.entropy(said).sum()
        let sign = Tensor.select(error .> Tensor(0), Tensor(1), Tensor(-1))
        try policyTraces.improve(log + entropyBonus * sign * entropy, error: error, decay: decay)
        try valueTraces.improve(before, error: error, decay: decay)
        return [error.reshaped(to: [1])]
    }

    /// Samples from the policy, or takes its most probable action.
    func act(
        _ row: ActingRow, mode: ActionMode, step: Int, _ random: inout RandomStream,
        sample: UnsafeMutableBufferPointer<Float>, into actions: MutableRows
    ) {
        let valid = distribution.choiceCount.flatMap { row.validActions(of: $0) }
        if mode == .greedy {
            distribution.mode(row.outputs, among: valid, into: sample)
        } else {
            _ = distribution.sample(row.outputs, among: valid, into: sample, &random)
        }
        distribution.write(UnsafeBufferPointer(sample), to: row.index, of: actions, bounds: bounds)
    }

    /// The probabilities of a single choice.
    func assess(_ outputs: UnsafeBufferPointer<Float>, rows: Int) -> ActionAssessment? {
        distribution.choiceCount.map { .probabilities(ofLogits: outputs, choices: $0, rows: rows) }
    }
}
