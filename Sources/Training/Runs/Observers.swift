import Agents
import Environments
import Experience
import Foundation
import Storage

// The files that a training run writes as it trains. None of them holds a time of day, so that two runs of one seed
// write the same bytes, except TensorBoard's events, whose format has one.

/// Writes `metrics.jsonl` and TensorBoard events at regular steps.
public final class MetricsObserver: TrainingObserver {
    private let lines: JSONLinesWriter
    private let events: TensorBoardWriter
    /// When lines are due.
    private(set) var recurrence: Recurrence
    /// The step of the last line.
    private(set) var last: Int

    /// Logs every `interval` steps, from step `next` on; the last line so far is that of step `last`.
    public init(_ lines: JSONLinesWriter, _ events: TensorBoardWriter, every interval: Int, next: Int, last: Int = 0) {
        (self.lines, self.events, self.last) = (lines, events, last)
        recurrence = Recurrence(every: interval, next: next)
    }

    /// The number of bytes in each log so far.
    var lengths: (lines: Int, events: Int) { (lines.length, events.length) }
    /// The checksum of the lines so far.
    var checksum: UInt32 { lines.checksum }

    /// Brings both logs to disk.
    func synchronize() throws {
        try lines.synchronize()
        try events.synchronize()
    }

    public func didStep(_ trainer: Trainer) throws {
        if recurrence.isDue(at: trainer.steps) { try log(trainer) }
    }

    public func didEnd(_ trainer: Trainer) throws {
        if last != trainer.steps { try log(trainer) }
    }

    /// Logs an evaluation of the greedy policy, beside the line of its step.
    func log(_ evaluation: GreedyEvaluation) throws {
        try lines.append(evaluation.line)
        try events.append(
            [("evaluationReturn", evaluation.meanReturn)], step: evaluation.step, time: Date().timeIntervalSince1970)
    }

    private func log(_ trainer: Trainer) throws {
        last = trainer.steps
        var members: [JSON.Member] = [
            .init("step", .integer(trainer.steps)), .init("episodes", .integer(trainer.episodes)),
            .init("updates", .integer(trainer.agent.updates)),
        ]
        var scalars: [(tag: String, value: Double)] = []
        if let meanReturn = trainer.statistics.recentMeanReturn { scalars.append(("meanReturn", meanReturn)) }
        if let wrapped = trainer.statistics.recentMeanWrappedReturn { scalars.append(("meanWrappedReturn", wrapped)) }
        if let meanLength = trainer.statistics.recentMeanLength { scalars.append(("meanLength", meanLength)) }
        scalars += trainer.agent.metrics.map { ($0.name, $0.value) }
        members += scalars.map { .init($0.tag, .number($0.value)) }
        try lines.append(.object(members))
        try events.append(scalars, step: trainer.steps, time: Date().timeIntervalSince1970)
    }
}

/// Writes a line to `episodes.csv` for each episode.
public final class EpisodesObserver: TrainingObserver {
    private let log: EpisodeLog
    /// The number of episodes written so far.
    private(set) var count: Int

    /// Writes to a log that holds `count` episodes.
    public init(_ log: EpisodeLog, count: Int) { (self.log, self.count) = (log, count) }

    /// The number of bytes in the log so far.
    var length: Int { log.length }
    /// Their checksum.
    var checksum: UInt32 { log.checksum }

    /// Brings the log to disk.
    func synchronize() throws { try log.synchronize() }

    public func didFinish(_ episode: EpisodeSummary, _ trainer: Trainer) throws {
        let row = episode.environment
        try log.append(
            EpisodeLog.Episode(
                number: count, environment: row, step: trainer.steps, totalReward: episode.return,
                length: episode.length, terminated: trainer.environment.terminated[row],
                truncated: trainer.environment.truncated[row], wrappedReturn: episode.wrappedReturn))
        count += 1
    }
}

/// Shows the progress of training.
public final class ProgressObserver: TrainingObserver {
    private let bar: ProgressBar
    private let episodes: Int

    /// Shows the progress on a bar that counts steps.
    ///
    /// - Parameter episodes: the number of episodes after which training ends, if there are fewer steps till then.
    public init(_ bar: ProgressBar, episodes: Int = .max) { (self.bar, self.episodes) = (bar, episodes) }

    /// Updates the bar, which decides whether it is time to redraw.
    public func didStep(_ trainer: Trainer) {
        bar.update(step: trainer.steps, share: share(trainer), metrics: metrics(trainer))
    }

    public func didEnd(_ trainer: Trainer) {
        bar.finish(step: trainer.steps, isComplete: true, metrics: metrics(trainer))
    }

    /// The share of the episodes that have been played, if they are what ends the training.
    private func share(_ trainer: Trainer) -> Double {
        episodes == .max ? 0 : Double(trainer.episodes) / Double(episodes)
    }

    private func metrics(_ trainer: Trainer) -> [(name: String, value: Double)] {
        let meanReturn = trainer.statistics.recentMeanReturn.map { [(name: "mean return", value: $0)] } ?? []
        return meanReturn + trainer.agent.metrics
    }
}
