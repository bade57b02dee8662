import Agents
import Environments
import Experience
import Testing

@testable import Training

/// Episodes that are played without learning take valid actions where an environment says which these are.
@Suite struct ValidActionTests {
    /// Taxi takes 10 for picking up or setting down a passenger where nobody is to be, which a mask rules out.
    private final class Rewards: EvaluationObserver {
        var lowest = 0.0
        var wantsAssessments: Bool { false }
        func didReset(_ environment: any BatchedEnvironment, seed: UInt64) {}
        func didAct(_ assessment: ActionAssessment?) {}
        func didCut(_ environment: any BatchedEnvironment, _ index: Int) {}
        func didStep(_ environment: any BatchedEnvironment, playing: [Bool]) {
            for row in playing.indices where playing[row] { lowest = min(lowest, environment.rewards[row]) }
        }
    }

    @Test(arguments: ["random", "q-learning"], [ActionMode.explore, .greedy])
    func evaluationsTakeValidActions(name: String, mode: ActionMode) throws {
        let make = { (count: Int) in try EnvironmentCatalog.make("Taxi-v4", count: count) }
        let agent = try AgentCatalog.entry(name).makeSettings().makeAgent(
            for: EnvironmentDescription(try make(1)), seed: 1)
        let observer = Rewards()
        _ = try Evaluator(agent, mode: mode, observer: observer, makeEnvironment: make).run(episodes: 20, seed: 0)
        #expect(observer.lowest == -1)
    }

    /// Training explores all actions, as the papers' agents do.
    @Test func trainingExploresInvalidActionsToo() throws {
        let batch = try EnvironmentCatalog.make("Taxi-v4", count: 4)
        let agent = try RandomSettings().makeAgent(for: EnvironmentDescription(batch), seed: 1)
        let trainer = try Trainer(agent: agent, environment: batch, seed: 0)
        var lowest = 0.0
        try trainer.run(steps: 400) {
            lowest = min(lowest, batch.rewards.min() ?? 0)
            return false
        }
        #expect(lowest == -10)
    }
}
