import Configuration
import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore

/// Stream Q(λ) (Elsayed et al. 2024): Watkins's Q(λ) with a network, a step at a time: with δ = r + γ maxₐ Q(s′, a) −
/// Q(s, a), ``BoundedTraces`` of ∇Q(s, a), which end with the episode and where an action explored.
public final class StreamQ: StreamLearner {
    private let network: StreamNetwork
    private let bounded: BoundedTraces
    private let exploration: LinearSchedule
    private lazy var values = program("action values") { [unowned self] in network($0) }

    /// - Throws: ``AgentError`` if the environment's spaces or the settings don't suit.
    public init(_ settings: StreamQSettings = .init(), environment: EnvironmentDescription, seed: UInt64) throws {
        let count = try environment.actionCount(for: "stream-q"), root = RandomStream(seed: seed)
        var initial = root.split("parameters")
        let design = try settings.stream.design(for: environment, agent: "stream-q")
        network = StreamNetwork(design, settings.stream, outputs: count, random: &initial)
        bounded = BoundedTraces(network.parameters, rate: settings.stream.learningRate, caution: settings.caution)
        exploration = LinearSchedule(
            from: settings.explorationStart, to: settings.explorationEnd, over: settings.explorationSteps)
        try super.init(
            settings.stream, agent: "stream-q", design, .categorical([count]), environment: environment,
            streams: ActionStreams(shared: root.split("exploration")))
    }

    override func makeUpdate() -> Program {
        update { [unowned self] s, next, given in
            let all = network(s)
            let chosen = all.gathered(given[Inputs.action].selected(0, axis: 1))
            let following = network(next).max([-1])
            let error = given[Inputs.reward] + settings.discount * given[Inputs.continues] * following - chosen
            try bounded.improve(chosen.sum(), error: error.sum(), decay: given[Inputs.decay].sum())
            let isGreedy = chosen .>= all.max([-1])
            return [error, isGreedy]
        }
    }

    override func endsTraces(after plan: Plan) -> Bool { plan.output(1)[0] == 0 }

    /// Chooses ε-greedily, or greedily.
    public override func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) throws {
        let values = try actionValues(percepts.observations)
        let epsilon = mode == .greedy ? 0 : exploration.value(at: steps), count = distribution.parameterCount
        for row in 0..<percepts.count {
            let action = epsilonGreedy(
                values.row(row, width: count), among: percepts.validActions(row, of: count), epsilon,
                &actionStreams[row])
            actions.set(row, 0, to: Double(action))
        }
    }

    private func actionValues(_ observations: Rows) throws -> UnsafeBufferPointer<Float> {
        try values.output(of: observations, design.encoding)
    }

    public override func assess(_ observations: Rows) throws -> ActionAssessment? {
        let values = try actionValues(observations)
        return ActionAssessment(kind: .actionValues, values: values.map(Double.init), rows: observations.count)
    }

    override var networks: Parameters { ["network": network.parameters] }
    override var traces: Parameters { bounded.state }
    override var figures: [(name: String, value: Double)] { [("exploration", exploration.value(at: steps))] }
}

/// Settings of ``StreamQ``; the defaults are the authors'.
public struct StreamQSettings: AgentSettings {
    public var stream = StreamSettings()
    /// κ.
    @Setting(0.01...1000, "κ: the larger, the smaller the steps", search: "1..10 log") public var caution = 2.0
    @Setting(0...1, "exploration rate ε at the start") public var explorationStart = 1.0
    @Setting(0...1, "exploration rate ε at the end") public var explorationEnd = 0.01
    @Setting(0...1_000_000_000, "steps over which exploration decays", search: "1000..100000 log") public
        var explorationSteps = 25_000

    public init() {}

    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        try StreamQ(self, environment: environment, seed: seed)
    }
}
