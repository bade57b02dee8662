import Agents
import Environments
import Experience
import Storage

/// Replayed experience on disk, in append-only files: a checkpoint only writes what is new since the last one.
///
/// `replay/N.bin` holds records from number N on, in the format of ``Agents/ReplayBuffer/write(_:to:)``, in blocks with
/// checksums (``ReplayBlock``). Files that no kept checkpoint needs are removed. Between checkpoints, records are
/// written a few mebibytes at a time, so that a checkpoint never has to write more than that.
struct ReplayLog {
    private let folder: String
    private let replay: ReplayBuffer
    private let origins: ReplayOrigins
    /// The number of the first record of each file, ascending.
    private var starts: [Int]
    /// The number of valid bytes in the last file.
    private var length = 0
    /// The number of records on disk.
    private var stored: Int
    /// The number of records per file.
    private static let fileRecords = 16_384
    /// The maximum number of bytes of records in a block, which is read as a whole.
    private static let blockBytes = 1 << 20
    /// The number of unwritten bytes of records at which they are written without waiting for a checkpoint.
    private static let waitingBytes = 8 << 20
    private static let ending = ".bin"

    /// Starts a log in an empty folder.
    init(creating folder: String, replay: ReplayBuffer, origins: ReplayOrigins) throws(StorageError) {
        try createFolder(folder)
        (self.folder, self.replay, self.origins, starts, stored) = (folder, replay, origins, [], 0)
    }

    /// Reads the experience that a checkpoint depends on into an empty buffer; what came later is cut off.
    ///
    /// - Parameters:
    ///   - records: the numbers of the records that the checkpoint needs.
    ///   - origins: which run the records must be of; new ones get the newest.
    ///   - added: how many transitions had been added.
    ///   - spaces: the spaces of observations and actions; see
    ///     ``Agents/ReplayBuffer/restore(_:from:observationSpace:actionSpace:)``.
    /// - Throws: `StorageError`, or `FormatError` if records are missing or damaged.
    init(
        resuming folder: String, replay: ReplayBuffer, origins: ReplayOrigins, records: Range<Int>, added: Int,
        spaces: (observations: Space, actions: Space)
    ) throws {
        (self.folder, self.replay, self.origins, stored) = (folder, replay, origins, records.upperBound)
        let all = try Self.starts(in: folder)
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

    private func path(_ start: Int) -> String { Self.path(start, in: folder) }

    private static func path(_ start: Int, in folder: String) -> String { joinPath(folder, "\(start)\(ending)") }

    /// The number of the first record of each file in a folder, ascending; none if there is no folder.
    private static func starts(in folder: String) throws(StorageError) -> [Int] {
        guard exists(folder) else { return [] }
        return try namesInFolder(folder).compactMap { RunFolder.number($0, before: ending) }.sorted()
    }

    /// The files of experience in a folder.
    ///
    /// - Throws: `StorageError` if it can't be listed.
    static func files(in folder: String) throws(StorageError) -> [String] {
        try starts(in: folder).map { path($0, in: folder) }
    }

    /// Reads the file of the records `numbers`.
    ///
    /// - Returns: the number of the file's bytes that they take.
    private func restore(
        _ numbers: Range<Int>, _ spaces: (observations: Space, actions: Space)
    ) throws -> Int {
        let file = try InputFile(path: path(numbers.lowerBound))
        var (next, offset) = (numbers.lowerBound, 0)
        while next < numbers.upperBound {
            let records = try ReplayBlock.read(
                file, at: offset, numbers: next..<numbers.upperBound, recordBytes: replay.recordBytes, origins: origins)
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

    /// Writes new records to disk if there are many.
    ///
    /// - Throws: `StorageError`.
    mutating func storeIfMany() throws(StorageError) {
        if (replay.records - stored) * replay.recordBytes >= Self.waitingBytes { try store() }
    }

    /// Writes all new records to disk.
    ///
    /// - Throws: `StorageError`.
    mutating func store() throws(StorageError) {
        var next = max(stored, replay.oldestRecord)
        while next < replay.records {
            // A gap, left if more was added than the buffer holds, starts a new file too.
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
                try ReplayBlock.append(
                    next..<min(next + most, numbers.upperBound), of: replay, origin: origins.last, to: file)
            }
        } catch {
            throw error as? StorageError ?? StorageError(path: path(start), operation: "write", reason: .system(0))
        }
        try file.synchronize()
        length = file.count
    }

    /// Removes files that a checkpoint which needs the records from number `oldest` on doesn't need.
    ///
    /// - Throws: `StorageError`.
    mutating func removeFiles(before oldest: Int) throws(StorageError) {
        while starts.count > 1, starts[1] <= oldest { try removeFile(path(starts.removeFirst())) }
    }
}
