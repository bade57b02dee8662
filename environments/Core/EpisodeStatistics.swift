import Experience

/// Returns and lengths of the episodes that a batch plays, as in Gymnasium's `RecordEpisodeStatistics`.
///
/// Record each step; that allocates nothing.
public struct EpisodeStatistics: Sendable {
    /// The sum of rewards in the current episode, one entry per environment.
    public private(set) var runningReturns: [Double]
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
    public init(count: Int) {
        runningReturns = Array(repeating: 0, count: count)
        runningLengths = Array(repeating: 0, count: count)
        completed = []
        completed.reserveCapacity(count)
        window = []
        window.reserveCapacity(Self.windowLength)
    }

    /// Records the last step of a batch.
    ///
    /// - Precondition: the batch has as many environments as these statistics.
    public mutating func record(_ batch: any BatchedEnvironment) {
        let buffers = batch.buffers
        precondition(
            buffers.count == runningReturns.count,
            "these statistics are of \(runningReturns.count) environments, not \(buffers.count)")
        let (rewards, terminated, truncated) = (batch.rewards, buffers.terminated, buffers.truncated)
        let isResetStep = buffers.isResetStep
        completed.removeAll(keepingCapacity: true)
        for index in runningReturns.indices where !isResetStep[index] {
            add(Step(reward: rewards[index], terminated: terminated[index], truncated: truncated[index]), to: index)
        }
    }

    /// Records a step of a single environment.
    ///
    /// - Precondition: these are statistics of one environment.
    public mutating func record(_ step: Step) {
        precondition(runningReturns.count == 1, "these statistics are of \(runningReturns.count) environments, not 1")
        completed.removeAll(keepingCapacity: true)
        add(step, to: 0)
    }

    private mutating func add(_ step: Step, to index: Int) {
        stepCount += 1
        runningReturns[index] += step.reward
        runningLengths[index] += 1
        if step.ended { finish(index) }
    }

    /// Discards the current episode of one environment: call it when that is reset before its end.
    public mutating func restart(_ index: Int) {
        runningReturns[index] = 0
        runningLengths[index] = 0
    }

    private mutating func finish(_ index: Int) {
        let episode = EpisodeSummary(environment: index, return: runningReturns[index], length: runningLengths[index])
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

    /// The mean return of the last 100 finished episodes; nil before the first.
    public var recentMeanReturn: Double? {
        window.isEmpty ? nil : window.reduce(0) { $0 + $1.return } / Double(window.count)
    }

    /// The mean length of the last 100 finished episodes; nil before the first.
    public var recentMeanLength: Double? {
        window.isEmpty ? nil : window.reduce(0) { $0 + Double($1.length) } / Double(window.count)
    }
}

extension EpisodeStatistics: StateCodable {
    /// Codes everything, so that a resumed run reports the same as an uninterrupted one.
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&runningReturns)
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
            for _ in 0..<count { episodes.append(EpisodeSummary()) }
        }
        for index in 0..<count {
            try coder.code(&episodes[index].environment, in: 0...runningReturns.count - 1)
            try coder.code(&episodes[index].return)
            try coder.code(&episodes[index].length, in: 0...1 << 62)
        }
    }
}
