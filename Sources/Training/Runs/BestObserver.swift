import Agents
import Environments

/// Evaluates the greedy policy at regular steps and keeps the parameters of the best evaluation, the latest of equals.
///
/// The episodes are played in separate environments with the same seeds each time, and the agent's random streams are
/// restored, so evaluations don't change the training.
final class BestObserver: TrainingObserver {
    private let folder: RunFolder
    private let run: TrainingRun
    /// The identity of the run, for the file's metadata.
    private let identity: String
    /// When evaluations are due.
    private(set) var recurrence: Recurrence
    /// The step of the last evaluation in this process.
    private var evaluatedAt: Int?
    /// The mean return of the best evaluation so far.
    private(set) var best: Double?

    /// Evaluations use seeds of their own, half a million after the run's, away from those of training and of
    /// `reverie evaluate`.
    private static let seedOffset: UInt64 = 500_000

    /// Evaluates from step `next` on; `best` is the best mean return so far.
    init(_ folder: RunFolder, _ run: TrainingRun, identity: String, next: Int, best: Double?) {
        (self.folder, self.run, self.identity, self.best) = (folder, run, identity, best)
        recurrence = Recurrence(every: run.run.evaluationInterval, next: next)
    }

    func didStep(_ trainer: Trainer) throws {
        if recurrence.isDue(at: trainer.steps) { try evaluate(trainer) }
    }

    func didEnd(_ trainer: Trainer) throws {
        if evaluatedAt != trainer.steps { try evaluate(trainer) }
    }

    private func evaluate(_ trainer: Trainer) throws {
        evaluatedAt = trainer.steps
        let statistics = trainer.environment.statistics(of: 0)
        let evaluator = Evaluator(trainer.agent) { [run] in
            try run.makeEnvironment(count: $0, statistics: statistics)
        }
        let seed = UInt64(run.run.seed) &+ Self.seedOffset
        let state = trainer.agent.stateBytes()
        let results = try evaluator.run(episodes: run.run.evaluationEpisodes, seed: seed)
        try trainer.agent.restoreState(from: state)
        let mean = Statistics.mean(results.map(\.return))
        guard mean >= best ?? -.infinity else { return }
        best = mean
        let metadata = [
            "step": "\(trainer.steps)", "meanReturn": "\(mean)", RunIdentity.metadataName: identity,
        ]
        let states = Checkpoint.states(agent: state, in: trainer.environment)
        try Checkpoint.write(trainer.agent.variables, states: states, metadata: metadata, to: folder.bestCheckpointPath)
    }
}
