import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore

/// What agents share that learn from each step of a single environment once, as it comes, and keep nothing but traces
/// (Elsayed, Vasan and Mahmood, "Streaming deep reinforcement learning finally works", 2024): the update's inputs,
/// normalisation as experience comes, and the traces' ends.
public class StreamLearner: Learner {
    /// The places of the update's inputs; see ``StreamStep``.
    private enum Inputs {
        static let observation = 0, action = 1, reward = 2, next = 3, continues = 4, decay = 5
    }

    private let settings: StreamSettings
    private let agent: String
    private let design: NetworkDesign
    private let distribution: PolicyDistribution
    private let rule: any StreamRule
    private let normalizer: ObservationNormalizer?
    private var rewardNormalizer: RewardNormalizer?
    public var actionStreams: ActionStreams
    /// The action of the step that is being made, as it was sampled.
    var sample: [Float]
    /// Whether the next update starts new traces.
    private var startsTraces = true
    private var rewards: [Float] = [0]
    private var steps = 0
    public private(set) var updates = 0
    /// δ of the last update.
    private var error = 0.0

    /// What a rule is made of.
    struct Parts {
        let settings: StreamSettings
        let design: NetworkDesign
        let distribution: PolicyDistribution
        /// Where initial weights come from.
        var random: RandomStream

        mutating func makeNetwork(outputs: Int) -> StreamNetwork {
            StreamNetwork(design, settings, outputs: outputs, random: &random)
        }

        func makeTraces(of network: StreamNetwork, caution: Double) -> BoundedTraces {
            BoundedTraces(network.parameters, rate: settings.learningRate, caution: caution)
        }
    }

    /// - Parameter streamName: The name of the stream of random numbers for actions.
    /// - Throws: ``AgentError`` if the environment's spaces or the settings don't suit, or there are several
    ///   environments.
    init(
        _ settings: StreamSettings, agent: String, _ distribution: PolicyDistribution,
        environment: EnvironmentDescription, seed: UInt64, drawing streamName: String,
        _ makeRule: (inout Parts) -> any StreamRule
    ) throws {
        guard environment.count == 1 else {
            throw AgentError.setting(
                agent: agent, name: "environments", value: "\(environment.count)",
                allowed: "1, as it learns from each step before the next one")
        }
        let root = RandomStream(seed: seed)
        design = try settings.design(for: environment, agent: agent)
        (self.settings, self.agent, self.distribution) = (settings, agent, distribution)
        var parts = Parts(
            settings: settings, design: design, distribution: distribution, random: root.split("parameters"))
        rule = makeRule(&parts)
        normalizer = settings.normalizeObservations ? ObservationNormalizer(design.encoding) : nil
        rewardNormalizer =
            settings.normalizeRewards ? RewardNormalizer(environments: 1, discount: settings.discount) : nil
        sample = Array(repeating: 0, count: distribution.actionCount)
        actionStreams = ActionStreams(shared: root.split(streamName))
    }

    // MARK: Programs

    /// Observations as networks see them.
    private func normalized(_ observations: Tensor) -> Tensor {
        normalizer?.normalized(observations, design.inputs) ?? observations
    }

    private lazy var acting = Program("\(agent) acting", inputs: [design.input(rows: nil)]) { [unowned self] in
        [rule.outputs(normalized($0[0]))]
    }

    private lazy var updating: Program = {
        let row = design.input(rows: 1), count = distribution.actionCount
        let action: Program.Input = distribution.isDiscrete ? .int32(1, count) : .float32(1, count)
        return Program("\(agent) update", inputs: [row, action, .float32(1), row, .float32(1), .float32(1)]) {
            [unowned self] given in
            try rule.update(
                StreamStep(
                    observation: normalized(given[Inputs.observation]), next: normalized(given[Inputs.next]),
                    action: given[Inputs.action], reward: given[Inputs.reward], continues: given[Inputs.continues],
                    decay: given[Inputs.decay]))
        }
    }()

    // MARK: Acting

    public func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) throws {
        let outputs = try acting.output(of: percepts.observations, design.encoding)
        for index in 0..<percepts.count {
            let row = ActingRow(
                index: index, outputs: outputs.row(index, width: distribution.parameterCount), percepts: percepts)
            sample.withUnsafeMutableBufferPointer {
                rule.act(row, mode: mode, step: steps, &actionStreams[index], sample: $0, into: actions)
            }
        }
    }

    public func assess(_ observations: Rows) throws -> ActionAssessment? {
        rule.assess(try acting.output(of: observations, design.encoding), rows: observations.count)
    }

    // MARK: Learning

    /// Learns from the step.
    ///
    /// - Throws: ``AgentError/diverged(agent:update:loss:)``.
    public func learn(from transitions: Transitions) throws {
        guard !transitions.isReset[0] else { return }
        steps += 1
        normalizer?.see(transitions)
        normalizer?.refresh()
        rewards[0] = Float(transitions.rewards[0])
        rewardNormalizer?.normalize(transitions, into: &rewards)
        let plan = try updating.plan()
        design.encoding.encode(transitions.observations, into: plan.input(Inputs.observation))
        design.encoding.encode(transitions.nextObservations, into: plan.input(Inputs.next))
        for place in sample.indices {
            if distribution.isDiscrete {
                plan.integerInput(Inputs.action)[place] = Int32(transitions.actions.integer(0, place))
            } else {
                plan.input(Inputs.action)[place] = sample[place]
            }
        }
        plan.input(Inputs.reward)[0] = rewards[0]
        plan.input(Inputs.continues)[0] = transitions.terminated[0] ? 0 : 1
        plan.input(Inputs.decay)[0] = startsTraces ? 0 : Float(settings.discount * settings.lambda)
        plan.run()
        updates += 1
        error = Double(plan.output(0)[0])
        guard error.isFinite else { throw AgentError.diverged(agent: agent, update: updates, loss: error) }
        startsTraces = transitions.terminated[0] || transitions.truncated[0] || rule.endsTraces(after: plan)
    }

    public func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(mark: "\(agent), version 1")
        try coder.code(&steps, in: 0...1 << 62)
        try coder.code(&updates, in: 0...1 << 62)
        try coder.code(&startsTraces)
        try coder.code(&error)
        try coder.code(&sample)
        try coder.code(&actionStreams)
        try normalizer?.codeState(with: &coder)
        try rewardNormalizer?.codeState(with: &coder)
    }

    /// δ of the last update.
    public var metrics: [(name: String, value: Double)] {
        (updates > 0 ? [("temporalDifference", error)] : []) + rule.metrics(step: steps)
    }

    public var behaviour: Parameters { rule.networks + (normalizer?.variables ?? Parameters()) }
    public var variables: Parameters { behaviour + ["traces": rule.traces] }
}
