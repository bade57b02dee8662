import Agents
import Environments
import Foundation
import Storage

// What a training run writes while it trains. None of the files holds a time of day, so that two runs of one seed
// write the same bytes; TensorBoard's events, whose format wants one, are the exception.

/// Writes `metrics.jsonl` and TensorBoard events at regular steps.
public final class MetricsObserver: TrainingObserver {
    private let interval: Int
    private let lines: JSONLinesWriter
    private let events: TensorBoardWriter
    private var next: Int
    private var lastLogged: Int?

    /// Logs every `interval` steps.
    public init(_ lines: JSONLinesWriter, _ events: TensorBoardWriter, every interval: Int) {
        (self.lines, self.events, self.interval, next) = (lines, events, interval, interval)
    }

    /// Logs when it is time.
    public func didStep(_ trainer: Trainer) throws {
        guard trainer.steps >= next else { return }
        next += interval
        try log(trainer)
    }

    /// Logs the last state.
    public func didEnd(_ trainer: Trainer) throws {
        if lastLogged != trainer.steps { try log(trainer) }
        try lines.synchronize()
        try events.synchronize()
    }

    private func log(_ trainer: Trainer) throws {
        lastLogged = trainer.steps
        var members: [JSON.Member] = [
            .init("step", .integer(trainer.steps)), .init("episodes", .integer(trainer.episodes)),
            .init("updates", .integer(trainer.agent.updates)),
        ]
        var scalars: [(tag: String, value: Double)] = []
        if let meanReturn = trainer.statistics.recentMeanReturn { scalars.append(("meanReturn", meanReturn)) }
        if let meanLength = trainer.statistics.recentMeanLength { scalars.append(("meanLength", meanLength)) }
        scalars += trainer.agent.metrics.map { ($0.name, $0.value) }
        members += scalars.map { .init($0.tag, .number($0.value)) }
        try lines.append(.object(members))
        try events.append(scalars, step: trainer.steps, time: Date().timeIntervalSince1970)
    }
}

/// Writes a line of `episodes.csv` an episode.
public final class EpisodesObserver: TrainingObserver {
    private let log: EpisodeLog
    private var count = 0

    /// Writes to a log.
    public init(_ log: EpisodeLog) { self.log = log }

    /// Writes the episode.
    public func didFinish(_ episode: EpisodeStatistics.Episode, _ trainer: Trainer) throws {
        let row = episode.environment
        try log.append(
            EpisodeLog.Episode(
                number: count, environment: row, step: trainer.steps, totalReward: episode.return,
                length: episode.length,
                terminated: trainer.environment.terminated[row], truncated: trainer.environment.truncated[row]))
        count += 1
    }

    /// Hands all lines to the system.
    public func didEnd(_ trainer: Trainer) throws { try log.synchronize() }
}

/// Writes checkpoints at regular steps and at the end, and keeps the last two.
public final class CheckpointObserver: TrainingObserver {
    private let folder: RunFolder
    private let interval: Int
    private var next: Int

    /// Writes every `interval` steps.
    public init(_ folder: RunFolder, every interval: Int) {
        (self.folder, self.interval, next) = (folder, interval, interval)
    }

    /// Writes when it is time.
    public func didStep(_ trainer: Trainer) throws {
        guard trainer.steps >= next else { return }
        next += interval
        try write(trainer)
    }

    /// Writes the last state.
    public func didEnd(_ trainer: Trainer) throws { try write(trainer) }

    private func write(_ trainer: Trainer) throws {
        let path = folder.checkpointPath(step: trainer.steps)
        guard !exists(path) else { return }
        let metadata = ["step": "\(trainer.steps)", "episodes": "\(trainer.episodes)"]
        let agent = trainer.agent
        try Checkpoint.write(agent.variables, state: agent.stateBytes(), metadata: metadata, to: path)
        try folder.removeCheckpoints(keeping: 2)
    }
}

/// Shows how far training is.
public final class ProgressObserver: TrainingObserver {
    private let bar: ProgressBar

    /// Shows the way on a bar that counts steps.
    public init(_ bar: ProgressBar) { self.bar = bar }

    /// Shows the state; the bar decides whether it is time to draw.
    public func didStep(_ trainer: Trainer) { bar.update(step: trainer.steps, metrics: metrics(trainer)) }

    /// Ends the line.
    public func didEnd(_ trainer: Trainer) { bar.finish(step: trainer.steps, metrics: metrics(trainer)) }

    private func metrics(_ trainer: Trainer) -> [(name: String, value: Double)] {
        let meanReturn = trainer.statistics.recentMeanReturn.map { [(name: "return", value: $0)] } ?? []
        return meanReturn + trainer.agent.metrics
    }
}
