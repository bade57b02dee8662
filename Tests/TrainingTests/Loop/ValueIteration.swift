import Environments

/// The optimal values of a finite environment, from its transition probabilities.
struct ValueIteration {
    /// Q*(s, a), one row per state.
    let values: [[Double]]
    let discount: Double
    private let model: any TabularModel

    /// Value iteration (Bellman 1957): Q(s, a) ← Σ p (r + γ maxₐ′ Q(s′, a′)) until nothing changes.
    init(_ model: any TabularModel, discount: Double) {
        var values = [[Double]](repeating: [Double](repeating: 0, count: model.actionCount), count: model.stateCount)
        var change = 1.0
        while change > 1e-12 {
            let best = values.map { $0.max()! }
            change = 0
            for state in values.indices {
                for action in 0..<model.actionCount {
                    let value = Self.backup(model, state, action, best, discount)
                    change = max(change, abs(value - values[state][action]))
                    values[state][action] = value
                }
            }
        }
        (self.values, self.discount, self.model) = (values, discount, model)
    }

    private static func backup(
        _ model: any TabularModel, _ state: Int, _ action: Int, _ next: [Double], _ discount: Double
    ) -> Double {
        model.outcomes(state: state, action: action).reduce(0) {
            $0 + $1.probability * ($1.reward + ($1.terminated ? 0 : discount * next[$1.nextState]))
        }
    }

    /// The value of each state under a policy, one action per state.
    func values(of policy: [Int]) -> [Double] {
        var values = [Double](repeating: 0, count: policy.count)
        var change = 1.0
        while change > 1e-10 {
            change = 0
            for state in policy.indices {
                let value = Self.backup(model, state, policy[state], values, discount)
                change = max(change, abs(value - values[state]))
                values[state] = value
            }
        }
        return values
    }

    /// The actions that are optimal within rounding.
    func best(_ state: Int) -> [Int] {
        let best = values[state].max()!
        return values[state].indices.filter { values[state][$0] > best - 1e-6 }
    }

    /// The states that are not terminal.
    var openStates: [Int] {
        values.indices.filter { state in
            let outcomes = (0..<model.actionCount).flatMap { model.outcomes(state: state, action: $0) }
            return !outcomes.allSatisfy { $0.terminated && $0.nextState == state }
        }
    }
}
