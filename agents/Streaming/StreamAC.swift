import Configuration
import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore

/// Stream AC(λ) (Elsayed et al. 2024): an actor-critic that learns a step at a time: with δ = r + γ V(s′) − V(s),
/// ``BoundedTraces`` of ∇V(s), and of ∇(log π(a|s) + τ sgn(δ) H(π(s))), which end with the episode.
public final class StreamAC: StreamLearner {
    private let policy, value: StreamNetwork
    private let policyTraces, valueTraces: BoundedTraces
    private let entropyBonus: Double
    /// The bounds of a box of actions.
    private let bounds: (low: [Double], high: [Double])?
    private lazy var acting = program("policy") { [unowned self] in parameters($0) }

    /// - Throws: ``AgentError`` if the environment's spaces or the settings don't suit.
    public init(_ settings: StreamACSettings = .init(), environment: EnvironmentDescription, seed: UInt64) throws {
        let space = environment.actionSpace, root = RandomStream(seed: seed), stream = settings.stream
        guard let distribution = PolicyDistribution(space) else {
            throw AgentError.actionSpace(
                agent: "stream-ac", environment: environment.id, space: "\(space)",
                needed: "discrete, multi-discrete, multi-binary or a box of floats")
        }
        var initial = root.split("parameters")
        let design = try stream.design(for: environment, agent: "stream-ac")
        policy = StreamNetwork(design, stream, outputs: distribution.parameterCount, random: &initial)
        value = StreamNetwork(design, stream, outputs: 1, random: &initial)
        policyTraces = BoundedTraces(policy.parameters, rate: stream.learningRate, caution: settings.policyCaution)
        valueTraces = BoundedTraces(value.parameters, rate: stream.learningRate, caution: settings.valueCaution)
        entropyBonus = settings.entropyBonus
        if case .box(let low, let high, _, _) = space { bounds = (low, high) } else { bounds = nil }
        try super.init(
            stream, agent: "stream-ac", design, distribution, environment: environment,
            streams: ActionStreams(shared: root.split("actions")))
    }

    /// The distribution's parameters; the deviations of Gaussians are softplus of what the network says.
    private func parameters(_ observations: Tensor) -> Tensor {
        let outputs = policy(observations)
        guard let count = distribution.gaussianCount else { return outputs }
        let deviations = outputs.sliced(count..<2 * count, axis: 1).softplus() + 1e-6
        return Tensor.concatenated([outputs.sliced(0..<count, axis: 1), deviations.log()], axis: 1)
    }

    override func makeUpdate() -> Program {
        update { [unowned self] s, next, given in
            let before = value(s).sum(), decay = given[Inputs.decay].sum()
            let following = settings.discount * given[Inputs.continues].sum() * value(next).sum()
            let error = (given[Inputs.reward].sum() + following - before).withoutGradient()
            let said = parameters(s)
            let log = distribution.logProbability(of: given[Inputs.action], said).sum()
            let entropy = distribution.entropy(said).sum()
            let sign = Tensor.select(error .> Tensor(0), Tensor(1), Tensor(-1))
            try policyTraces.improve(log + entropyBonus * sign * entropy, error: error, decay: decay)
            try valueTraces.improve(before, error: error, decay: decay)
            return [error.reshaped(to: [1])]
        }
    }

    /// Samples from the policy, or takes its most probable action.
    public override func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) throws {
        let parameters = try run(percepts.observations)
        for row in 0..<percepts.count {
            let own = parameters.row(row, width: distribution.parameterCount)
            let valid = distribution.choiceCount.flatMap { percepts.validActions(row, of: $0) }
            sample.withUnsafeMutableBufferPointer { sample in
                if mode == .greedy {
                    distribution.mode(own, among: valid, into: sample)
                } else {
                    _ = distribution.sample(own, among: valid, into: sample, &actionStreams[row])
                }
                distribution.write(UnsafeBufferPointer(sample), to: row, of: actions, bounds: bounds)
            }
        }
    }

    private func run(_ observations: Rows) throws -> UnsafeBufferPointer<Float> {
        try acting.output(of: observations, design.encoding)
    }

    /// The probabilities of a single choice.
    public override func assess(_ observations: Rows) throws -> ActionAssessment? {
        guard let count = distribution.choiceCount else { return nil }
        return .probabilities(ofLogits: try run(observations), choices: count, rows: observations.count)
    }

    override var networks: Parameters { ["policy": policy.parameters, "value": value.parameters] }
    override var traces: Parameters { ["policy": policyTraces.state, "value": valueTraces.state] }
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
