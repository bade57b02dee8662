import Agents
import Environments
import Experience
import Storage

/// Replayed experience on disk, in files that are only appended to: a checkpoint costs what is new since the last one.
///
/// `replay/N.bin` holds records from number N on, as ``Agents/ReplayBuffer/write(_:to:)`` gives them, in blocks with
/// checksums (``ReplayBlock``). Files whose records no kept checkpoint needs are removed. Between checkpoints records go
/// to the disk a few mebibytes at a time, so that a checkpoint never waits for more.
struct ReplayLog {
    private let folder: String
    private let replay: ReplayBuffer
    /// The number of the first record of each file, ascending.
    private var starts: [Int]
    /// Bytes of the last file that count.
    private var length = 0
    /// Records that are on disk.
    private var stored: Int
    /// Records in a file before the next one is begun.
    private static let fileRecords = 16_384
    /// Bytes of records in a block, which is read as a whole.
    private static let blockBytes = 1 << 20
    /// Bytes of records that don't wait for a checkpoint.
    private static let waitingBytes = 8 << 20
    private static let ending = ".bin"

    /// Starts a log in an empty folder.
    init(creating folder: String, replay: ReplayBuffer) throws(StorageError) {
        try createFolder(folder)
        (self.folder, self.replay, starts, stored) = (folder, replay, [], 0)
    }

    /// Reads the experience that a checkpoint counts on into an empty buffer; what came later is cut off.
    ///
    /// - Parameters:
    ///   - records: the numbers of the records that it counts on.
    ///   - added: how many transitions there were.
    ///   - spaces: what was seen and done; see ``Agents/ReplayBuffer/restore(_:from:observationSpace:actionSpace:)``.
    /// - Throws: `StorageError`, or `FormatError` where records are missing or damaged.
    init(
        resuming folder: String, replay: ReplayBuffer, records: Range<Int>, added: Int,
        spaces: (observations: Space, actions: Space)
    ) throws {
        (self.folder, self.replay, stored) = (folder, replay, records.upperBound)
        let all = try namesInFolder(folder).filter { $0.hasSuffix(Self.ending) }
            .compactMap { Int($0.dropLast(Self.ending.count)) }.sorted()
        starts = all.filter { $0 < records.upperBound }
        for start in all where start >= records.upperBound { try removeFile(path(start)) }
        for (index, start) in starts.enumerated() {
            let end = index + 1 < starts.count ? starts[index + 1] : records.upperBound
            if end > records.lowerBound { length = try restore(start..<end, spaces) }
        }
        let count = min(added, replay.capacity)
        guard replay.records == records.upperBound, replay.added == added, replay.count == count else {
            throw FormatError(
                .run, file: folder, offset: 0, expected: "the last \(count) of \(added) transitions",
                found: "\(replay.count) of \(replay.added)")
        }
    }

    private func path(_ start: Int) -> String { joinPath(folder, "\(start)\(Self.ending)") }

    /// Reads the file of the records `numbers`.
    ///
    /// - Returns: how many of the file's bytes they are.
    private func restore(
        _ numbers: Range<Int>, _ spaces: (observations: Space, actions: Space)
    ) throws -> Int {
        let file = try InputFile(path: path(numbers.lowerBound))
        var (next, offset) = (numbers.lowerBound, 0)
        while next < numbers.upperBound {
            let records = try ReplayBlock.read(
                file, at: offset, numbers: next..<numbers.upperBound, recordBytes: replay.recordBytes)
            do throws(EnvironmentError) {
                try replay.restore(
                    records.span.bytes, from: next, observationSpace: spaces.observations, actionSpace: spaces.actions)
            } catch {
                guard case .badState(let place, let expected) = error else { throw error }
                throw FormatError(
                    .run, file: file.path, offset: offset + ReplayBlock.headerBytes + place, expected: expected,
                    found: "another number")
            }
            next += records.count / replay.recordBytes
            offset += ReplayBlock.headerBytes + records.count
        }
        return offset
    }

    /// Brings what is new onto the disk, where that is much.
    ///
    /// - Throws: `StorageError`.
    mutating func storeIfMany() throws(StorageError) {
        if (replay.records - stored) * replay.recordBytes >= Self.waitingBytes { try store() }
    }

    /// Brings everything new onto the disk.
    ///
    /// - Throws: `StorageError`.
    mutating func store() throws(StorageError) {
        var next = max(stored, replay.oldestRecord)
        while next < replay.records {
            // A gap, where more was added than the buffer holds, begins a new file too.
            let last = starts.last
            let isOpen = last != nil && next == stored && next - last! < Self.fileRecords
            let start = isOpen ? last! : next
            if !isOpen { (starts, length) = (starts + [start], 0) }
            let end = min(replay.records, start + Self.fileRecords)
            try append(next..<end, to: start)
            (next, stored) = (end, end)
        }
    }

    private mutating func append(_ numbers: Range<Int>, to start: Int) throws(StorageError) {
        let file =
            numbers.lowerBound == start
            ? try AppendFile(creating: path(start)) : try AppendFile(resuming: path(start), at: length)
        let most = max(1, Self.blockBytes / replay.recordBytes)
        do {
            for next in stride(from: numbers.lowerBound, to: numbers.upperBound, by: most) {
                try ReplayBlock.append(next..<min(next + most, numbers.upperBound), of: replay, to: file)
            }
        } catch {
            throw error as? StorageError ?? StorageError(path: path(start), operation: "write", reason: .system(0))
        }
        try file.synchronize()
        length = file.count
    }

    /// Removes files whose records a checkpoint that counts on those from number `oldest` on doesn't need.
    ///
    /// - Throws: `StorageError`.
    mutating func removeFiles(before oldest: Int) throws(StorageError) {
        while starts.count > 1, starts[1] <= oldest { try removeFile(path(starts.removeFirst())) }
    }
}
