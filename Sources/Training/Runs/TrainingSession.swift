import Agents
import Configuration
import Dispatch
import Environments
import Foundation
import Storage
import TensorCore

/// A training run with its folder: trains, and writes all files of the run.
public final class TrainingSession {
    private let run: TrainingRun
    private let folder: RunFolder
    let trainer: Trainer
    private let checkpoints: CheckpointObserver
    private let best: BestObserver?

    /// The number of times that metrics are logged and checkpoints written in a run.
    private static let logCount = 200
    private static let checkpointCount = 20

    /// Starts a run: makes the agent, its environments and the run's folder.
    ///
    /// - Parameters:
    ///   - weights: The parameters that the agent starts from; the folder keeps a copy.
    ///   - watchers: Observers besides those that write the run's files.
    /// - Throws: ``Agents/AgentError``, ``Environments/EnvironmentError``, the errors of ``WeightsFile/load(into:)``,
    ///   or `StorageError`, such as for an existing folder.
    public convenience init(
        _ run: TrainingRun, folder path: String, overwrite: Bool, weights: WeightsFile? = nil,
        watchers: [any TrainingObserver] = []
    ) throws {
        let environment = try run.makeEnvironment(count: run.run.environments)
        let agent = try run.makeAgent(for: environment)
        try weights?.load(into: agent)
        let folder = try RunFolder(creating: path, force: overwrite)
        if weights != nil { try Checkpoint.write(agent.behaviour, metadata: [:], to: folder.weightsPath) }
        try writeAtomically(run.tomlText, to: folder.configurationPath, overwrite: false)
        try self.init(starting: run, folder, agent, environment, watchers)
    }

    /// Continues the run in a folder if there is one, and starts it otherwise.
    ///
    /// - Throws: as the other two initialisers.
    public convenience init(
        continuing run: TrainingRun, folder path: String, weights: WeightsFile? = nil,
        watchers: [any TrainingObserver] = []
    ) throws {
        if exists(joinPath(path, "config.toml")) {
            try self.init(resuming: path, watchers: watchers)
        } else {
            try self.init(run, folder: path, overwrite: true, weights: weights, watchers: watchers)
        }
    }

    /// Continues a run from its last checkpoint; one that was stopped before its first starts from the beginning. The
    /// run ends like one that was never stopped, bit for bit.
    ///
    /// - Throws: as ``init(_:folder:overwrite:weights:watchers:)``, `FormatError` for a damaged checkpoint, log or
    ///   experience, and ``TrainingError/notResumable(folder:environment:checkpoint:)``.
    public convenience init(resuming path: String, watchers: [any TrainingObserver] = []) throws {
        let folder = try RunFolder(opening: path)
        let run = try TrainingRun(contentsOf: folder.configurationPath)
        let environment = try run.makeEnvironment(count: run.run.environments)
        let agent = try run.makeAgent(for: environment)
        guard let step = try folder.checkpointSteps().last else {
            try folder.removeLogs()
            if exists(folder.weightsPath) { try WeightsFile(folder.weightsPath).load(into: agent) }
            try self.init(starting: run, folder, agent, environment, watchers)
            return
        }
        try self.init(resuming: run, folder, agent, environment, watchers, from: folder.checkpointPath(step: step))
    }

    private convenience init(
        starting run: TrainingRun, _ folder: RunFolder, _ agent: any Learner, _ environment: any BatchedEnvironment,
        _ watchers: [any TrainingObserver]
    ) throws {
        try environment.reset(seed: UInt64(run.run.seed))
        let logs = Logs(
            lines: try JSONLinesWriter(creating: folder.metricsPath),
            events: try TensorBoardWriter(creating: folder.eventsPath, time: Date().timeIntervalSince1970),
            episodes: try EpisodeLog(creating: folder.episodesPath, wrapped: environment.changesRewards),
            replay: try (environment.canSnapshot ? agent as? any ReplayingLearner : nil).map {
                try ReplayLog(creating: folder.replayFolder, replay: $0.replay)
            })
        self.init(run, folder, agent, environment, TrainingState(of: environment), logs, watchers)
        try checkpoints.write(trainer)
    }

    private convenience init(
        resuming run: TrainingRun, _ folder: RunFolder, _ agent: any Learner, _ environment: any BatchedEnvironment,
        _ watchers: [any TrainingObserver], from path: String
    ) throws {
        let checkpoint = try Checkpoint.open(path)
        try Checkpoint.read(checkpoint, into: agent)
        var state = TrainingState(of: environment)
        let bytes = try Checkpoint.bytes(named: Checkpoint.trainingState, in: checkpoint)
        try Checkpoint.locating(Checkpoint.trainingState, in: checkpoint) { () throws(EnvironmentError) in
            try state.restoreState(from: bytes)
        }
        guard environment.canSnapshot || !state.environments.isEmpty else {
            throw TrainingError.notResumable(folder: folder.path, environment: environment.id, checkpoint: path)
        }
        guard state.environments.count == environment.count else {
            throw FormatError(
                .safetensors, file: "\(path)(\(Checkpoint.trainingState))", offset: 0,
                expected: "\(environment.count) environments", found: "\(state.environments.count)")
        }
        try environment.reset(seed: UInt64(run.run.seed))
        for (index, snapshot) in state.environments.enumerated() {
            try Checkpoint.locating(Checkpoint.trainingState, in: checkpoint) { () throws(EnvironmentError) in
                try environment.restore(snapshot, to: index)
            }
        }
        let spaces = (environment.observationSpace, environment.actionSpace)
        let logs = Logs(
            lines: try JSONLinesWriter(resuming: folder.metricsPath, at: state.metricsLength),
            events: try TensorBoardWriter(resuming: folder.eventsPath, at: state.eventsLength),
            episodes: try EpisodeLog(
                resuming: folder.episodesPath, at: state.episodesLength, wrapped: environment.changesRewards),
            replay: try (agent as? any ReplayingLearner).map {
                try ReplayLog(
                    resuming: folder.replayFolder, replay: $0.replay,
                    records: state.replayOldest..<state.replayRecords, added: state.replayAdded, spaces: spaces)
            })
        self.init(run, folder, agent, environment, state, logs, watchers)
    }

    private struct Logs {
        var lines: JSONLinesWriter
        var events: TensorBoardWriter
        var episodes: EpisodeLog
        var replay: ReplayLog?
    }

    private init(
        _ run: TrainingRun, _ folder: RunFolder, _ agent: any Learner, _ environment: any BatchedEnvironment,
        _ state: TrainingState, _ logs: Logs, _ watchers: [any TrainingObserver]
    ) {
        (self.run, self.folder) = (run, folder)
        let episodes = EpisodesObserver(logs.episodes, count: state.episodeCount)
        let metrics = MetricsObserver(
            logs.lines, logs.events, every: Self.interval(run, Self.logCount), next: state.nextMetrics,
            last: state.lastMetrics)
        best =
            run.run.evaluationInterval == 0
            ? nil
            : BestObserver(
                folder, run, logging: metrics, next: state.nextEvaluation, last: state.lastEvaluation, best: state.best)
        checkpoints = CheckpointObserver(
            folder, every: Self.interval(run, Self.checkpointCount), next: state.nextCheckpoint, metrics: metrics,
            episodes: episodes, best: best, replay: logs.replay, oldest: state.replayOldest)
        let progress = ProgressObserver(
            ProgressBar(total: run.run.steps, from: state.statistics.stepCount), episodes: run.episodeLimit)
        // The checkpoint comes last, since it includes what the others have done in this step.
        trainer = Trainer(
            agent: agent, environment: environment, statistics: state.statistics,
            observers: watchers + [episodes, metrics, progress] + (best.map { [$0] } ?? []) + [checkpoints])
    }

    private static func interval(_ run: TrainingRun, _ count: Int) -> Int { max(1, run.run.steps / count) }

    /// The memory that the replay buffer takes; nil for an agent that has none.
    public var replayMemory: ReplayMemory? { (trainer.agent as? any ReplayingLearner)?.replayMemory }

    /// Whether a run that is stopped can be resumed from its checkpoint.
    public var isResumable: Bool { trainer.environment.canSnapshot }

    /// Trains to the end and writes `summary.json`. If `shouldStop` returns true, it writes a checkpoint and stops.
    ///
    /// - Returns: the run's summary, see ``TrainingSummary``; nil if it was stopped.
    public func train(shouldStop: () -> Bool = { false }) throws -> JSON? {
        let (start, first) = (DispatchTime.now().uptimeNanoseconds, trainer.steps)
        do {
            guard try isTrained(shouldStop) else {
                if !trainer.isBetweenStates { try checkpoints.write(trainer) }
                return nil
            }
        } catch let error as AgentError where error.isDivergence {
            let last = try folder.checkpointSteps().last
            throw TrainingError.diverged(
                reason: "\(error)", step: trainer.steps, checkpoint: last.map(folder.checkpointPath) ?? "missing")
        }
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
        let summary = try TrainingSummary.json(
            run, folder: folder.path, trainer, best: best?.best, seconds: seconds, newSteps: trainer.steps - first)
        try writeAtomically("\(summary)\n", to: folder.summaryPath, overwrite: true)
        return summary
    }

    /// Trains to the end, evaluations included; false if `shouldStop` returned true before.
    private func isTrained(_ shouldStop: () -> Bool) throws -> Bool {
        try withoutActuallyEscaping(shouldStop) { shouldStop in
            best?.shouldStop = shouldStop
            defer { best?.shouldStop = { false } }
            let isFinished = try trainer.run(steps: run.run.steps, episodes: run.episodeLimit, shouldStop: shouldStop)
            return isFinished && best?.isInterrupted != true
        }
    }
}
