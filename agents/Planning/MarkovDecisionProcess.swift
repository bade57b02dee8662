import Environments
import Mathematics

/// A finite Markov decision process laid out for planning, and the operations of planners, in double precision.
///
/// With p, r the probability and reward of an outcome and V(s′) = 0 where s′ is terminal, the value of an action is
///
///     q(s,a) = Σ p (r + γ V(s′)).
///
/// Sweeps are in place (Gauss-Seidel): a state sees the new values of the states before it, which converges at least as
/// fast as sweeps with two arrays (Sutton and Barto 2018, 4.1).
public struct MarkovDecisionProcess: Sendable {
    public enum Policy: Hashable, Sendable {
        /// Every action with equal probability.
        case uniform
        /// One action per state.
        case deterministic([Int])
    }

    /// States are `0..<stateCount`.
    public let stateCount: Int
    /// Actions are `0..<actionCount`.
    public let actionCount: Int
    /// The discount factor γ.
    public let discount: Double

    /// An outcome, with γ multiplied in; `weight` is 0 where the episode ends.
    private struct Branch: Sendable {
        var next: Int32
        var weight: Double
    }

    /// The outcomes of state s and action a: `starts[s * actionCount + a] ..< starts[s * actionCount + a + 1]`.
    private let branches: [Branch]
    private let starts: [Int]
    /// Σ p r of each state and action.
    private let rewards: [Double]

    /// Lays out a model.
    ///
    /// - Precondition: `discount` is in 0...1. With 1, sweeps converge only if episodes end under the policy, or if no
    ///   cycle yields rewards.
    public init(_ model: any TabularModel, discount: Double) {
        precondition(0...1 ~= discount, "expected a discount in 0...1, found \(discount)")
        (stateCount, actionCount, self.discount) = (model.stateCount, model.actionCount, discount)
        var (branches, starts, rewards) = ([Branch](), [0], [Double]())
        for pair in 0..<model.stateCount * model.actionCount {
            var reward = 0.0
            for outcome in model.outcomes(state: pair / model.actionCount, action: pair % model.actionCount) {
                reward += outcome.probability * outcome.reward
                guard !outcome.terminated else { continue }
                branches.append(Branch(next: Int32(outcome.nextState), weight: discount * outcome.probability))
            }
            starts.append(branches.count)
            rewards.append(reward)
        }
        (self.branches, self.starts, self.rewards) = (branches, starts, rewards)
    }

    /// q(s,a) = Σ p (r + γ V(s′)).
    public func actionValue(_ state: Int, _ action: Int, _ values: [Double]) -> Double {
        let pair = state * actionCount + action
        var sum = rewards[pair]
        for index in starts[pair]..<starts[pair + 1] {
            sum += branches[index].weight * values[Int(branches[index].next)]
        }
        return sum
    }

    /// maxₐ q(s,a), and the first action that has it.
    public func best(_ state: Int, _ values: [Double]) -> (action: Int, value: Double) {
        var best = (action: 0, value: actionValue(state, 0, values))
        for action in 1..<max(actionCount, 1) {
            let value = actionValue(state, action, values)
            if value > best.value { best = (action, value) }
        }
        return best
    }

    // MARK: Policy evaluation

    /// Σₐ π(a|s) q(s,a).
    private func expected(_ state: Int, _ policy: Policy, _ values: [Double]) -> Double {
        switch policy {
        case .deterministic(let actions): return actionValue(state, actions[state], values)
        case .uniform:
            var sum = 0.0
            for action in 0..<actionCount { sum += actionValue(state, action, values) }
            return sum / Double(actionCount)
        }
    }

    /// One sweep of iterative policy evaluation: V(s) ← Σₐ π(a|s) q(s,a) in every state (Sutton and Barto 2018, 4.1).
    ///
    /// - Returns: the largest change of a value.
    public func evaluationSweep(_ values: inout [Double], of policy: Policy) -> Double {
        sweep(&values) { state, values in expected(state, policy, values) }
    }

    /// The value of every state under a policy.
    ///
    /// - Parameters:
    ///   - values: the initial values; zeros by default.
    ///   - tolerance: sweeps end when no value changes by more than this.
    ///   - sweeps: the maximum number of sweeps.
    ///   - shouldStop: asked before each sweep; true ends the evaluation early.
    /// - Returns: the values, the largest change in the last sweep, and the number of sweeps.
    public func values(
        of policy: Policy, from values: [Double]? = nil, tolerance: Double = 1e-10, sweeps: Int = 1_000_000,
        shouldStop: () -> Bool = { false }
    ) -> (values: [Double], residual: Double, sweeps: Int) {
        var values = values ?? Array(repeating: 0, count: stateCount)
        var (residual, count) = (Double.infinity, 0)
        while residual > tolerance && count < sweeps && !shouldStop() {
            residual = evaluationSweep(&values, of: policy)
            count += 1
        }
        return (values, residual, count)
    }

    // MARK: Improvement

    /// The greedy policy of values (Sutton and Barto 2018, 4.2). A state keeps its action of the policy `current`
    /// unless another is better by more than rounding, so that equal actions don't alternate.
    public func greedyPolicy(_ values: [Double], keeping current: Policy = .uniform) -> [Int] {
        (0..<stateCount).map { state in
            let best = best(state, values)
            guard case .deterministic(let actions) = current else { return best.action }
            let own = actionValue(state, actions[state], values)
            return best.value > own + 1e-9 * max(1, abs(own)) ? best.action : actions[state]
        }
    }

    /// Policy iteration (Howard 1960; Sutton and Barto 2018, 4.3), from the uniform policy: alternates evaluation and
    /// improvement until no action changes, or a value is NaN.
    ///
    /// - Precondition: as ``init(_:discount:)``, for every policy on the way.
    /// - Parameter sweeps: the maximum per evaluation. With fewer than convergence needs, it is modified policy
    ///   iteration (Puterman and Shin 1978), which ends with the same policy.
    public func policyIteration(
        tolerance: Double = 1e-10, sweeps: Int = 1_000_000
    ) -> (policy: [Int], values: [Double], improvements: Int) {
        var (policy, values, improvements) = (Policy.uniform, [Double](repeating: 0, count: stateCount), 0)
        while true {
            let evaluation = self.values(of: policy, from: values, tolerance: tolerance, sweeps: sweeps)
            values = evaluation.values
            let improved = greedyPolicy(values, keeping: policy)
            improvements += 1
            // Values that have not converged may still reveal a better action.
            let isEvaluated = evaluation.residual <= tolerance
            if evaluation.residual.isNaN { return (improved, values, improvements) }
            if isEvaluated && .deterministic(improved) == policy { return (improved, values, improvements) }
            policy = .deterministic(improved)
        }
    }

    // MARK: Value iteration

    /// One sweep of value iteration: V(s) ← maxₐ q(s,a) in every state (Bellman 1957; Sutton and Barto 2018, 4.4).
    ///
    /// - Returns: the largest change of a value.
    public func improvementSweep(_ values: inout [Double]) -> Double {
        sweep(&values) { state, values in best(state, values).value }
    }

    /// Value iteration from zeros.
    ///
    /// - Returns: V*, the largest change in the last sweep, and the number of sweeps. No value is farther from V* than
    ///   the change times γ / (1 − γ).
    public func valueIteration(
        tolerance: Double = 1e-10, sweeps: Int = 1_000_000
    ) -> (values: [Double], residual: Double, sweeps: Int) {
        var values = [Double](repeating: 0, count: stateCount)
        var (residual, count) = (Double.infinity, 0)
        while residual > tolerance && count < sweeps {
            residual = improvementSweep(&values)
            count += 1
        }
        return (values, residual, count)
    }

    private func sweep(_ values: inout [Double], _ backup: (Int, [Double]) -> Double) -> Double {
        var change = 0.0
        for state in 0..<stateCount {
            let value = backup(state, values)
            // NaN stays: values that diverge must not count as converged.
            change = maximumWithNaN(change, abs(value - values[state]))
            values[state] = value
        }
        return change
    }
}
