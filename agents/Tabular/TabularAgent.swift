import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore

/// What all agents with a table of action values share: the table, ε-greedy actions with ties broken at random, the
/// schedules of α and ε, and how a step of several environments becomes updates, row by row. A subclass adds its update
/// rule.
public class TabularAgent: Learner {
    let settings: TableSettings
    let shape: TableShape
    /// Q, (states, actions).
    let table: Variable
    private let rates, explorations: LinearSchedule
    /// The random streams that exploring actions are sampled from.
    public final var actionStreams: ActionStreams
    /// The number of steps learned from.
    final var steps = 0
    /// The last temporal difference.
    final var lastError = 0.0

    init(_ settings: TableSettings, shape: TableShape, seed: UInt64) {
        (self.settings, self.shape) = (settings, shape)
        table = Variable(
            filled: Float(settings.initialValue), shape: [shape.stateCount, shape.actionCount], name: "values")
        rates = LinearSchedule(
            from: settings.learningRate, to: settings.finalLearningRate, over: settings.scheduleSteps)
        explorations = LinearSchedule(
            from: settings.explorationStart, to: settings.explorationEnd, over: settings.scheduleSteps)
        actionStreams = ActionStreams(shared: RandomStream(seed: seed).split("exploration"))
    }

    /// α of the next update.
    final var learningRate: Double { rates.value(at: steps) }
    /// ε of the next action.
    final var exploration: Double { explorations.value(at: steps) }

    // MARK: The update rule

    /// Learns from one environment's step. Subclasses override it.
    func update(_ values: ActionValues, _ step: TableStep, row: Int) {
        preconditionFailure("\(Self.self) must override its update rule")
    }

    /// Prepares for a number of environments.
    func prepare(rows: Int) {}

    /// Learns from the rows in order; each row sees the updates of those before it.
    ///
    /// - Throws: ``AgentError/diverged(agent:update:loss:)`` if a value is no longer finite.
    public final func learn(from transitions: Transitions) throws {
        prepare(rows: transitions.count)
        let actions = transitions.actions.integers
        try table.withMutableValues { memory in
            let values = ActionValues(values: memory, actionCount: shape.actionCount)
            for row in 0..<transitions.count where !transitions.isReset[row] {
                let state = shape.state(transitions.observations, row)
                let terminated = transitions.terminated[row]
                // After a terminal step the next observation doesn't matter, but it is checked all the same.
                let step = TableStep(
                    state: state, pair: state * shape.actionCount + actions[row],
                    reward: transitions.rewards[row], next: shape.state(transitions.nextObservations, row),
                    terminated: terminated, ended: terminated || transitions.truncated[row])
                update(values, step, row: row)
                steps += 1
                guard lastError.isFinite else {
                    throw AgentError.diverged(agent: AgentCatalog.name(of: Self.self), update: steps, loss: lastError)
                }
            }
        }
    }

    // MARK: Acting

    /// ε-greedy or greedy actions.
    public final func act(
        on percepts: Percepts, mode: ActionMode, into actions: MutableRows
    ) {
        let (epsilon, actions) = (mode == .greedy ? 0 : exploration, actions.integers)
        for row in actions.indices {
            let valid = percepts.validActions(row, of: shape.actionCount)
            if epsilon > 0 && actionStreams[row].uniform() < epsilon {
                actions[row] = actionStreams[row].action(below: shape.actionCount, among: valid)
            } else {
                actions[row] = greedyAction(
                    shape.state(percepts.observations, row), among: valid, breakingTies: mode == .explore ? row : nil)
            }
        }
    }

    /// - Parameter row: the row whose stream breaks ties; nil takes the first of equal values.
    private func greedyAction(_ state: Int, among valid: ActionMask?, breakingTies row: Int?) -> Int {
        table.withValues { values in
            let own = values.row(state, width: shape.actionCount)
            let best = argmax(own, among: valid)
            guard let row else { return best }
            func isBest(_ action: Int) -> Bool { own[action] == own[best] && valid?.contains(action) ?? true }
            let equal = own.indices.reduce(0) { $0 + (isBest($1) ? 1 : 0) }
            // NaN equals nothing; values may be NaN after divergence or in a file.
            if equal <= 1 { return best }
            var choice = actionStreams[row].integers(below: equal)
            for action in own.indices where isBest(action) {
                if choice == 0 { return action }
                choice -= 1
            }
            return best
        }
    }

    // MARK: What is seen and kept

    public func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&steps, in: 0...1 << 62)
        try coder.code(&lastError)
        try coder.code(&actionStreams)
    }

    /// ε, α and the last temporal difference.
    public var metrics: [(name: String, value: Double)] {
        [("exploration", exploration), ("learningRate", learningRate), ("temporalDifference", lastError)]
    }

    public var updates: Int { steps }

    public var variables: Parameters { behaviour }

    public final var behaviour: Parameters { Parameters([("values", table)]) }

    public func behaviourWasSet() {}

    public final func assess(_ observations: Rows) -> ActionAssessment? {
        shape.assessment(of: observations, by: table)
    }
}

extension StateCoder {
    /// Codes what an agent keeps for each environment: their number, and each one's data.
    mutating func code<Row>(
        rows: inout [Row], new: @autoclosure () -> Row,
        _ body: (inout Row, inout StateCoder) throws(EnvironmentError) -> Void
    ) throws(EnvironmentError) {
        var count = rows.count
        try code(&count, in: 0...1 << 20)
        if isReading { rows = (0..<count).map { _ in new() } }
        for index in 0..<count { try body(&rows[index], &self) }
    }

    /// Codes a number of items of at least `bytes` bytes each, so that a damaged count can't exceed what can be read.
    mutating func code(count: inout Int, ofBytes size: Int) throws(EnvironmentError) {
        try code(&count, in: 0...(isReading ? bytes.count / size : Int.max))
    }
}
