import Configuration

/// Settings of ``QLearning``.
public struct QLearningSettings: TabularSettings {
    public static let agentName = "q-learning"
    public var table = TableSettings()

    public init() {}

    public func makeAgent(shape: TableShape, seed: UInt64) -> any Learner { QLearning(self, shape: shape, seed: seed) }
}

/// Tabular Q-learning (Watkins 1989): Q(s,a) ← Q(s,a) + α (r + γ maxₐ′ Q(s′,a′) − Q(s,a)); no bootstrap if s′ is
/// terminal. Actions are ε-greedy, with ties broken at random.
public final class QLearning: TabularAgent {
    public init(_ settings: QLearningSettings = .init(), shape: TableShape, seed: UInt64) {
        super.init(settings.table, shape: shape, seed: seed)
    }

    /// Makes an agent for `stateCount` states and `actionCount` actions.
    public convenience init(
        _ settings: QLearningSettings = .init(), stateCount: Int, actionCount: Int, seed: UInt64
    ) {
        self.init(settings, shape: TableShape(stateCount: stateCount, actionCount: actionCount), seed: seed)
    }

    override func update(_ values: ActionValues, _ step: TableStep, row: Int) {
        var target = step.reward
        if !step.terminated { target += settings.discount * values.best(step.next) }
        lastError = values.move(step.pair, to: target, rate: learningRate)
    }
}
