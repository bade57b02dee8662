import Random

/// The transition probabilities of a finite environment, shared by all its copies, and sampling from them.
///
/// Sampling follows Gymnasium's grid environments: one double per sample, compared with running sums that are added in
/// order and not normalised.
@usableFromInline final class TransitionTable: Sendable {
    @usableFromInline let stateCount: Int
    @usableFromInline let actionCount: Int
    @usableFromInline let outcomes: [Outcome]
    @usableFromInline let sums: [Double]
    // The outcomes of state s and action a: starts[s * actionCount + a] ..< the next entry.
    @usableFromInline let starts: [Int32]
    @usableFromInline let firstStates: [(state: Int, sum: Double)]

    /// Builds a table.
    ///
    /// - Parameters:
    ///   - firstStates: the states in which an episode can start, in increasing order, each equally likely.
    ///   - outcomes: the outcomes of an action (second argument) in a state (first argument).
    init(
        stateCount: Int, actionCount: Int, firstStates: [Int], outcomes: (_ state: Int, _ action: Int) -> [Outcome]
    ) {
        self.stateCount = stateCount
        self.actionCount = actionCount
        var (all, sums, starts) = ([Outcome](), [Double](), [Int32(0)])
        for pair in 0..<stateCount * actionCount {
            var sum = 0.0
            for outcome in outcomes(pair / actionCount, pair % actionCount) {
                sum += outcome.probability
                all.append(outcome)
                sums.append(sum)
            }
            starts.append(Int32(all.count))
        }
        (self.outcomes, self.sums, self.starts) = (all, sums, starts)
        let share = 1 / Double(firstStates.count)
        var sum = 0.0
        self.firstStates = firstStates.map { state in
            sum += share
            return (state, sum)
        }
    }

    /// The outcomes of `action` in `state`.
    func list(state: Int, action: Int) -> [Outcome] {
        precondition(0 <= state && state < stateCount, "expected a state below \(stateCount), found \(state)")
        precondition(0 <= action && action < actionCount, "expected an action below \(actionCount), found \(action)")
        return Array(outcomes[range(state, action)])
    }

    @inlinable @inline(__always) func range(_ state: Int, _ action: Int) -> Range<Int> {
        let pair = state * actionCount + action
        return Int(starts[pair])..<Int(starts[pair + 1])
    }

    /// Samples an outcome of `action` in `state`: the first one if, through rounding, no sum exceeds the double.
    @inlinable func draw(_ state: Int, _ action: Int, _ random: inout PCG64) -> Outcome {
        let range = range(state, action)
        let uniform = random.random()
        for index in range where sums[index] > uniform { return outcomes[index] }
        return outcomes[range.lowerBound]
    }

    /// Samples the state in which an episode starts, in logarithmic time: state 0 if, through rounding, no sum exceeds
    /// the double.
    @inlinable func drawFirstState(_ random: inout PCG64) -> Int {
        let uniform = random.random()
        var candidates = firstStates.startIndex..<firstStates.endIndex
        while !candidates.isEmpty {
            let middle = candidates.lowerBound + candidates.count / 2
            if firstStates[middle].sum > uniform {
                candidates = candidates.lowerBound..<middle
            } else {
                candidates = middle + 1..<candidates.upperBound
            }
        }
        return candidates.lowerBound < firstStates.count ? firstStates[candidates.lowerBound].state : 0
    }
}
