import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore

/// Settings of a planner.
public protocol PlannerSettings: AgentSettings {
    /// γ, the weight of a reward one step later.
    var discount: Double { get set }
    /// Planning is finished when no value changes by more than this in a sweep.
    var tolerance: Double { get set }
}

extension PlannerSettings {
    public static var needs: AgentNeeds { .model }
}

/// What all planners share: the process, the current values in double precision, and a table of action values by which
/// they act. They learn nothing from transitions; each call of ``learn(from:)`` plans one more step, until planning is
/// finished.
public class Planner: PlanningLearner {
    let process: MarkovDecisionProcess
    let tolerance: Double
    /// V(s).
    final var values: [Double]
    /// q(s, a) of the current values, (states, actions).
    private let table: Variable
    private let shape: TableShape
    /// The largest change of a value in the last step; infinite before the first.
    final var residual = Double.infinity
    /// The number of sweeps over all states so far.
    public final internal(set) var sweeps = 0
    /// Asked before each sweep of a long step.
    public final var shouldStop: () -> Bool = { false }
    /// Whether ``shouldStop`` has ended the last step before it was done.
    public final internal(set) var wasInterrupted = false
    /// Whether planning is finished.
    public final var isFinished = false

    init(
        _ agent: String, environment: EnvironmentDescription, discount: Double, tolerance: Double
    ) throws {
        guard let model = environment.model else {
            throw AgentError.noModel(agent: agent, environment: environment.id)
        }
        process = MarkovDecisionProcess(model, discount: discount)
        shape = TableShape(stateCount: process.stateCount, actionCount: process.actionCount)
        self.tolerance = tolerance
        values = Array(repeating: 0, count: process.stateCount)
        let zeros = [Float](repeating: 0, count: process.stateCount * process.actionCount)
        table = Variable(zeros, shape: [process.stateCount, process.actionCount], name: "values")
        publish()
    }

    /// Plans one step: changes ``values``, ``residual``, ``sweeps`` and ``isFinished``; or nothing, but that it sets
    /// ``wasInterrupted``. Subclasses override it.
    func plan() { preconditionFailure("\(Self.self) must override plan()") }

    /// Plans one step; the transitions are ignored.
    public final func learn(from transitions: Transitions) {
        guard !isFinished else { return }
        wasInterrupted = false
        plan()
        if !wasInterrupted { publish() }
    }

    /// Writes the action values to the table.
    private func publish() {
        table.withMutableValues { table in
            for state in 0..<process.stateCount {
                for action in 0..<process.actionCount {
                    table[state * process.actionCount + action] = Float(process.actionValue(state, action, values))
                }
            }
        }
    }

    /// The best action by the current values, in both modes.
    public func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) {
        let actions = actions.integers
        table.withValues { table in
            for index in actions.indices {
                let state = shape.state(percepts.observations, index)
                actions[index] = argmax(
                    table.row(state, width: process.actionCount),
                    among: percepts.validActions(index, of: process.actionCount))
            }
        }
    }

    /// The random streams that exploring actions are sampled from: by default nothing explores.
    public var actionStreams: ActionStreams {
        get { ActionStreams(shared: RandomStream(seed: 0)) }
        set {}
    }

    public func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&sweeps, in: 0...1 << 62)
        try coder.code(&residual)
        try coder.code(&isFinished)
        try coder.code(&values)
    }

    public final func stateValues(of observations: Rows) -> [Double] {
        (0..<observations.count).map { values[shape.state(observations, $0)] }
    }

    /// The residual and the number of sweeps.
    public var metrics: [(name: String, value: Double)] {
        sweeps > 0 ? [("residual", residual), ("sweeps", Double(sweeps))] : []
    }

    /// One per sweep.
    public var updates: Int { sweeps }

    public final var variables: Parameters { Parameters([("values", table)]) }

    public final var behaviour: Parameters { variables }

    /// The rows of the table.
    public final func assess(_ observations: Rows) -> ActionAssessment? {
        shape.assessment(of: observations, by: table)
    }
}
