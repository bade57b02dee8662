import Datasets
import Experience
import Rollouts
import Storage
import Testing

@Suite struct TrajectoryDatasetTests {
    let folder: TestFolder
    init() throws { folder = try TestFolder() }

    /// Records ten episodes of 3 to 5 steps; episode e sees (e, t) before step t, does (t, e) and gets 10 e + t.
    private func record(episodes: Int = 10) throws -> String {
        let layout = RolloutLayout(
            environment: "Counter-v0", observations: Column(.observations, .uint8, shape: [2]),
            actions: Column(.actions, .float32, shape: [2]))
        let recorder = try RolloutRecorder(layout: layout, to: folder.file("r.npz"), slotCount: 1, overwrite: true)
        for episode in 0..<episodes {
            let first = [UInt8(episode), 0]
            try recorder.begin(slot: 0, seed: nil, observation: first.span.bytes)
            let length = 3 + episode % 3
            for step in 0..<length {
                let (action, next) = ([Float(step), Float(episode)], [UInt8(episode), UInt8(step + 1)])
                let isLast = step == length - 1
                try recorder.step(
                    slot: 0, action: action.span.bytes, reward: Double(10 * episode + step),
                    terminated: isLast && episode % 2 == 0, truncated: isLast && episode % 2 == 1,
                    observation: next.span.bytes)
            }
        }
        try recorder.finish()
        return folder.file("r.npz")
    }

    @Test func episodesAreSplitAndCutIntoWindows() throws {
        let data = try TrajectoryDataset(contentsOf: record())
        #expect(data.training.count == 8 && data.validation.count == 1 && data.test.count == 1)
        #expect(Set(data.training + data.validation + data.test) == Set(0..<10))
        #expect(data.training != Array(0..<8), "they are shuffled")
        let lengths = data.training.map { data.steps(ofEpisode: $0).count }
        #expect(data.windows(of: 2, in: data.training).count == lengths.map { $0 - 1 }.reduce(0, +))
        #expect(data.windows(of: 5, in: Array(0..<10)).count == 3, "only episodes of five steps are long enough")
        #expect(data.windows(of: 2, in: [2], stride: 2) == [7..<9, 9..<11])
    }

    @Test func windowsLieSideBySide() throws {
        let data = try TrajectoryDataset(contentsOf: record())
        #expect(data.environment == "Counter-v0" && data.name == "r.npz")
        var batch = Trajectory(data.columns, environments: 2)
        // The last two steps of episode 0, and the first two of episode 2.
        data.read([1..<3, 7..<9], into: &batch)
        #expect(batch.steps == 2)
        #expect(batch.withRows(.observations) { Array($0.elements(as: UInt8.self)) } == [0, 1, 2, 0, 0, 2, 2, 1])
        #expect(batch.withRows(.nextObservations) { Array($0.elements(as: UInt8.self)) } == [0, 2, 2, 1, 0, 3, 2, 2])
        #expect(batch.withRows(.actions) { Array($0.floats) } == [1, 0, 0, 2, 2, 0, 1, 2])
        #expect(batch.withRows(.rewards) { Array($0.elements(as: Double.self)) } == [1, 20, 2, 21])
        #expect(batch.withRows(.terminated) { Array($0.elements(as: Bool.self)) } == [false, false, true, false])
        #expect(!batch.withRows(.truncated) { $0.elements(as: Bool.self).contains(true) })
        data.read([5..<7, 5..<7], into: &batch)
        #expect(batch.withRows(.truncated) { Array($0.elements(as: Bool.self)) } == [false, false, true, true])
    }

    @Test func tooFewEpisodesAreRefused() throws {
        let file = try record(episodes: 2)
        let error = #expect(throws: DatasetError.self) { try TrajectoryDataset(contentsOf: file) }
        #expect(error.map { "\($0)" }?.contains("3 episodes or more of r.npz") ?? false)
    }
}
