import Configuration
import Environments
import NeuralNetworks
import Random
import TensorCore

/// Settings of ``QLearning``.
public struct QLearningSettings: Configurable, Sendable {
    /// α at the start of training.
    public var learningRate = 0.5
    /// α at the end of its schedule.
    public var finalLearningRate = 0.01
    /// γ, the weight of a reward one step later.
    public var discount = 0.99
    /// ε at the start of training.
    public var explorationStart = 1.0
    /// ε from the end of its schedule on.
    public var explorationEnd = 0.05
    /// Steps over which ε and α move to their final values.
    public var scheduleSteps = 200_000
    /// The value of every state and action at first: above what can be reached, it makes the agent curious.
    public var initialValue = 0.0

    /// The defaults.
    public init() {}

    /// The settings by name.
    public static let settings: [Setting<QLearningSettings>] = [
        Setting("learningRate", \.learningRate, 0...1, "step size at the start"),
        Setting("finalLearningRate", \.finalLearningRate, 0...1, "step size at the end of the schedule"),
        Setting("discount", \.discount, 0...1, "weight of a reward one step later"),
        Setting("explorationStart", \.explorationStart, 0...1, "share of random actions at the start"),
        Setting("explorationEnd", \.explorationEnd, 0...1, "share of random actions at the end of the schedule"),
        Setting("scheduleSteps", \.scheduleSteps, 0...1_000_000_000, "steps over which both move"),
        Setting("initialValue", \.initialValue, -1e6...1e6, "value of every state and action at first"),
    ]
}

/// Tabular Q-learning (Watkins 1989): Q(s,a) ← Q(s,a) + α (r + γ maxₐ′ Q(s′,a′) − Q(s,a)), the bootstrap left out where
/// s′ is terminal. ε-greedy; equal values are chosen among at random.
public final class QLearning: Agent {
    private let settings: QLearningSettings
    private let table: Variable
    private let stateCount, actionCount: Int
    private let learningRate, exploration: LinearSchedule
    /// Where exploring actions are drawn from.
    public var actionStreams: ActionStreams
    private var steps = 0
    private var lastError = 0.0

    /// Makes an agent for `stateCount` states and `actionCount` actions.
    public init(_ settings: QLearningSettings = .init(), stateCount: Int, actionCount: Int, seed: UInt64) {
        self.settings = settings
        (self.stateCount, self.actionCount) = (stateCount, actionCount)
        let start = [Float](repeating: Float(settings.initialValue), count: stateCount * actionCount)
        table = Variable(start, shape: [stateCount, actionCount], name: "values")
        learningRate = LinearSchedule(
            from: settings.learningRate, to: settings.finalLearningRate, over: settings.scheduleSteps)
        exploration = LinearSchedule(
            from: settings.explorationStart, to: settings.explorationEnd, over: settings.scheduleSteps)
        actionStreams = ActionStreams(shared: RandomStream(seed: seed).split("exploration"))
    }

    /// ε-greedy, or greedy.
    public func act(on observations: ObservationRows, mode: ActionMode, into actions: UnsafeMutableBufferPointer<Int>) {
        let epsilon = mode == .greedy ? 0 : exploration.value(at: steps)
        for row in actions.indices {
            if epsilon > 0 && actionStreams[row].uniform() < epsilon {
                actions[row] = actionStreams[row].integers(below: actionCount)
            } else {
                actions[row] = greedyAction(
                    start(observations, row), breakingTies: mode == .explore ? row : nil)
            }
        }
    }

    /// One table update a row.
    public func learn(from transitions: Transitions) {
        table.withMutableValues { values in
            for row in 0..<transitions.count where !transitions.isReset[row] {
                let index = start(transitions.observations, row) + transitions.actions[row]
                var target = transitions.rewards[row]
                if !transitions.terminated[row] {
                    let next = start(transitions.nextObservations, row)
                    let best = values[next..<next + actionCount].max() ?? 0
                    target += settings.discount * Double(best)
                }
                lastError = target - Double(values[index])
                values[index] += Float(learningRate.value(at: steps) * lastError)
                steps += 1
            }
        }
    }

    /// Where the values of an observed state begin in the table.
    private func start(_ observations: ObservationRows, _ row: Int) -> Int {
        let state = observations.integer(row)
        precondition(0..<stateCount ~= state, "the observation \(state) is not in Discrete(\(stateCount))")
        return state * actionCount
    }

    /// - Parameter row: whose stream breaks ties; nil takes the first of equal ones.
    private func greedyAction(_ start: Int, breakingTies row: Int?) -> Int {
        table.withValues { values in
            let own = UnsafeBufferPointer(rebasing: values[start..<start + actionCount])
            let best = argmax(own)
            guard let row else { return best }
            let equal = own.reduce(0) { $0 + ($1 == own[best] ? 1 : 0) }
            if equal == 1 { return best }
            var choice = actionStreams[row].integers(below: equal)
            for action in own.indices where own[action] == own[best] {
                if choice == 0 { return action }
                choice -= 1
            }
            return best
        }
    }

    /// Codes the counter and the random stream.
    public func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&steps, in: 0...1 << 62)
        try coder.code(&lastError)
        try coder.code(&actionStreams)
    }

    /// ε, α and the last temporal difference.
    public var metrics: [(name: String, value: Double)] {
        [
            ("exploration", exploration.value(at: steps)), ("learningRate", learningRate.value(at: steps)),
            ("temporalDifference", lastError),
        ]
    }

    /// One a step.
    public var updates: Int { steps }

    /// The table.
    public var variables: Parameters { Parameters([("values", table)]) }

    /// The table.
    public var behaviour: Parameters { variables }

    /// The row of the table.
    public func assess(_ observations: ObservationRows) -> ActionAssessment? {
        let start = start(observations, 0)
        let values = table.withValues { $0[start..<start + actionCount].map(Double.init) }
        return ActionAssessment(kind: .actionValues, values: values)
    }
}
