import Agents
import Environments
import Experience
import Graphics
import Rollouts
import Storage
import Testing

@testable import Training

@Suite struct RolloutObserverTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    /// Plays and records `episodes` episodes, and reads them back.
    private func recorded(
        _ agent: any Learner, _ id: String, episodes: Int, batchLimit: Int, mode: ActionMode = .explore
    ) throws -> (rollout: Rollout, results: [EpisodeSummary]) {
        let path = folder.file("\(id)-\(batchLimit).npz")
        func make(_ count: Int) throws -> any BatchedEnvironment {
            try EnvironmentCatalog.make(id, count: count, autoreset: .nextStep)
        }
        let observer = try RolloutObserver(
            agent, make(batchLimit), to: path, metadata: [.init("agent", .string("test"))], overwrite: false)
        let results = try Evaluator(
            agent, mode: mode, batchLimit: batchLimit, observer: observer, makeEnvironment: make
        )
        .run(episodes: episodes, seed: 70)
        try observer.finish()
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

    /// The arrays are compressed: each observation of Pong is nearly the same as the one before.
    @Test func recordingsAreSmall() throws {
        try createFolder(folder.file("MinAtar"))
        let agent = try agent("random", "MinAtar/Breakout-v0")
        let (rollout, _) = try recorded(agent, "MinAtar/Breakout-v0", episodes: 40, batchLimit: 1)
        let bytes = rollout.stepCount * 400
        let path = folder.file("MinAtar/Breakout-v0-1.npz")
        #expect(try InputFile(path: path).count < bytes / 4)
    }

    @Test func existingFilesStay() throws {
        let agent = try agent("random", "FrozenLake-v1")
        try writeAtomically("mine", to: folder.file("a.npz"), overwrite: false)
        let environment = try EnvironmentCatalog.make("FrozenLake-v1", autoreset: .nextStep)
        let error = #expect(throws: StorageError.self) {
            _ = try RolloutObserver(agent, environment, to: folder.file("a.npz"), metadata: [], overwrite: false)
        }
        #expect(error?.reason == .wouldOverwrite)
        #expect(try folder.text("a.npz") == "mine")
        #expect(try namesInFolder(folder.path) == ["a.npz"], "a refusal leaves nothing behind")
    }

    /// The second of two recordings to one path is refused while the first lives, whatever it may overwrite.
    @Test func onePathHasOneRecording() throws {
        let agent = try agent("random", "FrozenLake-v1")
        let environment = try EnvironmentCatalog.make("FrozenLake-v1", autoreset: .nextStep)
        func start() throws -> RolloutObserver {
            try RolloutObserver(agent, environment, to: folder.file("a.npz"), metadata: [], overwrite: true)
        }
        let first = try start()
        let error = #expect(throws: StorageError.self) { _ = try start() }
        #expect(error?.reason == .inUse(holder: "another process"))
        let evaluator = Evaluator(agent, mode: .explore, batchLimit: 1, observer: first) {
            try EnvironmentCatalog.make("FrozenLake-v1", count: $0, autoreset: .nextStep)
        }
        let results = try evaluator.run(episodes: 3, seed: 1)
        try first.finish()
        #expect(try Rollout(contentsOf: folder.file("a.npz")).episodes.map(\.steps.count) == results.map(\.length))
        #expect(try namesInFolder(folder.path) == ["a.npz"])
        try start().discard()
        #expect(try namesInFolder(folder.path) == ["a.npz"])
    }
}

@Suite struct FilmObserverTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func world() throws -> any BatchedEnvironment {
        try EnvironmentCatalog.make("FrozenLake-v1", autoreset: .nextStep)
    }

    private func agent() throws -> any Learner {
        try AgentCatalog.entry("random").makeSettings().makeAgent(for: EnvironmentDescription(world()), seed: 2)
    }

    /// Films some of three episodes, and returns the file and the episodes' lengths.
    private func film(
        _ name: String, _ chosen: Set<Int>?, captions: Bool = false
    ) throws -> (bytes: [UInt8], lengths: [Int]) {
        let film = try FilmObserver(
            of: world(), to: folder.file(name), episodes: chosen, captions: captions, overwrite: false)
        let results = try Evaluator(agent(), mode: .explore, batchLimit: 1, observer: film) { _ in try world() }
            .run(episodes: 3, seed: 70)
        #expect(film.episodeCount == chosen?.count ?? 3 && !exists(folder.file(name)))
        try film.finish()
        #expect(!exists(folder.file(name + ".spool")))
        return (try folder.bytes(name), results.map(\.length))
    }

    /// The sum of the delays of all frames. Each frame begins with a graphic control extension that gives its delay: 20
    /// hundredths at 5 frames per second.
    private func duration(_ bytes: [UInt8]) -> Int {
        let mark: [UInt8] = [0x21, 0xF9, 0x04]
        return (0..<bytes.count - 6).filter { Array(bytes[$0..<$0 + 3]) == mark }
            .reduce(0) { $0 + Int(bytes[$1 + 4]) + 256 * Int(bytes[$1 + 5]) }
    }

    @Test(arguments: [Set([0]), [1], [0, 2], nil]) func theChosenEpisodesAreFilmed(chosen: Set<Int>?) throws {
        let (bytes, lengths) = try film("a.gif", chosen)
        #expect(Array(bytes.prefix(6)) == Array("GIF89a".utf8) && bytes.last == 0x3B)
        let frames = lengths.indices.filter { chosen?.contains($0) ?? true }.map { lengths[$0] + 1 }.reduce(0, +)
        #expect(duration(bytes) == 20 * frames, "the first frame of each, and one a step")
    }

    @Test func captionsAreDrawnBelow() throws {
        let plain = try film("plain.gif", [0]).bytes
        let (bytes, lengths) = try film("captions.gif", [0], captions: true)
        #expect(duration(bytes) == 20 * (lengths[0] + 1))
        func height(_ bytes: [UInt8]) -> Int { Int(bytes[8]) + 256 * Int(bytes[9]) }
        let size = try world().frameSize
        #expect(height(plain) == size.height && height(bytes) == FilmCaption(below: size).size.height)
        // What is drawn says what it is asked to say.
        var (picture, same, other) = (
            Frame(FilmCaption(below: size).size), Frame(FilmCaption(below: size).size),
            Frame(FilmCaption(below: size).size)
        )
        let (caption, frame) = (FilmCaption(below: size), Frame(size))
        caption.draw(frame, into: &picture, episode: 1, step: 2, totalReward: 3.5)
        caption.draw(frame, into: &same, episode: 1, step: 2, totalReward: 3.5)
        #expect(picture == same)
        for (episode, step, reward) in [(2, 2, 3.5), (1, 3, 3.5), (1, 2, 4)] {
            caption.draw(frame, into: &other, episode: episode, step: step, totalReward: reward)
            #expect(other != picture)
        }
    }

    @Test func onePathHasOneFilm() throws {
        try writeAtomically("mine", to: folder.file("a.gif"), overwrite: false)
        let refused = #expect(throws: StorageError.self) {
            _ = try FilmObserver(of: world(), to: folder.file("a.gif"), overwrite: false)
        }
        #expect(refused?.reason == .wouldOverwrite)
        // What a killed film left is of no use.
        try writeAtomically("half", to: folder.file("b.gif.spool"), overwrite: false)
        let first = try FilmObserver(of: world(), to: folder.file("b.gif"), overwrite: true)
        let error = #expect(throws: StorageError.self) {
            _ = try FilmObserver(of: world(), to: folder.file("b.gif"), overwrite: true)
        }
        #expect(error?.reason == .inUse(holder: "another process"))
        try first.discard()
        #expect(try namesInFolder(folder.path) == ["a.gif"])
    }
}
