import Agents
import Configuration
import Dispatch
import Environments
import Foundation
import Graphics
import Storage
import TensorCore

/// A training run with its folder: trains, and writes all files of the run.
public final class TrainingSession {
    private let run: TrainingRun
    private let folder: RunFolder
    /// Held until the training has ended.
    private let lock: FolderLock
    let trainer: Trainer
    let checkpoints: CheckpointObserver
    private let best: BestObserver?

    /// The number of times that metrics are logged in a run.
    private static let logCount = 200
    /// The number of times that checkpoints are written in a run, unless it is told another.
    public static let usualCheckpoints = 20

    /// Starts a run: makes the agent, its environments and the run's folder.
    ///
    /// - Parameters:
    ///   - weights: The parameters that the agent starts from; the folder keeps a copy.
    ///   - count: The number of checkpoints in a run, evenly over its steps.
    ///   - watchers: Observers besides those that write the run's files.
    /// - Throws: ``Agents/AgentError``, ``Environments/EnvironmentError``, the errors of ``WeightsFile/load(into:)``,
    ///   or `StorageError`, such as for an existing folder.
    public convenience init(
        _ run: TrainingRun, folder path: String, overwrite: Bool, weights: WeightsFile? = nil,
        checkpoints count: Int = usualCheckpoints, watchers: [any TrainingObserver] = []
    ) throws {
        let environment = try run.makeEnvironment(count: run.run.environments)
        let agent = try run.makeAgent(for: environment)
        try weights?.load(into: agent)
        let claim = try RunFolder.claim(creating: path, force: overwrite)
        if weights != nil {
            try Checkpoint.write(
                agent.behaviour, metadata: Checkpoint.initialParameters, to: claim.folder.weightsPath)
        }
        try writeAtomically(run.tomlText, to: claim.folder.configurationPath, overwrite: false)
        try self.init(starting: run, claim, agent, environment, count, watchers)
    }

    /// Continues the run in a folder if there is one, and starts it otherwise.
    ///
    /// - Parameter changes: What is changed in a run that is continued.
    /// - Throws: as the other two initialisers.
    public convenience init(
        continuing run: TrainingRun, folder path: String, changes: RunChanges = RunChanges(),
        weights: WeightsFile? = nil, checkpoints count: Int = usualCheckpoints, watchers: [any TrainingObserver] = []
    ) throws {
        switch try RunFolder.content(of: path) {
        case .run: try self.init(resuming: path, changes: changes, checkpoints: count, watchers: watchers)
        case .nothing:
            try self.init(
                run, folder: path, overwrite: false, weights: weights, checkpoints: count, watchers: watchers)
        }
    }

    /// Continues a run from its last checkpoint; one that was stopped before its first starts from the beginning. The
    /// run ends like one that was never stopped, bit for bit.
    ///
    /// - Parameter changes: What is changed on purpose. The changes are recorded in `metrics.jsonl`.
    /// - Throws: as ``init(_:folder:overwrite:weights:watchers:)``, `FormatError` for a damaged checkpoint, log or
    ///   experience, or one of another run, and ``TrainingError``.
    public convenience init(
        resuming path: String, changes: RunChanges = RunChanges(), checkpoints count: Int = usualCheckpoints,
        watchers: [any TrainingObserver] = []
    ) throws {
        let claim = try RunFolder.claim(resuming: path)
        let folder = claim.folder
        let saved = try TrainingRun(contentsOf: folder.configurationPath)
        let run = try saved.changed(by: changes)
        let environment = try run.makeEnvironment(count: run.run.environments)
        let agent = try run.makeAgent(for: environment)
        guard let step = try folder.checkpointSteps().last else {
            try folder.removeLogs()
            if exists(folder.weightsPath) { try WeightsFile(folder.weightsPath).load(into: agent) }
            try writeAtomically(run.tomlText, to: folder.configurationPath, overwrite: true)
            try self.init(starting: run, claim, agent, environment, count, watchers)
            return
        }
        let parts = try SessionParts(
            resuming: run, from: folder.checkpointPath(step: step), claim, agent, environment, saved: saved,
            meant: changes)
        self.init(parts, count, watchers)
        guard !parts.changes.isEmpty else { return }
        // A process that ends between these leaves a configuration that its checkpoint doesn't know, which is told.
        try removeFile(folder.summaryPath)
        try writeAtomically(run.tomlText, to: folder.configurationPath, overwrite: true)
        try checkpoints.write(trainer, again: true)
    }

    private convenience init(
        starting run: TrainingRun, _ claim: RunFolder.Claim, _ agent: any Learner,
        _ environment: any BatchedEnvironment, _ checkpoints: Int, _ watchers: [any TrainingObserver]
    ) throws {
        self.init(try SessionParts(starting: run, claim, agent, environment), checkpoints, watchers)
        try self.checkpoints.write(trainer)
    }

    private init(_ parts: SessionParts, _ checkpointCount: Int, _ watchers: [any TrainingObserver]) {
        (run, folder, lock) = (parts.run, parts.claim.folder, parts.claim.lock)
        let (state, logs, identity) = (parts.state, parts.logs, parts.identity.text)
        let episodes = EpisodesObserver(logs.episodes, count: state.episodeCount)
        let metrics = MetricsObserver(
            logs.lines, logs.events, every: Self.interval(run, Self.logCount), next: state.nextMetrics,
            last: state.lastMetrics)
        best =
            run.run.evaluationInterval == 0
            ? nil
            : BestObserver(
                folder, run, identity: identity, logging: metrics, next: state.nextEvaluation,
                last: state.lastEvaluation, best: state.best)
        checkpoints = CheckpointObserver(
            folder, every: Self.interval(run, checkpointCount), next: state.nextCheckpoint, metrics: metrics,
            episodes: episodes, best: best, replay: logs.replay, lock: lock,
            identity: (identity, state.origins))
        let progress = ProgressObserver(
            ProgressBar(total: run.run.steps, from: state.statistics.stepCount), episodes: run.episodeLimit)
        // The checkpoint comes last, since it includes what the others have done in this step.
        trainer = Trainer(
            agent: parts.agent, environment: parts.environment, statistics: state.statistics,
            observers: watchers + [episodes, metrics, progress] + (best.map { [$0] } ?? []) + [checkpoints])
    }

    private static func interval(_ run: TrainingRun, _ count: Int) -> Int { max(1, run.run.steps / count) }

    /// The memory that the replay buffer takes; nil for an agent that has none.
    public var replayMemory: ReplayMemory? { (trainer.agent as? any ReplayingLearner)?.replayMemory }

    /// Whether a run that is stopped can be resumed from its checkpoint.
    public var isResumable: Bool { trainer.environment.canSnapshot }

    /// Trains to the end and writes `summary.json`. If `shouldStop` returns true, it writes a checkpoint and stops.
    /// Then the folder is free for others.
    ///
    /// - Returns: the run's summary, see ``TrainingSummary``; nil if it was stopped.
    public func train(shouldStop: () -> Bool = { false }) throws -> JSON? {
        defer { lock.release() }
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
