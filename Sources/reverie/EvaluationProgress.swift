import Environments
import Agents
import Experience
import Training

/// Shows how many episodes of an evaluation have finished, and forwards everything to another observer.
final class EvaluationProgress: EvaluationObserver {
    private let bar: ProgressBar
    private let next: (any EvaluationObserver)?
    private var ended = 0

    /// Shows the progress over `episodes` episodes.
    init(episodes: Int, passingTo next: (any EvaluationObserver)? = nil) {
        bar = ProgressBar(total: episodes)
        self.next = next
    }

    func didReset(_ environment: any BatchedEnvironment, seed: UInt64) throws {
        bar.update(step: ended)
        try next?.didReset(environment, seed: seed)
    }

    var wantsAssessments: Bool { next?.wantsAssessments ?? false }

    func didAct(_ assessment: ActionAssessment?) { next?.didAct(assessment) }

    func didStep(_ environment: any BatchedEnvironment, playing: [Bool]) throws {
        try next?.didStep(environment, playing: playing)
        for index in playing.indices where playing[index] {
            if environment.terminated[index] || environment.truncated[index] { ended += 1 }
        }
        bar.update(step: ended)
    }

    func didCut(_ environment: any BatchedEnvironment, _ index: Int) throws {
        try next?.didCut(environment, index)
        ended += 1
    }

    func finish() { bar.finish(step: ended) }
}
