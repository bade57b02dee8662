import Configuration

/// Settings of ``ValueIteration``.
public struct ValueIterationSettings: PlannerSettings {
    /// γ, the weight of a reward one step later.
    public var discount = 0.99
    /// The largest change of a sweep with which planning is finished.
    public var tolerance = 1e-9

    /// The defaults.
    public init() {}

    /// The settings by name.
    public static let settings: [Setting<ValueIterationSettings>] = [
        Setting("discount", \.discount, 0...1, "weight of a reward one step later"),
        Setting("tolerance", \.tolerance, 0...1, "largest change of a sweep with which planning is finished"),
    ]

    /// A ``ValueIteration``.
    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        try ValueIteration(self, environment: environment)
    }
}

/// Value iteration (Bellman 1957; Sutton and Barto 2018, 4.4): V(s) ← maxₐ Σ p (r + γ V(s′)), a sweep over all states a step.
public final class ValueIteration: Planner {
    /// Makes a planner.
    ///
    /// - Throws: ``AgentError/noModel(agent:environment:)``.
    public init(_ settings: ValueIterationSettings = .init(), environment: EnvironmentDescription) throws {
        try super.init(
            "value-iteration", environment: environment, discount: settings.discount, tolerance: settings.tolerance)
    }

    override func plan() {
        residual = process.improvementSweep(&values)
        sweeps += 1
        isFinished = residual <= tolerance
    }
}
