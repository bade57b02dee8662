import Agents
import Configuration
import Dispatch
import Environments
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
        folder = try RunFolder(creating: path, overwrite: overwrite)
        try writeAtomically(run.experiment.tomlText, to: folder.configurationPath, overwrite: false)
        let (steps, episodes) = (run.run.steps, run.run.episodes)
        let observers: [any TrainingObserver] = [
            EpisodesObserver(try CSVWriter(path: folder.episodesPath, columns: EpisodesObserver.columns)),
            MetricsObserver(
                try JSONLinesWriter(path: folder.metricsPath), try TensorBoardWriter(folder: folder.path),
                every: max(1, steps / Self.logCount)),
            CheckpointObserver(folder, every: max(1, steps / Self.checkpointCount)),
            ProgressObserver(ProgressBar(total: steps, label: run.experiment.agent)),
        ]
        _ = episodes
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
            "run": .string(folder.path), "agent": .string(run.experiment.agent),
            "environment": .string(run.experiment.environment), "seed": .integer(run.run.seed),
            "steps": .integer(trainer.steps), "episodes": .integer(trainer.episodes),
            "updates": .integer(trainer.agent.updates), "seconds": .number(seconds),
            "stepsPerSecond": .number(Double(trainer.steps) / seconds),
            "meanReturn": trainer.statistics.recentMeanReturn.map { .number($0) } ?? .null,
        ]
        try writeAtomically("\(summary)\n", to: folder.summaryPath, overwrite: true)
        return summary
    }
}
