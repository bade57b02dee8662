import Configuration
import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore

/// Settings of ``TDLambda``.
public struct TDLambdaSettings: AgentSettings {
    public static var needs: AgentNeeds { .table }
    /// α at the start of training.
    @Setting(0...1, "learning rate at the start", search: "0.01..0.5 log") public var learningRate = 0.1
    /// α at the end of its schedule.
    @Setting(0...1, "learning rate at the end of its schedule") public var finalLearningRate = 0.001
    /// Steps over which α moves to its final value.
    @Setting(0...1_000_000_000, "steps over which the learning rate changes") public var scheduleSteps = 200_000
    @Setting(0...1, "discount factor γ") public var discount = 0.99
    /// λ: 0 learns from one step, 1 from the whole rest of the episode.
    @Setting(0...1, "trace decay λ", search: "0..0.98") public var lambda = 0.9
    /// How the trace of a state changes when it is visited again.
    @Setting("kind of eligibility traces") public var traces = TraceKind.accumulating
    @Setting(-1e6...1e6, "initial state value") public var initialValue = 0.0

    public init() {}

    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        TDLambda(self, shape: try TableShape(environment, agent: "td-lambda"), seed: seed)
    }
}

/// TD(λ) prediction (Sutton 1988; Sutton and Barto 2018, 12.2): the value of each state under the policy that takes
/// every action with equal probability. With δ = r + γ V(s′) − V(s),
///
///     e ← γλ e,   e(s) ← e(s) + 1,   V ← V + α δ e,
///
/// without V(s′) if s′ is terminal. It always acts by the policy that it evaluates, since state values alone can't
/// choose a better one.
public final class TDLambda: Learner {
    private let settings: TDLambdaSettings
    private let shape: TableShape
    /// V(s), (states).
    private let table: Variable
    private let rates: LinearSchedule
    private var traces: [EligibilityTraces] = []
    /// The random streams that actions are sampled from.
    public var actionStreams: ActionStreams
    private var steps = 0
    private var lastError = 0.0

    /// Makes an agent for the states of a table.
    public init(_ settings: TDLambdaSettings = .init(), shape: TableShape, seed: UInt64) {
        (self.settings, self.shape) = (settings, shape)
        table = Variable(filled: Float(settings.initialValue), shape: [shape.stateCount], name: "values")
        rates = LinearSchedule(
            from: settings.learningRate, to: settings.finalLearningRate, over: settings.scheduleSteps)
        actionStreams = ActionStreams(shared: RandomStream(seed: seed).split("actions"))
    }

    private var noTraces: EligibilityTraces { EligibilityTraces(count: shape.stateCount, kind: settings.traces) }

    /// Every action with equal probability, in both modes.
    public func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) {
        let actions = actions.integers
        for row in actions.indices {
            let valid = percepts.validActions(row, of: shape.actionCount)
            actions[row] = actionStreams[row].action(below: shape.actionCount, among: valid)
        }
    }

    /// One update of all states with a trace, for each row.
    ///
    /// - Throws: ``AgentError/diverged(agent:update:loss:)`` if a value is no longer finite.
    public func learn(from transitions: Transitions) throws {
        while traces.count < transitions.count { traces.append(noTraces) }
        try table.withMutableValues { values in
            for row in 0..<transitions.count where !transitions.isReset[row] {
                let next = shape.state(transitions.nextObservations, row)
                lastError = traces[row].learn(
                    values, shape.state(transitions.observations, row), reward: transitions.rewards[row],
                    following: transitions.terminated[row] ? 0 : Double(values[next]), discount: settings.discount,
                    fading: settings.discount * settings.lambda, rate: rates.value(at: steps))
                if transitions.terminated[row] || transitions.truncated[row] { traces[row].fade(by: 0) }
                steps += 1
                guard lastError.isFinite else {
                    throw AgentError.diverged(agent: "td-lambda", update: steps, loss: lastError)
                }
            }
        }
    }

    public func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&steps, in: 0...1 << 62)
        try coder.code(&lastError)
        try coder.code(&actionStreams)
        try coder.code(rows: &traces, new: noTraces) { (traces, coder) throws(EnvironmentError) in
            try traces.codeState(with: &coder)
        }
    }

    /// α, the last temporal difference, and the mean value of a state.
    public var metrics: [(name: String, value: Double)] {
        let mean = table.withValues { $0.reduce(0) { $0 + Double($1) } } / Double(shape.stateCount)
        return [
            ("learningRate", rates.value(at: steps)), ("temporalDifference", lastError), ("meanValue", mean),
        ]
    }

    public var updates: Int { steps }

    public var variables: Parameters { Parameters([("values", table)]) }

    public func assess(_ observations: Rows) -> ActionAssessment? {
        .uniform(actions: shape.actionCount, rows: observations.count)
    }
}
