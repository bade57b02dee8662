import Agents
import Environments
import Experience
import Graphics
import Rollouts
import Storage
import Testing
import Training
import Viewer

@testable import Scenes

/// What the window shows of an agent and of a recording.
@Suite struct SceneTests {
    private func scene(_ id: String, seed: UInt64 = 3) throws -> AgentScene {
        let environment = try EnvironmentCatalog.make(id, autoreset: .disabled)
        let agent = try RandomSettings().makeAgent(for: EnvironmentDescription(environment), seed: 1)
        return try AgentScene(
            title: "random in \(id)", agent: agent, environment: environment, mode: .explore, seed: seed)
    }

    private func value(_ label: String, _ scene: any ViewerScene) -> String? {
        scene.panel.values.first { $0.label == label }?.text
    }

    private func picture(_ scene: any ViewerScene) -> Frame {
        var frame = Frame(scene.frameSize)
        scene.draw(into: &frame)
        return frame
    }

    /// The panel and picture of each step to the end of the episode.
    private func play(_ scene: any ViewerScene) throws -> [[String?]] {
        var seen: [[String?]] = []
        while scene.holdTime == 0 {
            #expect(try scene.advance())
            seen.append(["Step", "Return", "Reward", "Action", "Ended"].map { value($0, scene) })
        }
        return seen
    }

    @Test func anEpisodeIsHeldAtItsEndAndThenCounted() throws {
        let scene = try scene("CartPole-v1")
        #expect(value("Step", scene) == "0" && value("Action", scene) == "-" && value("Ended", scene) == nil)
        let steps = try play(scene).count
        #expect(steps > 5 && value("Step", scene) == "\(steps)" && value("Return", scene) == "\(steps)")
        #expect(value("Ended", scene) == "terminated" && scene.panel.history == [Double(steps)])
        #expect(["left", "right"].contains(value("Action", scene)))
        #expect(try scene.advance())
        #expect(value("Step", scene) == "0" && value("Episode", scene) == "2" && value("Seed", scene) == "4")
        #expect(scene.holdTime == 0 && scene.panel.history == [Double(steps)])
    }

    @Test(arguments: ["CartPole-v1", "FrozenLake-v1", "grid:four-rooms", "Pendulum-v1", "Taxi-v4"])
    func theSameSeedIsTheSameEpisode(id: String) throws {
        let scene = try scene(id)
        let (first, end) = (try play(scene), picture(scene))
        try scene.newEpisode(sameSeed: true)
        #expect(value("Episode", scene) == "1" && value("Seed", scene) == "3" && scene.panel.history.isEmpty)
        #expect(try play(scene) == first)
        #expect(picture(scene) == end)
        try scene.newEpisode(sameSeed: false)
        #expect(value("Episode", scene) == "2" && scene.panel.history.count == 1)
        #expect(try play(scene) != first)
    }

    @Test(arguments: ["CartPole-v1", "FrozenLake-v1", "Pendulum-v1"]) func stepsGoBackAndForwardAgain(id: String) throws
    {
        let scene = try scene(id)
        let (start, episode) = (picture(scene), try play(scene))
        let end = picture(scene)
        for _ in episode { #expect(scene.stepBack()) }
        #expect(!scene.stepBack() && value("Step", scene) == "0" && picture(scene) == start)
        #expect(try play(scene) == episode)
        #expect(picture(scene) == end)
    }

    @Test func barsNameTheActionsAndMarkTheGreedyOne() throws {
        let names = ActionNames(of: try EnvironmentCatalog.make("FrozenLake-v1"))
        let assessment = ActionAssessment(kind: .actionValues, values: [1, 4, 2, 4.5])
        let bars = names.bars(assessment, chosen: assessment.best)
        #expect(bars.title == "Action values" && bars.bars.map(\.label) == ["left", "down", "right", "up"])
        #expect(bars.bars.map(\.isChosen) == [false, false, false, true])
        #expect(ActionAssessment(kind: .probabilities, values: [0.5, 0.5]).best == nil)
        #expect(names[7] == "7")
    }

    @Test func aRecordingIsPlayedAsItWas() throws {
        let folder = try TemporaryFolder()
        let scene = try RolloutScene(try recorded(folder), path: "r.npz", environment: cartPole())
        #expect(value("Episode", scene) == "1 of 2" && scene.panel.history.isEmpty)
        let first = try play(scene)
        #expect(value("Ended", scene) == "terminated" && scene.panel.history == [Double(first.count)])
        #expect(scene.stepBack() && value("Step", scene) == "\(first.count - 1) of \(first.count)")
        #expect(try scene.advance() && scene.advance())
        #expect(value("Episode", scene) == "2 of 2" && value("Step", scene)!.hasPrefix("0 of "))
        _ = try play(scene)
        #expect(try !scene.advance())
        try scene.newEpisode(sameSeed: true)
        #expect(value("Episode", scene) == "2 of 2")
        try scene.newEpisode(sameSeed: false)
        #expect(try play(scene) == first)
    }

    @Test func aRecordingOfAnotherWorldIsRefused() throws {
        let folder = try TemporaryFolder()
        let rollout = try recorded(folder)
        let other = try EnvironmentCatalog.make("CartPole-v1", autoreset: .disabled, options: ["high": "0.04"])
        #expect(throws: SceneError.self) { try RolloutScene(rollout, path: "r.npz", environment: other) }
        // Its episodes go on where CartPole's have ended, or do what CartPole can't.
        for (action, count) in [(0, 60), (2, 5)] {
            let wrong = try recorded(folder, action: action, steps: count)
            #expect(throws: SceneError.self) {
                let scene = try RolloutScene(wrong, path: "r.npz", environment: cartPole())
                while try scene.advance() {}
            }
        }
    }

    @Test func aRecordingOfNumbersIsPlayedAsItWas() throws {
        let folder = try TemporaryFolder()
        let rollout = try recorded(folder, "Pendulum-v1", episodes: 1, options: ["max_episode_steps": "20"])
        let numbers = (0..<rollout.stepCount).map { Float(rollout.action($0)[0]) }
        #expect(numbers.count == 20 && numbers.allSatisfy { -2 <= $0 && $0 <= 2 } && Set(numbers).count == 20)
        func pendulum(_ options: [String: String]) throws -> any BatchedEnvironment {
            try EnvironmentCatalog.make("Pendulum-v1", autoreset: .disabled, options: options)
        }
        let limit = ["max_episode_steps": "20"]
        let scene = try RolloutScene(rollout, path: "p.npz", environment: pendulum(limit))
        #expect(try play(scene).count == 20)
        #expect(
            value("Ended", scene) == "truncated" && value("Action", scene) == NumberText.readable(Double(numbers[19])))
        let other = try RolloutScene(
            rollout, path: "p.npz", environment: pendulum(limit.merging(["g": "9"]) { $1 }))
        #expect(throws: SceneError.self) { try play(other) }
        #expect(throws: SceneError.self) { try RolloutScene(rollout, path: "p.npz", environment: cartPole()) }
    }

    private func cartPole() throws -> any BatchedEnvironment {
        try EnvironmentCatalog.make("CartPole-v1", autoreset: .disabled)
    }

    /// A recording of a random agent.
    private func recorded(
        _ folder: TemporaryFolder, _ id: String = "CartPole-v1", episodes: Int = 2, options: [String: String] = [:]
    ) throws -> Rollout {
        func make(_ count: Int) throws -> any BatchedEnvironment {
            try EnvironmentCatalog.make(id, count: count, autoreset: .nextStep, options: options)
        }
        let agent = try RandomSettings().makeAgent(for: EnvironmentDescription(make(1)), seed: 0)
        let path = folder.file("r.npz")
        let recorder = try RolloutObserver(agent, make(1), to: path, metadata: [], overwrite: true)
        let evaluator = Evaluator(agent, mode: .explore, batchLimit: 1, observer: recorder, makeEnvironment: make)
        let results = try evaluator.run(episodes: episodes, seed: 1_000_000)
        try recorder.finish(keeping: results.count)
        return try Rollout(contentsOf: path)
    }

    /// A recording of one repeated action without an end.
    private func recorded(_ folder: TemporaryFolder, action: Int, steps: Int) throws -> Rollout {
        let environment = try cartPole()
        try environment.reset(seed: 1)
        let layout = RolloutLayout(
            environment: "CartPole-v1", observations: Column(.observations, .float32, shape: [4]),
            actions: Column(.actions, .int64))
        let recorder = try RolloutRecorder(layout: layout, to: folder.file("w.npz"), slotCount: 1, overwrite: true)
        try recorder.begin(slot: 0, seed: 1, observation: environment.observation(of: 0).bytes)
        for _ in 0..<steps {
            if action < 2, !environment.hasEnded {
                environment.actionRows.integers[0] = action
                try environment.step()
            }
            try recorder.step(
                slot: 0, action: [action].span.bytes, reward: 1, terminated: false, truncated: false,
                observation: environment.observation(of: 0).bytes)
        }
        try recorder.finish()
        return try Rollout(contentsOf: folder.file("w.npz"))
    }
}
