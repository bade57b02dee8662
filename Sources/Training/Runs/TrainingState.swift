import Environments

/// The state of a training run at a checkpoint, apart from parameters and experience: the loop, its environments and
/// its logs.
struct TrainingState {
    var statistics: EpisodeStatistics
    /// The state of each environment with its random stream; empty if environments can't be saved.
    var environments: [[UInt8]] = []
    /// The bytes of each log that belong to the run so far; resuming cuts off the rest.
    var metricsLength = 0
    var eventsLength = 0
    var episodesLength = 0
    /// The checksums of these bytes; TensorBoard's have times, so that a checkpoint can't hold theirs.
    var metricsChecksum: UInt32 = 0
    var episodesChecksum: UInt32 = 0
    /// The number of episodes written to the log.
    var episodeCount = 0
    /// The step of the last line of metrics.
    var lastMetrics = 0
    /// The steps at which the next line of metrics and the next checkpoint are due.
    var nextMetrics = 0
    var nextCheckpoint = 0
    /// The step at which the next evaluation is due, that of the last one, and the best so far.
    var nextEvaluation = 0
    var lastEvaluation = 0
    var best: GreedyEvaluation?
    /// The number of transitions ever added to the replay buffer.
    var replayAdded = 0
    /// The oldest replay record that the checkpoint needs, and how many records there have been.
    var replayOldest = 0
    var replayRecords = 0
    /// Which identities the experience was collected with.
    var origins = ReplayOrigins([])

    private static let mark = "reverie.training.5"
    private static let largestOrigins = 1 << 16
    private static let largestSnapshot = 1 << 30

    /// The state of a new run in these environments.
    init(of environment: any BatchedEnvironment) { statistics = EpisodeStatistics(of: environment) }
}

extension TrainingState: StateCodable {
    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(mark: Self.mark)
        try statistics.codeState(with: &coder)
        var count = environments.count
        try coder.code(&count, in: 0...1 << 20)
        if coder.isReading { environments = Array(repeating: [], count: count) }
        for index in 0..<count { try Self.code(&environments[index], with: &coder) }
        try coder.code(&metricsLength, in: 0...1 << 62)
        try coder.code(&eventsLength, in: 0...1 << 62)
        try coder.code(&episodesLength, in: 0...1 << 62)
        try coder.code(&metricsChecksum)
        try coder.code(&episodesChecksum)
        try coder.code(&episodeCount, in: 0...1 << 62)
        try coder.code(&lastMetrics, in: 0...1 << 62)
        try coder.code(&nextMetrics, in: 0...1 << 62)
        try coder.code(&nextCheckpoint, in: 0...1 << 62)
        try coder.code(&nextEvaluation, in: 0...1 << 62)
        try coder.code(&lastEvaluation, in: 0...1 << 62)
        var hasBest = best != nil
        try coder.code(&hasBest)
        if hasBest {
            var evaluation = best ?? GreedyEvaluation()
            try evaluation.codeState(with: &coder)
            best = evaluation
        } else {
            best = nil
        }
        try coder.code(&replayAdded, in: 0...1 << 62)
        try coder.code(&replayRecords, in: 0...1 << 62)
        try coder.code(&replayOldest, in: 0...replayRecords)
        try Self.code(&origins, with: &coder)
    }

    private static func code(_ origins: inout ReplayOrigins, with coder: inout StateCoder) throws(EnvironmentError) {
        var (entries, count) = (origins.entries, origins.entries.count)
        try coder.code(&count, in: 0...largestOrigins)
        for index in 0..<count {
            if coder.isReading { entries.append(.init(start: 0, digest: 0)) }
            try coder.code(&entries[index].start, in: 0...1 << 62)
            try coder.code(&entries[index].digest)
        }
        origins = ReplayOrigins(entries)
    }

    private static func code(_ bytes: inout [UInt8], with coder: inout StateCoder) throws(EnvironmentError) {
        var size = bytes.count
        try coder.code(&size, in: 0...min(largestSnapshot, coder.isReading ? coder.bytes.count : largestSnapshot))
        if coder.isReading { bytes = Array(repeating: 0, count: size) }
        try coder.code(&bytes)
    }
}
