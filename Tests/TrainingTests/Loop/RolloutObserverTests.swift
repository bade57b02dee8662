import Agents
import Environments
import Experience
import Rollouts
import Storage
import Testing

@testable import Training

@Suite struct RolloutObserverTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    /// Plays and records `episodes` episodes, and reads them back.
    private func recorded(
        _ agent: any Learner, _ id: String, episodes: Int, batchLimit: Int, mode: ActionMode = .explore,
        video: String? = nil
    ) throws -> (rollout: Rollout, results: [EpisodeSummary]) {
        let path = folder.file("\(id)-\(batchLimit).npz")
        func make(_ count: Int) throws -> any BatchedEnvironment {
            try EnvironmentCatalog.make(id, count: count, autoreset: .nextStep)
        }
        let observer = try RolloutObserver(
            agent, make(batchLimit), to: path, videoPath: video, metadata: [.init("agent", .string("test"))],
            overwrite: false)
        let results = try Evaluator(
            agent, mode: mode, batchLimit: batchLimit, observer: observer, makeEnvironment: make
        )
        .run(episodes: episodes, seed: 70)
        try observer.finish(overwrite: false)
        return (try Rollout(contentsOf: path), results)
    }

    private func agent(_ name: String, _ id: String) throws -> any Learner {
        let environment = try EnvironmentCatalog.make(id)
        return try AgentCatalog.entry(name).makeSettings().makeAgent(for: EnvironmentDescription(environment), seed: 2)
    }

    /// The recorded actions, played again in one environment, give the recorded episode to the last bit.
    ///
    /// - Parameter tolerance: by how much assessments may differ: the network's sums for several rows are in a
    ///   different order than those for one row.
    private func replay(_ rollout: Rollout, _ agent: any Learner, _ id: String, tolerance: Float) throws {
        let world = try EnvironmentCatalog.make(id, autoreset: .disabled)
        let policyCount = rollout.layout.policy?.count ?? 0
        for episode in rollout.episodes {
            #expect(episode.seed != nil)
            try world.reset(seed: episode.seed)
            #expect(Array(rollout.observation(episode.observations.lowerBound)) == Array(world.observation(of: 0)))
            for (number, step) in episode.steps.enumerated() {
                let opinion = try agent.assess(world.observations)?.values.map { Float($0) } ?? []
                let recorded = rollout.policy[step * policyCount..<(step + 1) * policyCount]
                #expect(opinion.count == policyCount && zip(opinion, recorded).allSatisfy { abs($0 - $1) <= tolerance })
                world.setAction(rollout.action(step), of: 0)
                try world.step()
                #expect(world.rewards[0] == rollout.rewards[step])
                let observation = rollout.observation(episode.observations.lowerBound + number + 1)
                #expect(Array(observation) == Array(world.finalObservation(of: 0)))
                let isLast = number == episode.steps.count - 1
                #expect(world.terminated[0] == (isLast && episode.terminated))
                #expect(world.truncated[0] == (isLast && episode.truncated))
            }
        }
    }

    @Test(
        arguments: [
            ("random", "FrozenLake-v1"), ("dqn", "CartPole-v1"), ("reinforce", "FrozenLake-v1"),
            ("random", "Pendulum-v1"), ("random", "Blackjack-v1"),
        ], [1, 3])
    func aRecordingReplaysExactly(names: (String, String), batchLimit: Int) throws {
        let agent = try agent(names.0, names.1)
        let (rollout, results) = try recorded(agent, names.1, episodes: 5, batchLimit: batchLimit)
        #expect(rollout.episodes.map(\.totalReward) == results.map(\.return))
        #expect(rollout.episodes.map(\.steps.count) == results.map(\.length))
        #expect(rollout.episodes.map(\.seed) == results.map(\.seed))
        #expect(rollout.layout.environment == names.1)
        let policy = names.1 == "Pendulum-v1" ? nil : names.0 == "dqn" ? "values" : "probabilities"
        #expect(rollout.layout.policy?.name == policy)
        #expect(rollout.layout.metadata == [.init("agent", .string("test"))])
        try replay(rollout, agent, names.1, tolerance: batchLimit == 1 ? 0 : 1e-6)
    }

    @Test func theFirstEpisodeIsFilmed() throws {
        let agent = try agent("random", "FrozenLake-v1")
        let (_, results) = try recorded(
            agent, "FrozenLake-v1", episodes: 3, batchLimit: 1, video: folder.file("first.gif"))
        let bytes = try folder.bytes("first.gif")
        #expect(Array(bytes.prefix(6)) == Array("GIF89a".utf8))
        // Each frame begins with a graphic control extension that gives the delay: 20 hundredths at 5 frames per
        // second.
        let mark: [UInt8] = [0x21, 0xF9, 0x04]
        var delay = 0
        for start in 0..<bytes.count - 6 where Array(bytes[start..<start + 3]) == mark {
            delay += Int(bytes[start + 4]) + 256 * Int(bytes[start + 5])
        }
        #expect(delay == 20 * (results[0].length + 1), "the first frame, and one a step")
    }

    @Test func existingFilesStay() throws {
        let agent = try agent("random", "FrozenLake-v1")
        for name in ["a.npz", "a.gif"] { try writeAtomically("mine", to: folder.file(name), overwrite: false) }
        let environment = try EnvironmentCatalog.make("FrozenLake-v1", autoreset: .nextStep)
        for (rollout, video) in [("a.npz", nil), ("b.npz", "a.gif")] {
            let error = #expect(throws: StorageError.self) {
                _ = try RolloutObserver(
                    agent, environment, to: folder.file(rollout), videoPath: video.map(folder.file), metadata: [],
                    overwrite: false)
            }
            #expect(error?.reason == .wouldOverwrite)
        }
        #expect(try folder.text("a.npz") == "mine")
        #expect(try namesInFolder(folder.path) == ["a.gif", "a.npz"], "a refusal leaves nothing behind")
    }
}
