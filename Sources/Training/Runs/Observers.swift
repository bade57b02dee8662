import Agents
import Environments
import Storage

// What a training run writes while it trains. None of the files holds a time of day, so that two runs of one seed
// write the same bytes; TensorBoard's events, whose format wants one, are the exception.

/// Writes `metrics.jsonl` and TensorBoard events at regular steps.
public final class MetricsObserver: TrainingObserver {
    private let interval: Int
    private let lines: JSONLinesWriter
    private let events: TensorBoardWriter
    private var next: Int

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
        if next - interval < trainer.steps { try log(trainer) }
        try lines.flush()
        try events.flush()
    }

    private func log(_ trainer: Trainer) throws {
        var members: [JSON.Member] = [
            .init("step", .integer(trainer.steps)), .init("episodes", .integer(trainer.episodes)),
            .init("updates", .integer(trainer.agent.updates)),
        ]
        var scalars: [(String, Double)] = []
        if let meanReturn = trainer.statistics.recentMeanReturn { scalars.append(("meanReturn", meanReturn)) }
        if let meanLength = trainer.statistics.recentMeanLength { scalars.append(("meanLength", meanLength)) }
        scalars += trainer.agent.metrics.map { ($0.name, $0.value) }
        for (name, value) in scalars {
            members.append(.init(name, .number(value)))
            try events.scalar(name, value, step: trainer.steps)
        }
        try lines.write(.object(members))
    }
}

/// Writes a line of `episodes.csv` an episode.
public final class EpisodesObserver: TrainingObserver {
    private let table: CSVWriter
    private var count = 0

    /// The columns of the file.
    public static let columns = ["episode", "environment", "step", "return", "length"]

    /// Writes to a table with ``columns``.
    public init(_ table: CSVWriter) { self.table = table }

    /// Writes the episode.
    public func didFinish(_ episode: EpisodeStatistics.Episode, _ trainer: Trainer) throws {
        try table.write(["\(count)", "\(episode.environment)", "\(trainer.steps)", "\(episode.return)", "\(episode.length)"])
        count += 1
    }

    /// Hands all lines to the system.
    public func didEnd(_ trainer: Trainer) throws { try table.flush() }
}

/// Writes checkpoints at regular steps and at the end, and keeps the last two.
public final class CheckpointObserver: TrainingObserver {
    private let folder: RunFolder
    private let interval: Int
    private var next: Int
    private var kept: [String] = []

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
        guard kept.last != path else { return }
        let metadata = ["step": "\(trainer.steps)", "episodes": "\(trainer.episodes)"]
        try Checkpoint.write(trainer.agent.variables, metadata: metadata, to: path)
        kept.append(path)
        if kept.count > 2 { try removeFile(kept.removeFirst()) }
    }
}

/// Shows how far training is.
public final class ProgressObserver: TrainingObserver {
    private let bar: ProgressBar
    private let steps, episodes: Int

    /// Shows the way to `steps` steps or `episodes` episodes, whichever is nearer.
    public init(_ bar: ProgressBar, steps: Int, episodes: Int) {
        (self.bar, self.steps, self.episodes) = (bar, steps, episodes)
    }

    /// Shows the state; the bar decides whether it is time to draw.
    public func didStep(_ trainer: Trainer) {
        guard bar.isDue else { return }
        var metrics: [(String, Double)] = trainer.statistics.recentMeanReturn.map { [("return", $0)] } ?? []
        metrics += trainer.agent.metrics.map { ($0.name, $0.value) }
        bar.update(trainer.steps, metrics)
    }

    /// Ends the line.
    public func didEnd(_ trainer: Trainer) { bar.finish(trainer.steps) }
}
