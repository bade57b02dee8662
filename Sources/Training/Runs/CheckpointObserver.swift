import Agents
import Environments
import Glibc
import Storage

/// Writes checkpoints at regular steps and at the end, and keeps the last two of these; between them it writes one a
/// minute, of which it keeps the last until the next regular one.
///
/// What is written at regular steps doesn't depend on the clock, nor on when a run was stopped and resumed: only the
/// steps decide what is kept at the end. (Only the blocks in the files of ``ReplayLog`` begin where something was
/// saved.)
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
    /// The oldest replay record that the older of the two kept checkpoints needs: none is removed for it before this
    /// process has written a regular checkpoint.
    private var oldestBefore = 0
    /// The minimum number of seconds between checkpoints at other than regular steps; negative: one after each step.
    var seconds = 60.0
    private var lastTime = CheckpointObserver.now
    /// The seconds that writing the last checkpoint took.
    private var writingTime = 0.0
    /// The step of the last checkpoint that the clock asked for.
    private var timedStep: Int?

    /// Writes every `interval` steps, from step `next` on.
    init(
        _ folder: RunFolder, every interval: Int, next: Int, metrics: MetricsObserver, episodes: EpisodesObserver,
        best: BestObserver?, replay: ReplayLog?, lock: FolderLock,
        identity: (text: String, origins: ReplayOrigins)
    ) {
        (self.lock, self.identity) = (lock, identity)
        (self.folder, recurrence) = (folder, Recurrence(every: interval, next: next))
        (self.metrics, self.episodes, self.best, self.replay) = (metrics, episodes, best, replay)
    }

    /// Seconds of a clock that is cheap enough to ask after each step.
    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// As far apart as the seconds say, and 20 times as far as writing takes.
    private var isTime: Bool { seconds < 0 || Self.now - lastTime > max(seconds, 20 * writingTime) }

    func didStep(_ trainer: Trainer) throws {
        try replay?.storeIfMany()
        if recurrence.isDue(at: trainer.steps) {
            try write(trainer)
        } else if isTime {
            // A fault is for the regular checkpoint to report, so that it is reported at the same step whatever the
            // clock says.
            guard (try? trainer.agent.requireFiniteVariables()) != nil else { return lastTime = Self.now }
            timedStep = trainer.steps
            try write(trainer)
        }
    }

    func didEnd(_ trainer: Trainer) throws { try write(trainer, isLast: true) }

    /// Brings the logs to disk and writes the state after the last step, unless it has been written already.
    ///
    /// - Parameter again: Whether to replace a checkpoint of this step.
    func write(_ trainer: Trainer, again: Bool = false, isLast: Bool = false) throws {
        try lock?.requireHeld()
        try metrics.synchronize()
        try episodes.synchronize()
        let path = folder.checkpointPath(step: trainer.steps)
        // The last lines of the logs may have come after a checkpoint that the clock asked for in this very step.
        let isStale = again || isLast && timedStep == trainer.steps
        if !exists(path) || isStale { try write(trainer, to: path, isLast: isLast) }
    }

    private func write(_ trainer: Trainer, to path: String, isLast: Bool) throws {
        let begin = Self.now
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
        lastTime = Self.now
        writingTime = lastTime - begin
        let isKept = isLast || isRegular(trainer.steps, trainer)
        let others = try folder.checkpointSteps().filter { $0 != trainer.steps }
        let regular = others.filter { isRegular($0, trainer) }.suffix(isKept ? 1 : 2)
        for step in others where !regular.contains(step) { try removeFile(folder.checkpointPath(step: step)) }
        guard isKept else { return }
        try replay?.removeFiles(before: oldestBefore)
        oldestBefore = state.replayOldest
    }

    /// Whether a checkpoint is due at a step, whatever happened: the first step after a multiple of the interval.
    private func isRegular(_ step: Int, _ trainer: Trainer) -> Bool {
        step == 0 || step / recurrence.interval > (step - trainer.environment.count) / recurrence.interval
    }

    private func state(_ trainer: Trainer) throws -> TrainingState {
        var state = TrainingState(of: trainer.environment)
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
        if let best {
            (state.nextEvaluation, state.lastEvaluation, state.best) = (best.recurrence.next, best.last, best.best)
        }
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
    /// - Throws: ``Agents/AgentError/notFinite(agent:name:update:)``.
    fileprivate func requireFiniteVariables() throws {
        if let fault = variables.firstNotFinite {
            throw AgentError.notFinite(agent: AgentCatalog.name(of: Self.self), name: fault.path, update: updates)
        }
    }
}
