import Agents
import Storage

/// Replayed experience on disk, in files that are only appended to: a checkpoint costs what is new since the last one.
///
/// `replay/N.bin` holds transitions from number N on, as ``Agents/ReplayBuffer/write(_:to:)`` gives them. Files whose
/// transitions no kept checkpoint needs are removed.
struct ReplayLog {
    private let folder: String
    private let replay: ReplayBuffer
    /// The number of the first transition of each file, ascending.
    private var starts: [Int]
    /// Transitions that are on disk.
    private var stored: Int
    /// Transitions in a file before the next one is begun.
    private static let fileTransitions = 16_384
    private static let ending = ".bin"

    /// Starts a log in an empty folder.
    init(creating folder: String, replay: ReplayBuffer) throws(StorageError) {
        try createFolder(folder)
        (self.folder, self.replay, starts, stored) = (folder, replay, [], 0)
    }

    /// Reads the experience that a checkpoint counts on into an empty buffer, and cuts off what came later.
    ///
    /// - Throws: `StorageError`, or `FormatError` where transitions are missing or damaged.
    init(resuming folder: String, replay: ReplayBuffer, added: Int, actionCount: Int) throws {
        (self.folder, self.replay, stored) = (folder, replay, added)
        let all = try namesInFolder(folder).filter { $0.hasSuffix(Self.ending) }
            .compactMap { Int($0.dropLast(Self.ending.count)) }.sorted()
        starts = all.filter { $0 < added }
        for start in all where start >= added { try removeFile(path(start)) }
        let first = added - min(added, replay.capacity)
        for (index, start) in starts.enumerated() {
            let end = index + 1 < starts.count ? starts[index + 1] : added
            guard end > first else { continue }
            try restore(max(start, first)..<end, from: start, actionCount: actionCount)
        }
        guard replay.added == added else {
            throw FormatError(
                .run, file: folder, offset: 0, expected: "transitions up to number \(added)",
                found: "them up to \(replay.added)")
        }
    }

    private func path(_ start: Int) -> String { joinPath(folder, "\(start)\(Self.ending)") }

    private func restore(_ range: Range<Int>, from start: Int, actionCount: Int) throws {
        let file = try InputFile(path: path(start))
        let size = replay.transitionBytes
        let bytes = try file.bytes(in: (range.lowerBound - start) * size..<(range.upperBound - start) * size)
        guard bytes.withUnsafeBytes({ replay.restore($0, from: range.lowerBound, actionCount: actionCount) }) else {
            throw FormatError(
                .run, file: path(start), offset: (range.lowerBound - start) * size,
                expected: "transitions of this run's environment", found: "an action or flag out of range")
        }
    }

    /// Brings everything new onto the disk.
    ///
    /// - Throws: `StorageError`.
    mutating func store() throws(StorageError) {
        let oldest = replay.added - replay.count
        var next = max(stored, oldest)
        while next < replay.added {
            // A gap, where more was added than the buffer holds, begins a new file too.
            let last = starts.last
            let isOpen = last != nil && next == stored && next - last! < Self.fileTransitions
            let start = isOpen ? last! : next
            if !isOpen { starts.append(start) }
            let end = min(replay.added, start + Self.fileTransitions)
            try append(next..<end, to: start)
            (next, stored) = (end, end)
        }
    }

    private func append(_ range: Range<Int>, to start: Int) throws(StorageError) {
        let file =
            range.lowerBound == start
            ? try AppendFile(creating: path(start))
            : try AppendFile(resuming: path(start), at: (range.lowerBound - start) * replay.transitionBytes)
        do { try replay.write(range) { try file.append($0) } } catch {
            throw error as? StorageError ?? StorageError(path: path(start), operation: "write", reason: .system(0))
        }
        try file.synchronize()
    }

    /// Removes files whose transitions a checkpoint that counts on `added` transitions doesn't need.
    ///
    /// - Throws: `StorageError`.
    mutating func removeFiles(before added: Int) throws(StorageError) {
        let needed = added - min(added, replay.capacity)
        while starts.count > 1, starts[1] <= needed { try removeFile(path(starts.removeFirst())) }
    }
}
