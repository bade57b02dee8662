import Configuration
import Environments

/// Settings of ``MonteCarlo``.
public struct MonteCarloSettings: TabularSettings {
    public static let agentName = "monte-carlo"
    /// Whether a value is the mean of all its returns, as in the book; `learningRate` is then ignored.
    @Setting("average all returns instead of using learningRate") public var averaging = true
    public var table = TableSettings()

    public init() {}

    public func makeAgent(shape: TableShape, seed: UInt64) -> any Learner { MonteCarlo(self, shape: shape, seed: seed) }
}

/// First-visit Monte Carlo control with an ε-soft policy (Sutton and Barto 2018, 5.4): at the end of an episode, each
/// state and action learns the return that followed its first visit,
///
///     Q(s,a) ← Q(s,a) + α (G − Q(s,a)),   Gₜ = rₜ + γ Gₜ₊₁,   α = 1/N(s,a) with ``MonteCarloSettings/averaging``.
///
/// The rest of a truncated episode's return is unknown: the expected value of its last state stands for it, the only
/// place where this agent bootstraps.
public final class MonteCarlo: TabularAgent {
    private let averaging: Bool
    private var episodes: [Visits] = []
    /// The number of returns averaged in each value.
    private var counts: [Int]
    /// The return after each pair's first visit in the episode being learned from; NaN for other pairs.
    private var returns: [Double]

    private struct Visits {
        var pairs: [Int32] = []
        var rewards: [Double] = []
    }

    public init(_ settings: MonteCarloSettings = .init(), shape: TableShape, seed: UInt64) {
        averaging = settings.averaging
        counts = Array(repeating: 0, count: averaging ? shape.count : 0)
        returns = Array(repeating: .nan, count: shape.count)
        super.init(settings.table, shape: shape, seed: seed)
    }

    override func prepare(rows: Int) { while episodes.count < rows { episodes.append(Visits()) } }

    override func update(_ values: ActionValues, _ step: TableStep, row: Int) {
        episodes[row].pairs.append(Int32(step.pair))
        episodes[row].rewards.append(step.reward)
        guard step.ended else { return }
        learn(values, row, after: step.terminated ? 0 : values.expected(step.next, exploration: exploration))
        episodes[row].pairs.removeAll(keepingCapacity: true)
        episodes[row].rewards.removeAll(keepingCapacity: true)
    }

    /// Learns from a whole episode, whose last step is followed by the return `rest`.
    private func learn(_ values: ActionValues, _ row: Int, after rest: Double) {
        var following = rest
        // Backwards, so that the return of the first visit is written last.
        for index in episodes[row].pairs.indices.reversed() {
            following = episodes[row].rewards[index] + settings.discount * following
            returns[Int(episodes[row].pairs[index])] = following
        }
        for index in episodes[row].pairs.indices {
            let pair = Int(episodes[row].pairs[index])
            if returns[pair].isNaN { continue }
            lastError = values.move(pair, to: returns[pair], rate: nextRate(pair))
            returns[pair] = .nan
        }
    }

    private func nextRate(_ pair: Int) -> Double {
        guard averaging else { return learningRate }
        counts[pair] += 1
        return 1 / Double(counts[pair])
    }

    public override func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try super.codeState(with: &coder)
        try coder.code(&counts, in: 0...1 << 62)
        let last = Int32(shape.count - 1)
        try coder.code(rows: &episodes, new: Visits()) { (episode, coder) throws(EnvironmentError) in
            var count = episode.pairs.count
            try coder.code(count: &count, ofBytes: 12)
            if coder.isReading {
                episode.pairs = Array(repeating: 0, count: count)
                episode.rewards = Array(repeating: 0, count: count)
            }
            try coder.code(&episode.pairs, in: 0...last)
            try coder.code(&episode.rewards)
        }
    }
}
