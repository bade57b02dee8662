import Experience
import Foundation
import Storage
import TestSupport
import Testing

@testable import Rollouts

private let layout = RolloutLayout(
    environment: "Counter-v0", observations: Column(.observations, .float32, shape: [2]),
    actions: Column(.actions, .int64),
    policy: .init(name: "probabilities", count: 2), metadata: [.init("note", "a test é")])

/// Records observations that consist of the numbers of episode and step.
private struct Player {
    let recorder: RolloutRecorder
    var episodes = [0, 0]
    var steps = [0, 0]
    var startedCount = 0

    init(_ recorder: RolloutRecorder) { self.recorder = recorder }

    private func observation(_ slot: Int) -> [Float] { [Float(episodes[slot]), Float(steps[slot])] }

    mutating func begin(_ slot: Int, seed: UInt64?) throws {
        episodes[slot] = startedCount
        steps[slot] = 0
        startedCount += 1
        try recorder.begin(slot: slot, seed: seed, observation: observation(slot).span.bytes)
    }

    mutating func step(_ slot: Int, terminated: Bool = false, truncated: Bool = false) throws {
        let t = steps[slot]
        steps[slot] += 1
        let (policy, action): ([Float], [Int]) = ([0.25, 0.75], [10 * episodes[slot] + t])
        try recorder.step(
            slot: slot, action: action.span.bytes, reward: Double(t) + 0.1, terminated: terminated,
            truncated: truncated, observation: observation(slot).span.bytes, policy: policy.span)
    }

    /// Three episodes of 3, 2 and 1 steps in two environments, the last one interrupted.
    mutating func playThree() throws {
        try begin(0, seed: 7)
        try begin(1, seed: 1 << 63 + 1)
        for slot in [0, 1, 0] { try step(slot) }
        try step(1, truncated: true)
        try begin(1, seed: nil)
        try step(0, terminated: true)
        try step(1)
    }
}

@Suite struct RolloutRecorderTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func recorder(_ name: String = "r.npz", _ layout: RolloutLayout = layout) throws -> RolloutRecorder {
        try RolloutRecorder(layout: layout, to: folder.file(name), slotCount: 2, overwrite: false)
    }

    /// The script beside the fixtures reads this one with NumPy.
    @Test func oursIsTheFixture() throws {
        var player = Player(try recorder())
        try player.playThree()
        let assembly = try player.recorder.finish()
        #expect(assembly == RolloutSpool.Assembly(episodeCount: 3, stepCount: 6, lostByteCount: 0))
        #expect(try isFixture(folder.bytes("r.npz"), "rollout.npz"))
        #expect(try namesInFolder(folder.path) == ["r.npz"])
    }

    @Test func readsBack() throws {
        let rollout = try Rollout(contentsOf: fixturePath("rollout.npz"))
        #expect(rollout.layout == layout)
        #expect(rollout.stepCount == 6)
        #expect(rollout.withActions { Array($0.integers) } == [0, 1, 2, 10, 11, 20])
        #expect(rollout.policy.count == 12)
        #expect(rollout.episodes.map(\.steps) == [0..<3, 3..<5, 5..<6])
        #expect(rollout.episodes.map(\.observations) == [0..<4, 4..<7, 7..<9])
        let seeds: [UInt64?] = [7, 1 << 63 + 1, nil]
        #expect(rollout.episodes.map(\.seed) == seeds)
        #expect(rollout.episodes.map(\.terminated) == [true, false, false])
        #expect(rollout.episodes.map(\.truncated) == [false, true, false])
        #expect(rollout.episodes.map(\.totalReward) == [0.1 + 1.1 + 2.1, 0.1 + 1.1, 0.1])
        for (number, episode) in rollout.episodes.enumerated() {
            for (t, index) in episode.observations.enumerated() {
                #expect(Array(rollout.observation(index)) == [Float(number), Float(t)].flatMap(\.bytes))
            }
        }
    }

    @Test func keepsTheEpisodesStartedFirst() throws {
        var player = Player(try recorder())
        try player.playThree()
        #expect(try player.recorder.finish(keeping: 2).stepCount == 5)
        #expect(try Rollout(contentsOf: folder.file("r.npz")).episodes.count == 2)
    }

    /// Long episodes of large observations take many blocks, and interleave with those of the other environment.
    @Test func longEpisodesSpanBlocks() throws {
        let bytes = RolloutLayout(
            environment: "Frames", observations: Column(.observations, .uint8, shape: [30, 1000]),
            actions: Column(.actions, .float32, shape: [2]))
        let recorder = try recorder("long.npz", bytes)
        func frame(_ slot: Int, _ t: Int) -> [UInt8] {
            (0..<30_000).map { UInt8(truncatingIfNeeded: $0 + slot + 7 * t) }
        }
        for slot in 0..<2 { try recorder.begin(slot: slot, seed: nil, observation: frame(slot, 0).span.bytes) }
        for t in 1...20 {
            for slot in 0..<2 {
                let action = [Float(slot), Float(t)]
                try recorder.step(
                    slot: slot, action: action.span.bytes, reward: 1, terminated: t == 20, truncated: false,
                    observation: frame(slot, t).span.bytes)
            }
        }
        #expect(recorder.completedEpisodeCount == 2)
        try recorder.finish()
        let rollout = try Rollout(contentsOf: folder.file("long.npz"))
        #expect(rollout.episodes.map(\.steps) == [0..<20, 20..<40])
        for (slot, episode) in rollout.episodes.enumerated() {
            for (t, index) in episode.observations.enumerated() {
                #expect(Array(rollout.observation(index)) == frame(slot, t))
            }
        }
        let actions = (0..<2).flatMap { slot in (1...20).flatMap { [Float(slot), Float($0)] } }
        #expect(rollout.withActions { Array($0.floats) } == actions && rollout.action(20) == [1, 1])
    }

    @Test func emptyRecordingIsARollout() throws {
        try recorder().finish()
        let rollout = try Rollout(contentsOf: folder.file("r.npz"))
        #expect(rollout.episodes.isEmpty && rollout.stepCount == 0)
    }

    @Test func refusesToOverwrite() throws {
        try writeAtomically("x", to: folder.file("r.npz"), overwrite: false)
        let taken = StorageError(path: folder.file("r.npz"), operation: "record to", reason: .wouldOverwrite)
        #expect(throws: taken) { try recorder() }
        let first = try recorder("s.npz")
        #expect(throws: StorageError.self) { try recorder("s.npz") }
        try first.finish()
    }
}

/// The files of a recording that was killed.
@Suite struct RolloutSpoolTests {
    let folder: TemporaryFolder
    let spool: [UInt8]

    init() throws {
        folder = try TemporaryFolder()
        let recorder = try RolloutRecorder(layout: layout, to: folder.file("r.npz"), slotCount: 2, overwrite: false)
        var player = Player(recorder)
        try player.playThree()
        // The unfinished third episode is only in memory.
        spool = try folder.bytes("r.npz.spool")
    }

    private func assemble(_ bytes: [UInt8]) throws -> RolloutSpool.Assembly {
        try writeAtomically(bytes, to: folder.file("copy"), overwrite: true)
        return try RolloutSpool.assemble(folder.file("copy"), to: folder.file("a.npz"), overwrite: true)
    }

    @Test func finishedEpisodesSurvive() throws {
        let assembly = try assemble(spool)
        #expect(assembly == RolloutSpool.Assembly(episodeCount: 2, stepCount: 5, lostByteCount: 0))
        let rollout = try Rollout(contentsOf: folder.file("a.npz"))
        #expect(rollout.episodes.map(\.terminated) == [true, false])
        #expect(rollout.layout == layout)
    }

    @Test func everyPrefixIsAssembledOrRefused() throws {
        var episodeCounts: Set<Int> = []
        for count in 0...spool.count {
            do {
                let assembly = try assemble(Array(spool[..<count]))
                episodeCounts.insert(assembly.episodeCount)
                #expect(try Rollout(contentsOf: folder.file("a.npz")).episodes.count == assembly.episodeCount)
            } catch is FormatError {}
        }
        #expect(episodeCounts == [0, 1, 2])
    }

    @Test func everyChangedByteCostsABlockOrIsRefused() throws {
        for index in spool.indices {
            var bytes = spool
            bytes[index] ^= 0x55
            do {
                let assembly = try assemble(bytes)
                #expect(assembly.episodeCount < 2 && assembly.lostByteCount > 0)
            } catch is FormatError {}
        }
    }

    @Test func sensibleLayoutsOnly() throws {
        let text = """
            {"environment":"x","observationType":"<f4","observationShape":[1099511627776,1099511627776],\
            "actionCount":null,"policyName":null,"policyCount":0,"metadata":{}}
            """
        let json = Array(text.utf8)
        let header = Array("RVSPOOL1".utf8) + UInt32(json.count).littleEndianBytes + crc32(json).littleEndianBytes
        #expect(throws: FormatError.self) { try assemble(header + json) }
    }
}

/// Rollouts whose arrays don't agree.
@Suite struct DamagedRolloutTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func write(replacing name: String, with array: NPYArray?) throws -> String {
        let reader = try NPZReader(path: fixturePath("rollout.npz"))
        let writer = try NPZWriter(path: folder.file("r.npz"), overwrite: true)
        for other in reader.names {
            if let array = other == name ? array : try reader.array(other) { try writer.add(other, array) }
        }
        try writer.commit()
        return folder.file("r.npz")
    }

    @Test(
        arguments: [
            ("observations", NPYArray([Float](repeating: 0, count: 16), shape: [8, 2])),
            ("observations", NPYArray([Double](repeating: 0, count: 18), shape: [9, 2])),
            ("observations", NPYArray([0] as [Float], shape: [])),
            ("actions", NPYArray([1, 2] as [Int64])),
            ("actions", NPYArray([Int32](repeating: 0, count: 6))),
            ("rewards", NPYArray([Double](repeating: 0, count: 5))),
            ("terminated", NPYArray([true, false, true, false, false, false])),
            ("terminated", NPYArray([false])),
            ("truncated", NPYArray(type: .boolean, shape: [6], bytes: [0, 0, 0, 0, 7, 0])),
            ("episode_lengths", NPYArray([3, 2, 2] as [Int64])),
            ("episode_lengths", NPYArray([3, 3, 0] as [Int64])),
            ("episode_lengths", NPYArray([7, -2, 1] as [Int64])),
            ("episode_lengths", NPYArray([Int64.max, Int64.max, 1])),
            ("episode_starts", NPYArray([0, 2, 5] as [Int64])),
            ("episode_starts", NPYArray([0] as [Int64])),
            ("seeds", NPYArray([1] as [UInt64])),
            ("seeds", NPYArray([1, 2, 3] as [Int64])),
            ("seeded", NPYArray([true])),
            ("policy", NPYArray([Float](repeating: 0, count: 6))),
            ("policy", nil), ("rewards", nil), ("environment", nil), ("seeded", nil),
            ("environment", NPYArray([1] as [UInt8])),
            ("metadata", NPYArray("{}")), ("metadata", NPYArray("x")),
            ("metadata", NPYArray(#"{"format":"reverie.rollout","version":2,"policy":"probabilities"}"#)),
            ("metadata", NPYArray(#"{"format":"reverie.rollout","version":1,"policy":null}"#)),
        ] as [(String, NPYArray?)])
    func isRefused(_ name: String, _ array: NPYArray?) throws {
        let path = try write(replacing: name, with: array)
        #expect(throws: FormatError.self) { try Rollout(contentsOf: path) }
    }

    @Test func theSameArraysAreAccepted() throws {
        #expect(try Rollout(contentsOf: write(replacing: "nothing", with: nil)).episodes.count == 3)
    }

    /// In a separate process, so that its memory can be measured.
    @Test func everyDamageIsRefusedOrHarmless() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let recorder = try RolloutRecorder(
                layout: layout, to: folder.file("compressed.npz"), slotCount: 2, overwrite: false, compressed: true)
            var player = Player(recorder)
            try player.playThree()
            try recorder.finish()
            let path = folder.file("r.npz")
            for original in [try fixture("rollout.npz"), try folder.bytes("compressed.npz")] {
                try writeAtomically(original, to: path, overwrite: true)
                let expected = try Rollout(contentsOf: path)
                let memory = peakMemory()
                var accepted = 0
                try forEachDamage(of: original, at: path) { damage, place in
                    do {
                        let rollout = try Rollout(contentsOf: path)
                        accepted += 1
                        #expect(damage == .changed && rollout.isSame(as: expected), "byte \(place)")
                    } catch is FormatError {} catch is StorageError {}
                }
                #expect(accepted < 2 * original.count, "dates and the like, of seven times as many")
                #expect(peakMemory() - memory < 64 << 20)
            }
        }
    }
}

extension Rollout {
    fileprivate func isSame(as other: Rollout) -> Bool {
        layout == other.layout && episodes == other.episodes && observations == other.observations
            && actions == other.actions && rewards == other.rewards && policy == other.policy
    }
}

extension Float {
    fileprivate var bytes: [UInt8] { bitPattern.littleEndianBytes }
}
