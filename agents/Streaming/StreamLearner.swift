import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore

/// What agents share that learn from each step of a single environment once, as it comes, and keep nothing but traces
/// (Elsayed, Vasan and Mahmood, "Streaming deep reinforcement learning finally works", 2024): the update's inputs,
/// normalisation as experience comes, and the traces' ends.
public class StreamLearner: Learner {
    /// The places of the update's inputs: s (1, …), a (1, numbers), r (1), s′ (1, …), 1 or 0 before a terminal state
    /// (1), and what the traces keep (1).
    enum Inputs {
        static let observation = 0, action = 1, reward = 2, next = 3, continues = 4, decay = 5
    }

    let settings: StreamSettings
    let agent: String
    let design: NetworkDesign
    let distribution: PolicyDistribution
    private let normalizer: ObservationNormalizer?
    private var rewardNormalizer: RewardNormalizer?
    public var actionStreams: ActionStreams
    /// The action of the step that is being made, as it was sampled.
    var sample: [Float]
    /// Whether the next update starts new traces.
    private var startsTraces = true
    private var rewards: [Float] = [0]
    private(set) var steps = 0
    public private(set) var updates = 0
    /// δ of the last update.
    private var error = 0.0

    /// - Throws: ``AgentError`` if the environment's spaces or the settings don't suit, or there are several
    ///   environments.
    init(
        _ settings: StreamSettings, agent: String, _ design: NetworkDesign, _ distribution: PolicyDistribution,
        environment: EnvironmentDescription, streams: ActionStreams
    ) throws {
        guard environment.count == 1 else {
            throw AgentError.setting(
                agent: agent, name: "environments", value: "\(environment.count)",
                allowed: "1, as it learns from each step before the next one")
        }
        (self.settings, self.agent, self.design, self.distribution) = (settings, agent, design, distribution)
        normalizer = settings.normalizeObservations ? ObservationNormalizer(design.encoding) : nil
        rewardNormalizer =
            settings.normalizeRewards ? RewardNormalizer(environments: 1, discount: settings.discount) : nil
        sample = Array(repeating: 0, count: distribution.actionCount)
        actionStreams = streams
    }

    // MARK: What an agent adds

    func makeUpdate() -> Program { preconditionFailure("an agent has an update") }
    /// Everything that it has learned.
    var networks: Parameters { preconditionFailure("an agent has networks") }
    var traces: Parameters { preconditionFailure("an agent has traces") }
    public func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) throws {
        preconditionFailure("an agent acts")
    }
    public func assess(_ observations: Rows) throws -> ActionAssessment? { nil }
    /// Whether the traces end with an update, which has run.
    func endsTraces(after plan: Plan) -> Bool { false }
    var figures: [(name: String, value: Double)] { [] }

    // MARK: Programs

    /// Observations as networks see them.
    func normalized(_ observations: Tensor) -> Tensor {
        normalizer?.normalized(observations, design.inputs) ?? observations
    }

    /// A program of rows of observations, (B, …).
    func program(_ name: String, _ record: @escaping (Tensor) -> Tensor) -> Program {
        Program(name, inputs: [design.input(rows: nil)]) { [unowned self] in [record(normalized($0[0]))] }
    }

    /// The update as a program, whose first result is δ.
    ///
    /// - Parameter record: is given the normalised s and s′, and the other inputs.
    func update(_ record: @escaping (_ s: Tensor, _ next: Tensor, _ given: [Tensor]) throws -> [Tensor]) -> Program {
        let row = design.input(rows: 1), count = distribution.actionCount
        let action: Program.Input = distribution.isDiscrete ? .int32(1, count) : .float32(1, count)
        return Program("\(agent) update", inputs: [row, action, .float32(1), row, .float32(1), .float32(1)]) {
            [unowned self] given in
            try record(normalized(given[Inputs.observation]), normalized(given[Inputs.next]), given)
        }
    }

    private lazy var updating = makeUpdate()

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
        startsTraces = transitions.terminated[0] || transitions.truncated[0] || endsTraces(after: plan)
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
        (updates > 0 ? [("temporalDifference", error)] : []) + figures
    }

    public var behaviour: Parameters { networks + (normalizer?.variables ?? Parameters()) }
    public var variables: Parameters { behaviour + ["traces": traces] }
}
