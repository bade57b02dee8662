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
        let design = try NetworkDesign(
            settings.stream.network, for: environment, agent: "stream-q", hiddenSizes: settings.stream.hiddenSizes,
            activation: settings.stream.activation)
        network = StreamNetwork(design, settings.stream, outputs: count, random: &initial)
        bounded = BoundedTraces(network.parameters, rate: settings.stream.learningRate, caution: settings.caution)
        exploration = LinearSchedule(
            from: settings.explorationStart, to: settings.explorationEnd, over: settings.explorationSteps)
        try super.init(
            settings.stream, agent: "stream-q", .categorical([count]), environment: environment,
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
            let valid = percepts.validActions(row, of: count)
            let explores = epsilon > 0 && actionStreams[row].uniform() < epsilon
            actions.set(
                row, 0,
                to: Double(
                    explores
                        ? actionStreams[row].action(below: count, among: valid)
                        : argmax(values.row(row, width: count), among: valid)))
        }
    }

    private func actionValues(_ observations: Rows) throws -> UnsafeBufferPointer<Float> {
        let plan = try values.plan(length: observations.count)
        design.encoding.encode(observations, into: plan.input(0))
        plan.run()
        return plan.output(0)
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
    @Setting(0.01...1000, "κ: the larger, the smaller the steps") public var caution = 2.0
    @Setting(0...1, "exploration rate ε at the start") public var explorationStart = 1.0
    @Setting(0...1, "exploration rate ε at the end") public var explorationEnd = 0.01
    @Setting(0...1_000_000_000, "steps over which exploration decays") public var explorationSteps = 25_000

    public init() {}

    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        try StreamQ(self, environment: environment, seed: seed)
    }
}
