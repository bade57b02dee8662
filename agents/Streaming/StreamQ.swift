import Configuration
import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore

/// Stream Q(λ) (Elsayed et al. 2024): Watkins's Q(λ) with a network, a step at a time: with δ = r + γ maxₐ Q(s′, a) −
/// Q(s, a), ``BoundedTraces`` of ∇Q(s, a), which end with the episode and where an action explored.
public final class StreamQ: StreamLearner {
    /// - Throws: ``AgentError`` if the environment's spaces or the settings don't suit.
    public init(_ settings: StreamQSettings = .init(), environment: EnvironmentDescription, seed: UInt64) throws {
        let count = try environment.actionCount(for: "stream-q")
        try super.init(
            settings.stream, agent: "stream-q", .categorical([count]), environment: environment, seed: seed,
            drawing: "exploration"
        ) { StreamQRule(&$0, settings) }
    }
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

private final class StreamQRule: StreamRule {
    private let network: StreamNetwork
    private let bounded: BoundedTraces
    private let exploration: LinearSchedule
    private let discount: Double

    init(_ parts: inout StreamLearner.Parts, _ settings: StreamQSettings) {
        network = parts.makeNetwork(outputs: parts.distribution.parameterCount)
        bounded = parts.makeTraces(of: network, caution: settings.caution)
        exploration = LinearSchedule(
            from: settings.explorationStart, to: settings.explorationEnd, over: settings.explorationSteps)
        discount = settings.stream.discount
    }

    var networks: Parameters { ["network": network.parameters] }
    var traces: Parameters { bounded.state }

    /// The actions' values.
    func outputs(_ observations: Tensor) -> Tensor { network(observations) }

    func update(_ step: StreamStep) throws -> [Tensor] {
        let all = network(step.observation)
        let chosen = all.gathered(step.action.selected(0, axis: 1))
        let following = network(step.next).max([-1])
        let error = step.reward + discount * step.continues * following - chosen
        try bounded.improve(chosen.sum(), error: error.sum(), decay: step.decay.sum())
        let isGreedy = chosen .>= all.max([-1])
        return [error, isGreedy]
    }

    func endsTraces(after plan: Plan) -> Bool { plan.output(1)[0] == 0 }

    /// Chooses ε-greedily, or greedily.
    func act(
        _ row: ActingRow, mode: ActionMode, step: Int, _ random: inout RandomStream,
        sample: UnsafeMutableBufferPointer<Float>, into actions: MutableRows
    ) {
        let epsilon = mode == .greedy ? 0 : exploration.value(at: step)
        let action = epsilonGreedy(row.outputs, among: row.validActions(of: row.outputs.count), epsilon, &random)
        actions.set(row.index, 0, to: Double(action))
    }

    func assess(_ outputs: UnsafeBufferPointer<Float>, rows: Int) -> ActionAssessment? {
        ActionAssessment(kind: .actionValues, values: outputs.map(Double.init), rows: rows)
    }

    func metrics(step: Int) -> [(name: String, value: Double)] { [("exploration", exploration.value(at: step))] }
}
