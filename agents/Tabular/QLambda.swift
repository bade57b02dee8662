import Configuration
import Environments

/// Settings of ``QLambda``.
public struct QLambdaSettings: TabularSettings {
    public static let agentName = "q-lambda"
    /// λ: 0 learns from one step, 1 from all steps up to the next exploring action.
    @Setting(0...1, "trace decay λ", search: "0..0.98") public var lambda = 0.9
    /// How the trace of a state and action changes when they are visited again.
    @Setting("kind of eligibility traces") public var traces = TraceKind.replacing
    public var table = TableSettings()

    public init() {}

    public func makeAgent(shape: TableShape, seed: UInt64) -> any Learner { QLambda(self, shape: shape, seed: seed) }
}

/// Watkins's Q(λ) (Watkins 1989; Sutton and Barto 2018, 12.10): the temporal difference of ``QLearning``,
/// δ = r + γ maxₐ′ Q(s′,a′) − Q(s,a), is learned by all states and actions that led there by greedy actions,
///
///     e ← γλ e where a is a best action of s, else 0,   e(s,a) ← e(s,a) + 1,   Q ← Q + α δ e.
///
/// An action counts as greedy by the values at the time of the update.
public final class QLambda: TabularAgent {
    private let lambda: Double
    private let kind: TraceKind
    private var traces: [EligibilityTraces] = []

    public init(_ settings: QLambdaSettings = .init(), shape: TableShape, seed: UInt64) {
        (lambda, kind) = (settings.lambda, settings.traces)
        super.init(settings.table, shape: shape, seed: seed)
    }

    private var noTraces: EligibilityTraces { EligibilityTraces(count: shape.count, kind: kind) }

    override func prepare(rows: Int) { while traces.count < rows { traces.append(noTraces) } }

    override func update(_ values: ActionValues, _ step: TableStep, row: Int) {
        if values[step.pair] < values.best(step.state) { traces[row].fade(by: 0) }
        lastError = traces[row].learn(
            values.values, step.pair, reward: step.reward, following: step.terminated ? 0 : values.best(step.next),
            discount: settings.discount, fading: settings.discount * lambda, rate: learningRate)
        if step.ended { traces[row].fade(by: 0) }
    }

    public override func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try super.codeState(with: &coder)
        try coder.code(rows: &traces, new: noTraces) { (traces, coder) throws(EnvironmentError) in
            try traces.codeState(with: &coder)
        }
    }
}
