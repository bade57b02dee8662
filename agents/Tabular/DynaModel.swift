import Environments
import Random

/// A learned model of the environment to sample from: the outcomes seen for each state and action.
struct DynaModel {
    /// One outcome of a state and action.
    struct Outcome {
        var pair: Int
        var next: Int
        var terminated: Bool
        /// The mean of its rewards.
        var reward: Double
        /// How often it has been seen.
        var count: Int
        /// The outcome of the same pair seen before it; -1 for none.
        fileprivate var earlier = -1
    }

    private let shape: TableShape
    /// Whether only the newest outcome of a pair is kept.
    private let isDeterministic: Bool
    private var outcomes: [Outcome] = []
    /// The newest outcome of each pair; -1 if the pair has not been tried.
    private var newest: [Int]
    /// How often each pair has been tried.
    private var totals: [Int]
    private var hasState: [Bool]
    /// The pairs that have been tried, and their states, in the order in which they were first tried.
    private(set) var pairs: [Int] = []
    private(set) var states: [Int] = []

    init(_ shape: TableShape, isDeterministic: Bool) {
        (self.shape, self.isDeterministic) = (shape, isDeterministic)
        newest = Array(repeating: -1, count: shape.count)
        totals = Array(repeating: 0, count: shape.count)
        hasState = Array(repeating: false, count: shape.stateCount)
    }

    /// Learns the outcome of a state and action.
    mutating func observe(_ step: TableStep) {
        var index = newest[step.pair]
        if isDeterministic, index >= 0 {
            outcomes[index].next = step.next
            outcomes[index].terminated = step.terminated
            outcomes[index].reward = step.reward
            return
        }
        while index >= 0 {
            if outcomes[index].next == step.next && outcomes[index].terminated == step.terminated {
                outcomes[index].count += 1
                outcomes[index].reward += (step.reward - outcomes[index].reward) / Double(outcomes[index].count)
                totals[step.pair] += 1
                return
            }
            index = outcomes[index].earlier
        }
        add(Outcome(pair: step.pair, next: step.next, terminated: step.terminated, reward: step.reward, count: 1))
    }

    private mutating func add(_ outcome: Outcome) {
        var outcome = outcome
        let (pair, state) = (outcome.pair, outcome.pair / shape.actionCount)
        if newest[pair] < 0 { pairs.append(pair) }
        if !hasState[state] {
            hasState[state] = true
            states.append(state)
        }
        outcome.earlier = newest[pair]
        newest[pair] = outcomes.count
        totals[pair] += outcome.count
        outcomes.append(outcome)
    }

    /// Samples an outcome of a pair, in proportion to how often it was seen; nil if the pair has not been tried.
    func draw(_ pair: Int, _ random: inout RandomStream) -> Outcome? {
        guard newest[pair] >= 0 else { return nil }
        var outcome = outcomes[newest[pair]]
        if outcome.count == totals[pair] { return outcome }
        var rest = random.integers(below: totals[pair])
        while rest >= outcome.count {
            rest -= outcome.count
            outcome = outcomes[outcome.earlier]
        }
        return outcome
    }

    /// Codes the outcomes in the order in which they were seen, which determines everything else.
    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        var count = outcomes.count
        try coder.code(count: &count, ofBytes: 33)
        let known = outcomes
        if coder.isReading { self = DynaModel(shape, isDeterministic: isDeterministic) }
        for index in 0..<count {
            var outcome =
                coder.isReading ? Outcome(pair: 0, next: 0, terminated: false, reward: 0, count: 1) : known[index]
            try coder.code(&outcome.pair, in: 0...shape.count - 1)
            try coder.code(&outcome.next, in: 0...shape.stateCount - 1)
            try coder.code(&outcome.terminated)
            try coder.code(&outcome.reward)
            try coder.code(&outcome.count, in: 1...1 << 40)
            if coder.isReading { add(outcome) }
        }
    }
}
