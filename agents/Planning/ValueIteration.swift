import Configuration

/// Settings of ``ValueIteration``.
public struct ValueIterationSettings: PlannerSettings {
    @Setting(0...1, "discount factor γ") public var discount = 0.99
    /// Planning is finished when no value changes by more than this in a sweep.
    @Setting(0...1, "convergence tolerance") public var tolerance = 1e-9

    public init() {}

    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        try ValueIteration(self, environment: environment)
    }
}

/// Value iteration (Bellman 1957; Sutton and Barto 2018, 4.4): V(s) ← maxₐ Σ p (r + γ V(s′)), one sweep over all states
/// per step.
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
