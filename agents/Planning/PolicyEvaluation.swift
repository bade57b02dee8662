import Configuration
import Environments
import Experience
import Random

/// Settings of ``PolicyEvaluation``.
public struct PolicyEvaluationSettings: PlannerSettings {
    @Setting(0...1, "discount factor γ") public var discount = 0.99
    /// Planning is finished when no value changes by more than this in a sweep.
    @Setting(0...1, "convergence tolerance") public var tolerance = 1e-9

    public init() {}

    public func makeAgent(for environment: EnvironmentDescription, seed: UInt64) throws -> any Learner {
        try PolicyEvaluation(self, environment: environment, seed: seed)
    }
}

/// Iterative policy evaluation (Sutton and Barto 2018, 4.1) of the policy that takes every action with equal
/// probability,
///
///     V(s) ← Σₐ π(a|s) Σ p (r + γ V(s′)),
///
/// one sweep over all states per step. When exploring it acts by that policy; its greedy actions are the first
/// improvement of it (4.2).
public final class PolicyEvaluation: Planner {
    private var streams: ActionStreams

    /// Makes a planner.
    ///
    /// - Throws: ``AgentError/noModel(agent:environment:)``.
    public init(
        _ settings: PolicyEvaluationSettings = .init(), environment: EnvironmentDescription, seed: UInt64
    ) throws {
        streams = ActionStreams(shared: RandomStream(seed: seed).split("actions"))
        try super.init(
            "policy-evaluation", environment: environment, discount: settings.discount, tolerance: settings.tolerance)
    }

    override func plan() {
        residual = process.evaluationSweep(&values, of: .uniform)
        sweeps += 1
        isFinished = residual <= tolerance
    }

    /// The random streams that actions of the evaluated policy are sampled from.
    public override var actionStreams: ActionStreams {
        get { streams }
        set { streams = newValue }
    }

    /// Every action with equal probability, or the best by the current values.
    public override func act(
        on percepts: Percepts, mode: ActionMode, into actions: MutableRows
    ) {
        guard mode == .explore else { return super.act(on: percepts, mode: mode, into: actions) }
        let actions = actions.integers
        for row in actions.indices {
            let valid = percepts.validActions(row, of: process.actionCount)
            actions[row] = streams[row].action(below: process.actionCount, among: valid)
        }
    }

    public override func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try super.codeState(with: &coder)
        try coder.code(&streams)
    }
}
