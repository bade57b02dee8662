import Agents
import Environments
import Foundation
import Storage
import TensorCore

/// What a training session is put together from: a new run's, or those of a run that is continued.
struct SessionParts {
    let run: TrainingRun
    let claim: RunFolder.Claim
    let agent: any Learner
    let environment: any BatchedEnvironment
    let identity: RunIdentity
    private(set) var state: TrainingState
    private(set) var logs: Logs
    /// What was changed for the continuation.
    private(set) var changes: [JSON.Member] = []

    struct Logs {
        var lines: JSONLinesWriter
        var events: TensorBoardWriter
        var episodes: EpisodeLog
        var replay: ReplayLog?
    }

    /// Starts the logs of a new run.
    init(
        starting run: TrainingRun, _ claim: RunFolder.Claim, _ agent: any Learner,
        _ environment: any BatchedEnvironment
    ) throws {
        (self.run, self.claim, self.agent, self.environment) = (run, claim, agent, environment)
        let folder = claim.folder
        identity = try run.identity()
        state = TrainingState(of: environment)
        state.origins = ReplayOrigins(identity)
        try environment.reset(seed: UInt64(run.run.seed))
        let time = Date().timeIntervalSince1970
        let replay = environment.canSnapshot ? (agent as? any ReplayingLearner)?.replay : nil
        logs = Logs(
            lines: try JSONLinesWriter(creating: folder.metricsPath),
            events: try TensorBoardWriter(creating: folder.newEventsPath(time: time), time: time),
            episodes: try EpisodeLog(creating: folder.episodesPath, wrapped: environment.changesRewards),
            replay: try replay.map { [origins = state.origins] in
                try ReplayLog(creating: folder.replayFolder, replay: $0, origins: origins)
            })
    }

    /// Restores a run from a checkpoint, and cuts its logs off where the checkpoint was written. Everything is verified
    /// before anything changes.
    ///
    /// - Parameters:
    ///   - run: The run with `meant` made in `saved`, which its folder holds.
    ///   - meant: What is changed on purpose.
    init(
        resuming run: TrainingRun, from path: String, _ claim: RunFolder.Claim, _ agent: any Learner,
        _ environment: any BatchedEnvironment, saved: TrainingRun, meant: RunChanges
    ) throws {
        (self.run, self.claim, self.agent, self.environment) = (run, claim, agent, environment)
        let folder = claim.folder
        let checkpoint = try folder.readingCheckpoint(path) { try Checkpoint.open(path) }
        guard environment.canSnapshot else {
            throw TrainingError.notResumable(folder: folder.path, environment: environment.id, checkpoint: path)
        }
        identity = try run.identity()
        let differences = identity.differences(from: try Checkpoint.identity(in: checkpoint.metadata, of: path))
        try meant.require(differences, in: folder.path)
        do {
            state = try folder.readingCheckpoint(path) {
                try Self.restore(agent, environment, from: checkpoint, seed: UInt64(run.run.seed))
            }
            try RunFolder.requireContent(
                of: folder.metricsPath, length: state.metricsLength, checksum: state.metricsChecksum)
            try RunFolder.requireContent(
                of: folder.episodesPath, length: state.episodesLength, checksum: state.episodesChecksum)
            if !differences.isEmpty { state.origins.append(identity, from: state.replayRecords) }
            logs = try Self.logs(of: folder, state, agent, environment)
        } catch  where !differences.isEmpty {
            throw TrainingError.unsuitableChange(
                folder: folder.path, settings: differences.map(\.name), reason: "\(error).")
        }
        changes = run.changes(from: saved, differences)
        guard !changes.isEmpty else { return }
        try logs.lines.append(["step": .integer(state.statistics.stepCount), "changed": .object(changes)])
    }

    /// Restores agent and environments.
    ///
    /// - Returns: the rest of the state.
    private static func restore(
        _ agent: any Learner, _ environment: any BatchedEnvironment, from checkpoint: TensorFileReader, seed: UInt64
    ) throws -> TrainingState {
        try Checkpoint.read(checkpoint, into: agent)
        var state = TrainingState(of: environment)
        let bytes = try Checkpoint.bytes(named: Checkpoint.trainingState, in: checkpoint)
        try Checkpoint.locating(Checkpoint.trainingState, in: checkpoint) { () throws(EnvironmentError) in
            try state.restoreState(from: bytes)
        }
        guard state.environments.count == environment.count else {
            throw FormatError(
                .safetensors, file: "\(checkpoint.path)(\(Checkpoint.trainingState))", offset: 0,
                expected: "\(environment.count) environments", found: "\(state.environments.count)")
        }
        try environment.reset(seed: seed)
        for (index, snapshot) in state.environments.enumerated() {
            try Checkpoint.locating(Checkpoint.trainingState, in: checkpoint) { () throws(EnvironmentError) in
                try environment.restore(snapshot, to: index)
            }
        }
        return state
    }

    /// Reads the experience, and continues the logs, which have been verified.
    private static func logs(
        of folder: RunFolder, _ state: TrainingState, _ agent: any Learner, _ environment: any BatchedEnvironment
    ) throws -> Logs {
        let spaces = (environment.observationSpace, environment.actionSpace)
        let replay = try (agent as? any ReplayingLearner).map {
            try ReplayLog(
                resuming: folder.replayFolder, replay: $0.replay, origins: state.origins,
                records: state.replayOldest..<state.replayRecords, added: state.replayAdded, spaces: spaces)
        }
        return Logs(
            lines: try JSONLinesWriter(
                resuming: folder.metricsPath, at: state.metricsLength, checksum: state.metricsChecksum),
            events: try TensorBoardWriter(resuming: folder.eventsPath(), at: state.eventsLength),
            episodes: try EpisodeLog(
                resuming: folder.episodesPath, at: state.episodesLength, checksum: state.episodesChecksum,
                wrapped: environment.changesRewards),
            replay: replay)
    }
}
