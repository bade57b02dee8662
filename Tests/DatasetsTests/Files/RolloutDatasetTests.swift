import Environments
import Experience
import Graphics
import Rollouts
import Storage
import TestSupport
import Testing

@testable import Datasets

@Suite struct RolloutDatasetTests {
    let folder: TestFolder
    init() throws { folder = try TestFolder() }

    /// Records episodes of an environment with action 1 in every step; returns the observations as bytes.
    @discardableResult
    private func record(
        _ id: String, to name: String = "r.npz", episodes: Int = 3, seeded: Bool = true, lie: Bool = false,
        options: [String: String] = [:]
    ) throws -> Int {
        let environment = try EnvironmentCatalog.make(id, autoreset: .disabled, options: options)
        let members = options.map { JSON.Member($0.key, .string($0.value)) }
        let layout = RolloutLayout(
            environment: id, observations: .observations(environment.observationSpace, environment.elementType),
            actions: .actions(environment.actionSpace),
            metadata: [.init("environmentOptions", .object(members))])
        let recorder = try RolloutRecorder(layout: layout, to: folder.file(name), slotCount: 1, overwrite: true)
        var count = 0
        for episode in 0..<episodes {
            let seed = UInt64(episode + 5)
            try environment.reset(seed: seed)
            try begin(recorder, environment, seed: seeded ? seed : nil, lie: lie)
            count += 1
            repeat {
                environment.actionRows.integers[0] = 1
                try environment.step()
                try step(recorder, environment)
                count += 1
            } while !environment.terminated[0] && !environment.truncated[0]
        }
        try recorder.finish()
        return count
    }

    private func begin(
        _ recorder: RolloutRecorder, _ environment: any BatchedEnvironment, seed: UInt64?, lie: Bool
    ) throws {
        var observation = Array(environment.observation(of: 0))
        if lie { observation[0] ^= 1 }
        try recorder.begin(slot: 0, seed: seed, observation: observation.span.bytes)
    }

    private func step(_ recorder: RolloutRecorder, _ environment: any BatchedEnvironment) throws {
        let observation = Array(environment.observation(of: 0))
        try recorder.step(
            slot: 0, action: environment.actionRows.rows.bytes(of: 0).bytes, reward: environment.rewards[0],
            terminated: environment.terminated[0], truncated: environment.truncated[0],
            observation: observation.span.bytes)
    }

    @Test func observationsOfFloatsAreReals() throws {
        let count = try record("CartPole-v1")
        let data = try folder.make("r")
        #expect(data.description == .init(name: "r", shape: [4], kind: .reals))
        let counts = Dataset.Part.allCases.map { data[$0].count }
        #expect(counts.reduce(0, +) == count && counts[1] == counts[2] && counts[0] > 7 * counts[1])
        #expect(try folder.make(folder.file("r.npz")).training == data.training)
        #expect(try folder.make("r") { $0.shape = [2, 2] }.description.shape == [2, 2])
    }

    @Test func observationsOfBitsAndOfLevelsAreSuch() throws {
        try record("MinAtar/Breakout-v1")
        let data = try folder.make("r")
        #expect(data.description == .init(name: "r", shape: [10, 10, 4], kind: .bits))
        #expect(data.training.values.contains(1))
        let layout = RolloutLayout(
            environment: "x", observations: Column(.observations, .uint8, shape: [2, 2]),
            actions: Column(.actions, .int64))
        let recorder = try RolloutRecorder(layout: layout, to: folder.file("l.npz"), slotCount: 1, overwrite: false)
        let observation: [UInt8] = [0, 1, 2, 255]
        try recorder.begin(slot: 0, seed: nil, observation: observation.span.bytes)
        for _ in 0..<5 {
            try recorder.step(
                slot: 0, action: [0].span.bytes, reward: 0, terminated: false, truncated: false,
                observation: observation.span.bytes)
        }
        try recorder.finish()
        #expect(try folder.make("l").description.kind == .levels(256))
        #expect(try folder.make("l").training[0] == [0, 1, 2, 255])
    }

    @Test func integersAreRealsUnlessSetOtherwise() throws {
        try record("FrozenLake-v1", episodes: 8)
        #expect(try folder.make("r").description == .init(name: "r", shape: [], kind: .reals))
        guard case .levels = try folder.make("r", { $0.kind = .levels }).description.kind else {
            Issue.record("no levels")
            return
        }
    }

    @Test func framesAreDrawnAgain() throws {
        let count = try record("CartPole-v1")
        let data = try folder.make("r") { $0.rollout = .frames }
        #expect(Dataset.Part.allCases.reduce(0) { $0 + data[$1].count } == count)
        #expect(data.description.kind == .levels(256) && data.description.picture?.width == 32)
        #expect(Set(data.training.values).count > 2)
        let small = try folder.make("r") {
            $0.rollout = .frames
            $0.frameSide = 12
        }
        #expect(small.description.picture?.width == 12 && small.training.count == data.training.count)
        // The order of the rows is the same, so the first one is a frame of the environment.
        #expect(data.place(of: 0, in: .test).contains("frame"))
    }

    @Test func framesFollowTheRecordedOptions() throws {
        try record("FrozenLake-v1", episodes: 4, options: ["is_slippery": "false"])
        #expect(try folder.make("r") { $0.rollout = .frames }.training.count > 3)
    }

    @Test func framesThatCantBeDrawnAreRefused() throws {
        try record("CartPole-v1", lie: true)
        #expect("\(folder.error("r") { $0.rollout = .frames }!)".contains("episode 1, step 0"))
        #expect(folder.error("r") == nil)
        try record("CartPole-v1", seeded: false)
        #expect("\(folder.error("r") { $0.rollout = .frames }!)".contains("a seed"))
    }

    @Test func aGzippedRecordingIsTheSame() throws {
        try record("CartPole-v1")
        let data = try folder.make("r")
        let packed = gzipped(try InputFile.bytes(of: folder.file("r.npz"), limit: 1 << 20))
        try removeFile(folder.file("r.npz"))
        try folder.write("r.npz.gz", packed)
        #expect(try folder.make("r").training == data.training)
        try folder.write("r.npz.gz", gzipped([1, 2, 3]))
        #expect((folder.error("r") as? FormatError)?.file == folder.file("r.npz.gz"))
    }

    @Test func numbersThatAreNoneAreNamed() throws {
        let layout = RolloutLayout(
            environment: "x", observations: Column(.observations, .float32, shape: [2]),
            actions: Column(.actions, .int64))
        let recorder = try RolloutRecorder(layout: layout, to: folder.file("n.npz"), slotCount: 1, overwrite: false)
        for step in 0..<6 {
            let observation: [Float] = [0, step == 3 ? .nan : 1]
            if step == 0 {
                try recorder.begin(slot: 0, seed: nil, observation: observation.span.bytes)
            } else {
                try recorder.step(
                    slot: 0, action: [0].span.bytes, reward: 0, terminated: false, truncated: false,
                    observation: observation.span.bytes)
            }
        }
        try recorder.finish()
        #expect("\(folder.error("n")!)".contains("n.npz, observation 4, number 2: expected a finite number, found nan"))
    }
}
