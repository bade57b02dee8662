import Agents
import Environments
import Foundation
import Training

/// Checks the environment, trains the agent in it, with Reverie's loop, and fails where it has not learned to land.
@main struct Main {
    static func main() throws {
        func makeLanders(_ count: Int) -> any BatchedEnvironment {
            VectorEnvironment("Lander", count: count) { TimeLimit(Lander(), steps: 200) }
        }
        let check = EnvironmentCheck("Lander") { TimeLimit(Lander(), steps: 200) }
        print(check)
        if !check.passed { exit(1) }
        let landers = makeLanders(16)
        let agent = ActorCritic(observations: landers.observationSpace, actions: 2, seed: 1)
        let before = try meanReturn(agent, makeLanders)
        try Trainer(agent: agent, environment: landers, seed: 1).run(steps: 200_000)
        let after = try meanReturn(agent, makeLanders)
        print("mean return of the greedy policy: \(before) before, \(after) after training")
        if after < 0.7 || after <= before { exit(1) }
    }

    static func meanReturn(_ agent: any Learner, _ make: @escaping (Int) -> any BatchedEnvironment) throws -> Double {
        let episodes = try Evaluator(agent, makeEnvironment: make).run(episodes: 100, seed: 1_000)
        return episodes.map(\.return).reduce(0, +) / Double(episodes.count)
    }
}
