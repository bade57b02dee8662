import Experience

/// Returns and lengths of the episodes that a batch plays, as in Gymnasium's `RecordEpisodeStatistics`.
///
/// Returns are sums of the rewards that the world itself gave. Where wrappers change rewards, the sums of what they
/// made of them stand beside. Record each step; that allocates nothing.
public struct EpisodeStatistics: Sendable {
    /// The sum of the world's rewards in the current episode, one entry per environment.
    public private(set) var runningReturns: [Double]
    /// The sum of the changed rewards in the current episode, one entry per environment; empty if no wrapper changes
    /// rewards.
    public private(set) var runningWrappedReturns: [Double]
    /// The number of steps in the current episode, one entry per environment.
    public private(set) var runningLengths: [Int]
    /// The episodes that the last step finished, in the order of their environments.
    public private(set) var completed: [EpisodeSummary]
    /// The number of finished episodes.
    public private(set) var episodeCount = 0
    /// The number of steps played, without those that only reset.
    public private(set) var stepCount = 0
    private var window: [EpisodeSummary]
    private static var windowLength: Int { 100 }

    /// Statistics of a batch of `count` environments.
    ///
    /// - Parameter changesRewards: whether wrappers change rewards, so that the changed ones are summed too.
    public init(count: Int, changesRewards: Bool = false) {
        runningReturns = Array(repeating: 0, count: count)
        runningWrappedReturns = Array(repeating: 0, count: changesRewards ? count : 0)
        runningLengths = Array(repeating: 0, count: count)
        completed = []
        completed.reserveCapacity(count)
        window = []
        window.reserveCapacity(Self.windowLength)
    }

    /// Statistics of a batch.
    public init(of batch: any BatchedEnvironment) {
        self.init(count: batch.count, changesRewards: batch.changesRewards)
    }

    /// Whether wrappers change rewards, so that episodes have two returns.
    public var changesRewards: Bool { !runningWrappedReturns.isEmpty }

    /// Records the last step of a batch.
    ///
    /// - Precondition: the batch has as many environments as these statistics.
    public mutating func record(_ batch: any BatchedEnvironment) {
        let buffers = batch.buffers
        precondition(
            buffers.count == runningReturns.count,
            "these statistics are of \(runningReturns.count) environments, not \(buffers.count)")
        let (rewards, worldRewards) = (buffers.rewards, buffers.worldRewards)
        let (terminated, truncated) = (buffers.terminated, buffers.truncated)
        let isResetStep = buffers.isResetStep
        completed.removeAll(keepingCapacity: true)
        for index in runningReturns.indices where !isResetStep[index] {
            add(
                Step(reward: rewards[index], terminated: terminated[index], truncated: truncated[index]),
                worldRewards[index], to: index)
        }
    }

    /// Records a step of a single environment.
    ///
    /// - Parameter worldReward: the reward that the world itself gave; nil if that is the step's.
    /// - Precondition: these are statistics of one environment.
    public mutating func record(_ step: Step, worldReward: Double? = nil) {
        precondition(runningReturns.count == 1, "these statistics are of \(runningReturns.count) environments, not 1")
        completed.removeAll(keepingCapacity: true)
        add(step, worldReward ?? step.reward, to: 0)
    }

    private mutating func add(_ step: Step, _ worldReward: Double, to index: Int) {
        stepCount += 1
        runningReturns[index] += worldReward
        if changesRewards { runningWrappedReturns[index] += step.reward }
        runningLengths[index] += 1
        if step.ended { finish(index) }
    }

    /// Discards the current episode of one environment: call it when that is reset before its end.
    public mutating func restart(_ index: Int) {
        runningReturns[index] = 0
        if changesRewards { runningWrappedReturns[index] = 0 }
        runningLengths[index] = 0
    }

    private mutating func finish(_ index: Int) {
        let episode = EpisodeSummary(
            environment: index, return: runningReturns[index],
            wrappedReturn: changesRewards ? runningWrappedReturns[index] : nil, length: runningLengths[index])
        completed.append(episode)
        if window.count < Self.windowLength {
            window.append(episode)
        } else {
            window[episodeCount % Self.windowLength] = episode
        }
        episodeCount += 1
        restart(index)
    }

    /// The last 100 finished episodes, oldest first.
    public var recent: [EpisodeSummary] {
        let start = window.count < Self.windowLength ? 0 : episodeCount % Self.windowLength
        return Array(window[start...] + window[..<start])
    }

    /// The number of episodes that ``recent`` holds: 100, or all finished ones if there are fewer.
    public var recentCount: Int { window.count }

    /// The mean return of the last 100 finished episodes; nil before the first.
    public var recentMeanReturn: Double? { mean { $0.return } }

    /// The mean of the last 100 finished episodes' returns as wrappers changed them; nil before the first, and if no
    /// wrapper changes rewards.
    public var recentMeanWrappedReturn: Double? { changesRewards ? mean { $0.wrappedReturn ?? 0 } : nil }

    /// The mean length of the last 100 finished episodes; nil before the first.
    public var recentMeanLength: Double? { mean { Double($0.length) } }

    private func mean(of number: (EpisodeSummary) -> Double) -> Double? {
        guard !window.isEmpty else { return nil }
        let sum = window.reduce(0) { $0 + number($1) }
        guard !sum.isFinite else { return sum / Double(window.count) }
        // Divided one by one, numbers whose sum is too large still have their mean.
        return window.reduce(0) { $0 + number($1) / Double(window.count) }
    }
}

extension EpisodeStatistics: StateCodable {
    /// Codes everything, so that a resumed run reports the same as an uninterrupted one.
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&runningReturns)
        if changesRewards { try coder.code(&runningWrappedReturns) }
        try coder.code(&runningLengths, in: 0...1 << 62)
        try coder.code(&stepCount, in: 0...1 << 62)
        try coder.code(&episodeCount, in: 0...1 << 62)
        try code(&completed, limit: runningReturns.count, with: &coder)
        try code(&window, limit: Self.windowLength, with: &coder)
    }

    private func code(_ episodes: inout [EpisodeSummary], limit: Int, with coder: inout StateCoder)
        throws(EnvironmentError)
    {
        var count = episodes.count
        try coder.code(&count, in: 0...limit)
        if coder.isReading {
            episodes.removeAll(keepingCapacity: true)
            let blank = EpisodeSummary(wrappedReturn: changesRewards ? 0 : nil)
            for _ in 0..<count { episodes.append(blank) }
        }
        for index in 0..<count {
            try coder.code(&episodes[index].environment, in: 0...runningReturns.count - 1)
            try coder.code(&episodes[index].return)
            if var wrapped = episodes[index].wrappedReturn {
                try coder.code(&wrapped)
                episodes[index].wrappedReturn = wrapped
            }
            try coder.code(&episodes[index].length, in: 0...1 << 62)
        }
    }
}
