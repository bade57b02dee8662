import Configuration
import Environments

/// Settings of ``PolicyIteration``.
public struct PolicyIterationSettings: PlannerSettings {
    @Setting(0...1, "discount factor γ") public var discount = 0.99
    /// An evaluation is finished when no value changes by more than this in a sweep.
    @Setting(0...1, "convergence tolerance of each evaluation") public var tolerance = 1e-9
    /// The maximum number of sweeps per evaluation.
    @Setting(1...1_000_000_000, "maximum sweeps per evaluation") public var evaluationSweeps = 100_000

    public init() {}

    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        try PolicyIteration(self, environment: environment)
    }
}

/// Policy iteration (Howard 1960; Sutton and Barto 2018, 4.3): evaluates a policy, starting from the uniform one, and
/// improves it, π(s) ← argmaxₐ Σ p (r + γ V(s′)), once per step, until no action changes.
///
/// Each evaluation continues from the values of the last one. With few sweeps
/// (``PolicyIterationSettings/evaluationSweeps``) it is modified policy iteration (Puterman and Shin 1978).
public final class PolicyIteration: Planner {
    private let evaluationSweeps: Int
    private var policy = MarkovDecisionProcess.Policy.uniform
    /// The number of states whose action the last improvement changed.
    private var changes = 0
    private var improvements = 0

    /// Makes a planner.
    ///
    /// - Throws: ``AgentError/noModel(agent:environment:)``.
    public init(_ settings: PolicyIterationSettings = .init(), environment: EnvironmentDescription) throws {
        evaluationSweeps = settings.evaluationSweeps
        try super.init(
            "policy-iteration", environment: environment, discount: settings.discount, tolerance: settings.tolerance)
    }

    override func plan() {
        let evaluation = process.values(
            of: policy, from: values, tolerance: tolerance, sweeps: evaluationSweeps, shouldStop: shouldStop)
        guard !shouldStop() else {
            wasInterrupted = true
            return
        }
        (values, residual) = (evaluation.values, evaluation.residual)
        sweeps += evaluation.sweeps
        let improved = process.greedyPolicy(values, keeping: policy)
        changes = improved.count
        if case .deterministic(let before) = policy { changes = zip(before, improved).count { $0 != $1 } }
        policy = .deterministic(improved)
        improvements += 1
        isFinished = changes == 0 && residual <= tolerance
    }

    public override func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try super.codeState(with: &coder)
        try coder.code(&changes, in: 0...process.stateCount)
        try coder.code(&improvements, in: 0...1 << 62)
        guard improvements > 0 else { return policy = .uniform }
        var actions = [Int](repeating: 0, count: process.stateCount)
        if case .deterministic(let known) = policy { actions = known }
        try coder.code(&actions, in: 0...process.actionCount - 1)
        policy = .deterministic(actions)
    }

    /// The last evaluation's residual, its sweeps, and the number of states whose action changed.
    public override var metrics: [(name: String, value: Double)] {
        improvements > 0 ? super.metrics + [("changedStates", Double(changes))] : []
    }

    /// One per improvement.
    public override var updates: Int { improvements }
}
