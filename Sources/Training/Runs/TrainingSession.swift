import Agents
import Configuration
import Dispatch
import Environments
import Foundation
import Storage

/// A training run with its folder: trains, and writes everything that a run makes.
public final class TrainingSession {
    private let run: TrainingRun
    private let folder: RunFolder
    private let trainer: Trainer

    /// Metrics are logged so many times over a run, and checkpoints written.
    private static let logCount = 200
    private static let checkpointCount = 10

    /// Makes the agent, its environments and the run's folder.
    ///
    /// - Throws: ``Agents/AgentError``, ``Environments/EnvironmentError``, or `StorageError`, for a folder that exists
    ///   among others.
    public init(_ run: TrainingRun, folder path: String, overwrite: Bool) throws {
        self.run = run
        let environment = try run.makeEnvironment(count: run.run.environments)
        let agent = try run.makeAgent(for: environment)
        folder = try RunFolder(creating: path, force: overwrite)
        try writeAtomically(run.tomlText, to: folder.configurationPath, overwrite: false)
        let steps = run.run.steps
        let observers: [any TrainingObserver] = [
            EpisodesObserver(try EpisodeLog(creating: folder.episodesPath)),
            MetricsObserver(
                try JSONLinesWriter(creating: folder.metricsPath),
                try TensorBoardWriter(creating: folder.eventsPath, time: Date().timeIntervalSince1970),
                every: max(1, steps / Self.logCount)),
            CheckpointObserver(folder, every: max(1, steps / Self.checkpointCount)),
            ProgressObserver(ProgressBar(total: steps)),
        ]
        trainer = Trainer(agent: agent, environment: environment, seed: UInt64(run.run.seed), observers: observers)
    }

    /// Trains to the end, and writes `summary.json`.
    ///
    /// - Returns: the run's summary: run, agent, environment, seed, steps, episodes, updates, seconds, stepsPerSecond,
    ///   meanReturn over the last 100 episodes.
    public func train() throws -> JSON {
        let start = DispatchTime.now().uptimeNanoseconds
        try trainer.run(steps: run.run.steps, episodes: run.run.episodes > 0 ? run.run.episodes : .max)
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
        let summary: JSON = [
            "run": .string(folder.path), "agent": .string(run.agent),
            "environment": .string(run.environment), "seed": .integer(run.run.seed),
            "steps": .integer(trainer.steps), "episodes": .integer(trainer.episodes),
            "updates": .integer(trainer.agent.updates), "seconds": .number(seconds),
            "stepsPerSecond": .number(Double(trainer.steps) / seconds),
            "meanReturn": trainer.statistics.recentMeanReturn.map { .number($0) } ?? .null,
        ]
        try writeAtomically("\(summary)\n", to: folder.summaryPath, overwrite: true)
        return summary
    }
}

extension TrainingSession {
    /// A summary in one line for people.
    public static func report(_ summary: JSON) -> String {
        let (seconds, rate) = (summary["seconds"]?.double ?? 0, summary["stepsPerSecond"]?.double ?? 0)
        let meanReturn = summary["meanReturn"]?.double.map {
            ", mean return of the last 100 episodes \(($0 * 100).rounded() / 100)"
        }
        return "\(summary["steps"]?.integer ?? 0) steps, \(summary["episodes"]?.integer ?? 0) episodes in "
            + "\((seconds * 10).rounded() / 10) s (\(Int(rate)) steps/s)\(meanReturn ?? "")"
    }
}
