import Agents
import Environments
import Experience
import Training

/// The files of a recording, which are begun, finished and given up together.
final class Recording: EvaluationObserver {
    private let rollouts: RolloutObserver?
    private let film: FilmObserver?

    /// Joins the rollouts and the film that is begun after them.
    init(rollouts: RolloutObserver?, film: () throws -> FilmObserver?) throws {
        self.rollouts = rollouts
        do {
            self.film = try film()
        } catch {
            try? rollouts?.discard()
            throw error
        }
    }

    func didReset(_ environment: any BatchedEnvironment, seed: UInt64) throws {
        try rollouts?.didReset(environment, seed: seed)
        try film?.didReset(environment, seed: seed)
    }

    var wantsAssessments: Bool { rollouts?.wantsAssessments ?? false }

    func didAct(_ assessment: ActionAssessment?) { rollouts?.didAct(assessment) }

    func didCut(_ environment: any BatchedEnvironment, _ index: Int) throws {
        rollouts?.didCut(environment, index)
        film?.didCut(environment, index)
    }

    func didStep(_ environment: any BatchedEnvironment, playing: [Bool]) throws {
        try rollouts?.didStep(environment, playing: playing)
        try film?.didStep(environment, playing: playing)
    }

    /// Writes the files; the film only if it shows an episode.
    func finish(keeping episodes: Int) throws {
        try rollouts?.finish(keeping: episodes)
        if let film, film.episodeCount > 0 { try film.finish() } else { try film?.discard() }
    }

    /// Removes what has been written so far. What is finished already stays.
    func discard() {
        try? rollouts?.discard()
        try? film?.discard()
    }
}
