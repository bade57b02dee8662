import Agents
import Environments
import Experience

/// Evaluates the greedy policy at regular steps, logs the result, and keeps the parameters of the best evaluation, the
/// latest of equals.
///
/// The episodes are played in separate environments with the same seeds each time, and the agent's random streams are
/// restored, so evaluations don't change the training. One that was interrupted leaves nothing behind and is still due
/// when the run is resumed.
final class BestObserver: TrainingObserver {
    private let folder: RunFolder
    private let run: TrainingRun
    /// The identity of the run, for the file's metadata.
    private let identity: String
    private let metrics: MetricsObserver
    /// When evaluations are due.
    private(set) var recurrence: Recurrence
    /// The step of the last evaluation.
    private(set) var last: Int
    /// The best evaluation so far.
    private(set) var best: GreedyEvaluation?
    /// Whether an evaluation was interrupted, and is still to be made.
    private(set) var isInterrupted = false
    /// Asked after each step of an evaluation.
    var shouldStop: () -> Bool = { false }

    /// Evaluations use seeds of their own, half a million after the run's, away from those of training and of
    /// `reverie evaluate`.
    private static let seedOffset: UInt64 = 500_000

    /// Evaluates from step `next` on; the last evaluation was made at step `last`, and `best` is the best so far.
    init(
        _ folder: RunFolder, _ run: TrainingRun, identity: String, logging metrics: MetricsObserver, next: Int,
        last: Int, best: GreedyEvaluation?
    ) {
        (self.folder, self.run, self.identity, self.metrics) = (folder, run, identity, metrics)
        (self.last, self.best) = (last, best)
        recurrence = Recurrence(every: run.run.evaluationInterval, next: next)
    }

    /// Makes up for an evaluation that was interrupted before the run was saved.
    func didStart(_ trainer: Trainer) throws { try evaluateIfDue(trainer) }

    func didStep(_ trainer: Trainer) throws { try evaluateIfDue(trainer) }

    func didEnd(_ trainer: Trainer) throws {
        if last != trainer.steps { try evaluate(trainer) }
    }

    private func evaluateIfDue(_ trainer: Trainer) throws {
        let before = recurrence
        guard recurrence.isDue(at: trainer.steps) else { return }
        try evaluate(trainer)
        if isInterrupted { recurrence = before }
    }

    private func evaluate(_ trainer: Trainer) throws {
        if let fault = trainer.agent.behaviour.firstNotFinite {
            throw AgentError.notFinite(agent: run.agent, name: fault.path, update: trainer.agent.updates)
        }
        let statistics = trainer.environment.statistics(of: 0)
        let limit = run.run.evaluationStepLimit
        let evaluator = Evaluator(trainer.agent, stepLimit: limit == 0 ? nil : limit) { [run] in
            try run.makeEnvironment(count: $0, statistics: statistics)
        }
        let seed = UInt64(run.run.seed) &+ Self.seedOffset
        let state = trainer.agent.stateBytes()
        let results = try evaluator.run(episodes: run.run.evaluationEpisodes, seed: seed, shouldStop: shouldStop)
        try trainer.agent.restoreState(from: state)
        isInterrupted = results.count < run.run.evaluationEpisodes
        guard !isInterrupted else { return }
        last = trainer.steps
        let evaluation = try GreedyEvaluation(results, step: trainer.steps)
        try metrics.log(evaluation)
        guard evaluation.meanReturn >= best?.meanReturn ?? -.infinity else { return }
        best = evaluation
        let metadata = [
            "step": "\(trainer.steps)", "meanReturn": "\(evaluation.meanReturn)", RunIdentity.metadataName: identity,
        ]
        let states = Checkpoint.states(agent: state, in: trainer.environment)
        try Checkpoint.write(trainer.agent.variables, states: states, metadata: metadata, to: folder.bestCheckpointPath)
    }
}
