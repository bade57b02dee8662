import Environments

/// The optimal value of each state of a finite world.
struct OptimalValues {
    private(set) var values: [Double]

    /// Value iteration (Bellman 1957), in place, until no value changes by more than 1e-12.
    init(_ model: any TabularModel, discount: Double = 1) {
        values = [Double](repeating: 0, count: model.stateCount)
        let outcomes = (0..<model.stateCount).map { state in
            (0..<model.actionCount).map { model.outcomes(state: state, action: $0) }
        }
        var change = 1.0
        while change > 1e-12 {
            change = 0
            for state in values.indices {
                let best = outcomes[state].map { action in
                    action.reduce(0) {
                        $0 + $1.probability * ($1.reward + ($1.terminated ? 0 : discount * values[$1.nextState]))
                    }
                }.max()!
                change = max(change, abs(best - values[state]))
                values[state] = best
            }
        }
    }

    subscript(state: Int) -> Double { values[state] }
}
