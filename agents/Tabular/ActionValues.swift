/// The values of a table during an update, and what update rules ask of them. A pair is an index into the table, state
/// × actions + action.
struct ActionValues {
    let values: UnsafeMutableBufferPointer<Float>
    let actionCount: Int

    /// The value of a state and action.
    subscript(pair: Int) -> Double { Double(values[pair]) }

    private func row(_ state: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(rebasing: values[state * actionCount..<(state + 1) * actionCount])
    }

    /// maxₐ Q(s,a).
    func best(_ state: Int) -> Double {
        let row = row(state)
        return Double(row[argmax(row)])
    }

    /// The first of the best actions, as a pair.
    func bestPair(_ state: Int) -> Int { state * actionCount + argmax(row(state)) }

    /// Σₐ π(a|s) Q(s,a) under the ε-greedy policy.
    func expected(_ state: Int, exploration: Double) -> Double {
        let row = row(state)
        let mean = row.reduce(0) { $0 + Double($1) } / Double(actionCount)
        return exploration * mean + (1 - exploration) * Double(row[argmax(row)])
    }

    /// π(a|s) of the ε-greedy policy; equally good actions share the greedy probability.
    func probability(_ pair: Int, exploration: Double) -> Double {
        let row = row(pair / actionCount)
        let best = row[argmax(row)]
        let explored = exploration / Double(actionCount)
        guard values[pair] == best else { return explored }
        return explored + (1 - exploration) / Double(row.reduce(0) { $0 + ($1 == best ? 1 : 0) })
    }

    /// Q(s,a) ← Q(s,a) + α (target − Q(s,a)).
    ///
    /// - Returns: the temporal difference, target − Q(s,a), before the update.
    func move(_ pair: Int, to target: Double, rate: Double) -> Double {
        let error = target - Double(values[pair])
        values[pair] += Float(rate * error)
        return error
    }
}

/// One environment's step, in terms of a table.
struct TableStep {
    /// s.
    var state: Int
    /// The index of Q(s,a).
    var pair: Int
    /// r.
    var reward: Double
    /// s′.
    var next: Int
    /// Whether s′ is terminal, and so has no value.
    var terminated: Bool
    /// Whether the episode ends, by termination or truncation.
    var ended: Bool
}
