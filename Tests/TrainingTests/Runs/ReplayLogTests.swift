import Environments
import Experience
import Random
import Storage
import TestSupport
import Testing

@testable import Agents
@testable import Training

/// Experience on disk: damage is refused, and what a killed run wrote after its last checkpoint is cut off.
@Suite struct ReplayLogTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private let spaces = (observations: Space.discrete(4), actions: Space.discrete(3))
    private var file: String { folder.file("0.bin") }

    private static let origins = ReplayOrigins([.init(start: 0, digest: 7)])

    private static func buffer(_ capacity: Int) -> ReplayBuffer {
        ReplayBuffer(capacity: capacity, width: 1, type: .int32, actionSpace: .discrete(100))
    }

    private func resume(_ replay: ReplayBuffer, as original: ReplayBuffer) throws -> ReplayLog {
        try ReplayLog(
            resuming: folder.path, replay: replay, origins: Self.origins,
            records: original.oldestRecord..<original.records,
            added: original.added, spaces: spaces)
    }

    private static func filled(_ steps: Int) -> ReplayBuffer {
        let replay = buffer(8)
        replay.addSteps(steps)
        return replay
    }

    /// Two blocks in one file: five transitions, in episodes that begin with the first and the second.
    private func writeSmallFile() throws -> [UInt8] {
        let replay = Self.buffer(8)
        var log = try ReplayLog(creating: folder.path, replay: replay, origins: Self.origins)
        replay.addSteps(3)
        try log.store()
        replay.addSteps(2)
        try log.store()
        return try folder.bytes("0.bin")
    }

    @Test func everyDamageIsRefused() throws {
        let (bytes, original) = (try writeSmallFile(), Self.filled(5))
        let second = 32 + 5 * 25
        #expect(bytes.count == second + 32 + 2 * 25)
        try forEachDamage(of: bytes, at: file) { _, place in
            let error = #expect(throws: FormatError.self) { try resume(Self.buffer(8), as: original) }
            #expect(error?.file == file && error?.offset == (place < second ? 0 : second), "byte \(place)")
        }
    }

    /// Intact, but from another environment: the checksum is right and the numbers are not.
    @Test func transitionsOutOfTheirSpacesAreRefused() throws {
        _ = try writeSmallFile()
        func offset(_ observations: Space, _ actions: Space) throws -> Int? {
            let error = #expect(throws: FormatError.self) {
                try ReplayLog(
                    resuming: folder.path, replay: Self.buffer(8), origins: Self.origins, records: 0..<7, added: 5,
                    spaces: (observations, actions))
            }
            return error?.offset
        }
        #expect(try offset(.discrete(3), .discrete(3)) == 32 + 4 * 25 + 21, "the third leads to state 3")
        #expect(try offset(.discrete(4), .discrete(2)) == 32 + 4 * 25 + 12, "the third action is 2")
    }

    /// What a killed run leaves after the last checkpoint: any part of a block, or another file.
    @Test func aTornTailIsCut() throws {
        let original = try writeSmallFile()
        let undisturbed = try whole(added: 7)
        for tail in [[0], Array(original[..<20]), Array(original[..<60]), original] {
            try writeAtomically(original + tail, to: file, overwrite: true)
            try writeAtomically(tail, to: folder.file("7.bin"), overwrite: true)
            let replay = Self.buffer(8)
            var log = try resume(replay, as: Self.filled(5))
            #expect(try namesInFolder(folder.path) == ["0.bin"])
            replay.addSteps(2)
            try log.store()
            #expect(try folder.bytes("0.bin") == original + undisturbed.suffix(32 + 3 * 25))
            #expect(replay.contents == Self.filled(7).contents)
        }
    }

    private func whole(added: Int) throws -> [UInt8] {
        let other = try TemporaryFolder()
        let replay = Self.buffer(8)
        var log = try ReplayLog(creating: other.path, replay: replay, origins: Self.origins)
        for count in [3, 2, added - 5] {
            replay.addSteps(count)
            try log.store()
        }
        return try other.bytes("0.bin")
    }

    /// Over several files, stored after varying numbers of steps, with a buffer that overwrites and one that doesn't.
    @Test(arguments: [50_000, 1_000]) func manyTransitionsComeBack(capacity: Int) throws {
        let replay = Self.buffer(capacity)
        var log = try ReplayLog(creating: folder.path, replay: replay, origins: Self.origins)
        for count in [1, 700, 16_000, 5, 9_000, 2_000, 3] {
            replay.addSteps(count)
            try log.store()
            let copy = Self.buffer(capacity)
            _ = try resume(copy, as: replay)
            #expect(copy.contents == replay.contents)
        }
        let names = try namesInFolder(folder.path).count
        try log.removeFiles(before: replay.oldestRecord)
        #expect(try namesInFolder(folder.path).count == (capacity == 50_000 ? names : 1))
        let copy = Self.buffer(capacity)
        _ = try resume(copy, as: replay)
        #expect(copy.contents == replay.contents)
    }

    /// Blocks are read as a whole, so large observations need more blocks.
    @Test func blocksAreBounded() throws {
        let replay = ReplayBuffer(capacity: 20, width: 100_000, type: .uint8, actionSpace: .discrete(100))
        var bytes = [UInt8](repeating: 7, count: 21 * replay.recordBytes)
        for record in 0...20 {
            // The number of the transition, zeros, and the mark of an episode's first frame.
            let header = UInt64(max(0, record - 1)).littleEndianBytes + [UInt8](repeating: 0, count: 12)
            bytes.replaceSubrange(
                record * replay.recordBytes..<record * replay.recordBytes + 21, with: header + [record == 0 ? 4 : 0])
        }
        let spaces = (observations: Space.box(0...255, shape: [100_000], element: .uint8), actions: Space.discrete(8))
        try replay.restore(
            bytes.span.bytes, from: 0, observationSpace: spaces.observations, actionSpace: .discrete(8))
        var log = try ReplayLog(creating: folder.path, replay: replay, origins: Self.origins)
        try log.store()
        let size = try InputFile(path: file).count
        #expect(size == 21 * replay.recordBytes + 3 * 32, "at most a mebibyte each: 10 of 21 records")
        let copy = ReplayBuffer(capacity: 20, width: 100_000, type: .uint8, actionSpace: .discrete(100))
        _ = try ReplayLog(
            resuming: folder.path, replay: copy, origins: Self.origins, records: 0..<21, added: 20, spaces: spaces)
        #expect(copy.contents == replay.contents)
    }

    /// Large amounts are written before a checkpoint asks for them, so that no checkpoint takes long.
    @Test func muchDoesNotWaitForACheckpoint() throws {
        let replay = ReplayBuffer(capacity: 50, width: 1 << 20, type: .uint8, actionSpace: .discrete(100))
        var log = try ReplayLog(creating: folder.path, replay: replay, origins: Self.origins)
        let header = [UInt8](repeating: 0, count: 20) + [4]
        for record in 0..<10 {
            let bytes = header + [UInt8](repeating: 9, count: 1 << 20)
            try replay.restore(
                bytes.span.bytes, from: record, observationSpace: .discrete(256), actionSpace: .discrete(1))
            try log.storeIfMany()
            #expect(try namesInFolder(folder.path).isEmpty == (record < 7), "record \(record) of a mebibyte each")
        }
    }
}

extension ReplayBuffer {
    /// The bytes of everything held.
    fileprivate var contents: [UInt8] {
        var contents: [UInt8] = []
        write(oldestRecord..<records) { contents += Array($0) }
        return contents
    }

    /// Adds transitions that are each a function of their number: from state n to n + 1, modulo 4, terminal every
    /// fifth.
    fileprivate func addSteps(_ steps: Int) {
        for number in added..<added + steps {
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2) { states in
                (states[0], states[1]) = (Int32(number % 4), Int32((number + 1) % 4))
                var (action, reward, ended, no) = (number % 3, Double(number), number % 5 == 0, false)
                func row(_ index: Int) -> Rows {
                    Rows(states.baseAddress! + index, type: .int32, count: 1, width: 1)
                }
                withUnsafePointer(to: &action) { action in
                    withUnsafePointer(to: &reward) { reward in
                        withUnsafePointer(to: &ended) { ended in
                            withUnsafePointer(to: &no) { no in
                                add(
                                    Transitions(
                                        observations: row(0), actions: Rows(.init(start: action, count: 1), count: 1),
                                        rewards: .init(start: reward, count: 1),
                                        terminated: .init(start: ended, count: 1),
                                        truncated: .init(start: no, count: 1), nextObservations: row(1),
                                        isReset: .init(start: no, count: 1)))
                            }
                        }
                    }
                }
            }
        }
    }
}
