import Configuration
import Environments

/// Settings of ``SARSALambda``.
public struct SARSALambdaSettings: TabularSettings {
    public static let agentName = "sarsa-lambda"
    /// λ: 0 learns from one step, 1 from the whole rest of the episode.
    @Setting(0...1, "trace decay λ", search: "0..0.98") public var lambda = 0.9
    /// How the trace of a state and action changes when they are visited again.
    @Setting("kind of eligibility traces") public var traces = TraceKind.replacing
    public var table = TableSettings()

    public init() {}

    public func makeAgent(shape: TableShape, seed: UInt64) -> any Learner {
        SARSALambda(self, shape: shape, seed: seed)
    }
}

/// SARSA(λ) with eligibility traces (Rummery and Niranjan 1994; Sutton and Barto 2018, 12.7): with
/// δ = r + γ Q(s′,a′) − Q(s,a), every state and action learns in proportion to its trace,
///
///     e ← γλ e,   e(s,a) ← e(s,a) + 1,   Q ← Q + α δ e.
///
/// Steps are learned from at the same time as in ``SARSA``; the end of an episode clears its traces. With
/// ``TraceKind/dutch`` it is true online SARSA(λ).
public final class SARSALambda: TabularAgent {
    private let lambda: Double
    private let kind: TraceKind
    private var pending: [PendingStep] = []
    private var traces: [EligibilityTraces] = []

    public init(_ settings: SARSALambdaSettings = .init(), shape: TableShape, seed: UInt64) {
        (lambda, kind) = (settings.lambda, settings.traces)
        super.init(settings.table, shape: shape, seed: seed)
    }

    private var noTraces: EligibilityTraces { EligibilityTraces(count: shape.count, kind: kind) }

    override func prepare(rows: Int) {
        while pending.count < rows {
            pending.append(PendingStep())
            traces.append(noTraces)
        }
    }

    override func update(_ values: ActionValues, _ step: TableStep, row: Int) {
        if let before = pending[row].take() {
            let following = before.next * shape.actionCount + step.pair % shape.actionCount
            learn(values, before.pair, before.reward, following: values[following], row)
        }
        guard step.ended else { return pending[row].put(step) }
        let following = step.terminated ? 0 : values.expected(step.next, exploration: exploration)
        learn(values, step.pair, step.reward, following: following, row)
        traces[row].fade(by: 0)
    }

    private func learn(_ values: ActionValues, _ pair: Int, _ reward: Double, following: Double, _ row: Int) {
        lastError = traces[row].learn(
            values.values, pair, reward: reward, following: following, discount: settings.discount,
            fading: settings.discount * lambda, rate: learningRate)
    }

    public override func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try super.codeState(with: &coder)
        let shape = shape
        try coder.code(rows: &pending, new: PendingStep()) { (step, coder) throws(EnvironmentError) in
            try step.codeState(with: &coder, shape)
        }
        try coder.code(rows: &traces, new: noTraces) { (traces, coder) throws(EnvironmentError) in
            try traces.codeState(with: &coder)
        }
    }
}
