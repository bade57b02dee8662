import Agents
import Environments
import Storage

/// Writes checkpoints at regular steps and at the end, and keeps the last two.
///
/// A checkpoint holds everything that the run's future depends on, except environments that can't be saved; without
/// them it can still be evaluated and watched. Logs and new experience are brought to disk, in this order, before the
/// checkpoint that depends on them appears under its name.
final class CheckpointObserver: TrainingObserver {
    private let folder: RunFolder
    /// The session's, which ends with the session even if its trainer is kept.
    private weak var lock: FolderLock?
    private let identity: (text: String, origins: ReplayOrigins)
    private let metrics: MetricsObserver
    private let episodes: EpisodesObserver
    private let best: BestObserver?
    private var replay: ReplayLog?
    private var recurrence: Recurrence
    /// The oldest replay record that the older of the two kept checkpoints needs.
    private var oldestBefore: Int

    /// Writes every `interval` steps, from step `next` on.
    init(
        _ folder: RunFolder, every interval: Int, next: Int, metrics: MetricsObserver, episodes: EpisodesObserver,
        best: BestObserver?, replay: ReplayLog?, oldest: Int, lock: FolderLock,
        identity: (text: String, origins: ReplayOrigins)
    ) {
        (self.lock, self.identity) = (lock, identity)
        (self.folder, recurrence) = (folder, Recurrence(every: interval, next: next))
        (self.metrics, self.episodes, self.best) = (metrics, episodes, best)
        (self.replay, oldestBefore) = (replay, oldest)
    }

    func didStep(_ trainer: Trainer) throws {
        try replay?.storeIfMany()
        if recurrence.isDue(at: trainer.steps) { try write(trainer) }
    }

    func didEnd(_ trainer: Trainer) throws { try write(trainer) }

    /// Brings the logs to disk and writes the state after the last step, unless it has been written already.
    ///
    /// - Parameter again: Whether to replace a checkpoint of this step.
    func write(_ trainer: Trainer, again: Bool = false) throws {
        try lock?.requireHeld()
        try metrics.synchronize()
        try episodes.synchronize()
        let path = folder.checkpointPath(step: trainer.steps)
        guard again || !exists(path) else { return }
        let agent = trainer.agent
        try agent.requireFiniteVariables()
        try replay?.store()
        let state = try self.state(trainer)
        var states = Checkpoint.states(agent: agent.stateBytes(), in: trainer.environment)
        states[Checkpoint.trainingState] = state.stateBytes()
        let metadata = [
            "step": "\(trainer.steps)", "episodes": "\(trainer.episodes)", RunIdentity.metadataName: identity.text,
        ]
        try Checkpoint.write(agent.variables, states: states, metadata: metadata, to: path)
        try folder.removeCheckpoints(keeping: 2)
        try replay?.removeFiles(before: oldestBefore)
        oldestBefore = state.replayOldest
    }

    private func state(_ trainer: Trainer) throws -> TrainingState {
        var state = TrainingState(count: trainer.environment.count)
        state.statistics = trainer.statistics
        if trainer.environment.canSnapshot {
            state.environments = try (0..<trainer.environment.count).map { try trainer.environment.snapshot(of: $0) }
        }
        (state.metricsLength, state.eventsLength) = metrics.lengths
        (state.episodesLength, state.episodeCount) = (episodes.length, episodes.count)
        (state.metricsChecksum, state.episodesChecksum) = (metrics.checksum, episodes.checksum)
        state.origins = identity.origins
        (state.lastMetrics, state.nextMetrics, state.nextCheckpoint) = (
            metrics.last, metrics.recurrence.next, recurrence.next
        )
        if let best { (state.nextEvaluation, state.bestReturn) = (best.recurrence.next, best.best) }
        if let replay = (trainer.agent as? any ReplayingLearner)?.replay {
            (state.replayAdded, state.replayOldest, state.replayRecords) = (
                replay.added, replay.oldestRecord, replay.records
            )
        }
        return state
    }
}

extension Learner {
    /// Throws if a parameter is no longer finite: the earlier checkpoints are of more use than this one.
    ///
    /// - Throws: ``Agents/AgentError/notFinite(name:update:)``.
    fileprivate func requireFiniteVariables() throws {
        for (path, variable) in variables.entries {
            let isFinite = variable.withValues { values in
                // A sum of products with 0 is 0 unless one of the factors is infinite or NaN.
                values.reduce(Float(0)) { $0 + $1 * 0 } == 0
            }
            if !isFinite { throw AgentError.notFinite(name: path, update: updates) }
        }
    }
}
