import Configuration
import Environments
import NeuralNetworks
import Random
import TensorCore

/// Settings of ``DoubleQLearning``.
public struct DoubleQLearningSettings: TabularSettings {
    public static let agentName = "double-q-learning"
    public var table = TableSettings()

    public init() {}

    public func makeAgent(shape: TableShape, seed: UInt64) -> any Learner {
        DoubleQLearning(self, shape: shape, seed: seed)
    }
}

/// Double Q-learning (van Hasselt 2010): of two tables, a coin selects the one to update. That one chooses the next
/// action, and the other one gives its value:
///
///     A(s,a) ← A(s,a) + α (r + γ B(s′, argmaxₐ′ A(s′,a′)) − A(s,a)),
///
/// so that the agent doesn't bootstrap from what one table overestimates by chance. Actions are ε-greedy by the mean of
/// both, which is kept as a third table.
public final class DoubleQLearning: TabularAgent {
    private let first, second: Variable
    private var coin: RandomStream

    public init(_ settings: DoubleQLearningSettings = .init(), shape: TableShape, seed: UInt64) {
        let (start, extents) = (Float(settings.table.initialValue), [shape.stateCount, shape.actionCount])
        first = Variable(filled: start, shape: extents, name: "first")
        second = Variable(filled: start, shape: extents, name: "second")
        coin = RandomStream(seed: seed).split("coin")
        super.init(settings.table, shape: shape, seed: seed)
    }

    override func update(_ mean: ActionValues, _ step: TableStep, row: Int) {
        let (own, other) = coin.integers(below: 2) == 0 ? (first, second) : (second, first)
        own.withMutableValues { memory in
            let values = ActionValues(values: memory, actionCount: shape.actionCount)
            var target = step.reward
            other.withValues { others in
                if !step.terminated { target += settings.discount * Double(others[values.bestPair(step.next)]) }
                lastError = values.move(step.pair, to: target, rate: learningRate)
                mean.values[step.pair] = (memory[step.pair] + others[step.pair]) / 2
            }
        }
    }

    public override func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try super.codeState(with: &coder)
        try coder.code(&coin)
    }

    /// The mean and both tables.
    public override var variables: Parameters {
        Parameters(behaviour.entries + [("first", first), ("second", second)])
    }

    /// Sets both tables to the mean.
    public override func behaviourWasSet() {
        first.copy(from: table)
        second.copy(from: table)
    }
}
