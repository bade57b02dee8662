import Configuration

/// Settings of ``ExpectedSARSA``.
public struct ExpectedSARSASettings: TabularSettings {
    public static let agentName = "expected-sarsa"
    public var table = TableSettings()

    public init() {}

    public func makeAgent(shape: TableShape, seed: UInt64) -> any Learner {
        ExpectedSARSA(self, shape: shape, seed: seed)
    }
}

/// Expected SARSA (van Seijen et al. 2009; Sutton and Barto 2018, 6.6): Q(s,a) ← Q(s,a) + α (r + γ Σₐ′ π(a′|s′)
/// Q(s′,a′) − Q(s,a)), where π is the current ε-greedy policy; no bootstrap if s′ is terminal.
public final class ExpectedSARSA: TabularAgent {
    public init(_ settings: ExpectedSARSASettings = .init(), shape: TableShape, seed: UInt64) {
        super.init(settings.table, shape: shape, seed: seed)
    }

    override func update(_ values: ActionValues, _ step: TableStep, row: Int) {
        var target = step.reward
        if !step.terminated { target += settings.discount * values.expected(step.next, exploration: exploration) }
        lastError = values.move(step.pair, to: target, rate: learningRate)
    }
}
