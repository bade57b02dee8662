import Agents
import Environments
import Foundation
import Scenes
import Training
import Viewer

/// Checks the environment, trains the agent in it, with Reverie's loop, and fails where it has not learned to land.
/// `--watch` then shows the agent in a window, with `--frames N` for so many refreshes.
@main struct Main {
    @MainActor static func main() throws {
        let check = EnvironmentCheck("Lander") { TimeLimit(Lander(), steps: 200) }
        print(check)
        if !check.passed { exit(1) }
        let landers = landers(16)
        let agent = ActorCritic(observations: landers.observationSpace, actions: 2, seed: 1)
        let before = try meanReturn(agent)
        try Trainer(agent: agent, environment: landers, seed: 1).run(steps: 200_000)
        let after = try meanReturn(agent)
        print("mean return of the greedy policy: \(before) before, \(after) after training")
        if after < 0.7 || after <= before { exit(1) }
        if CommandLine.arguments.contains("--watch") { try watch(agent) }
    }

    static func landers(_ count: Int, _ autoreset: AutoresetMode = .sameStep) -> any BatchedEnvironment {
        VectorEnvironment("Lander", count: count, autoreset: autoreset) { TimeLimit(Lander(), steps: 200) }
    }

    static func meanReturn(_ agent: any Learner) throws -> Double {
        let episodes = try Evaluator(agent) { landers($0) }.run(episodes: 100, seed: 1_000)
        return episodes.map(\.return).reduce(0, +) / Double(episodes.count)
    }

    /// Shows what the agent does and thinks until the window is closed.
    @MainActor static func watch(_ agent: any Learner) throws {
        let words = CommandLine.arguments
        let frames = words.firstIndex(of: "--frames").flatMap { words.dropFirst($0 + 1).first }.flatMap { Int($0) }
        let scene = try AgentScene(
            title: "Actor-critic in Lander", agent: agent, environment: landers(1, .disabled), seed: 2_000)
        try ViewerWindow.run(scene, options: ViewerOptions(maximumFrames: frames))
    }
}
