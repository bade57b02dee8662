import Agents
import Environments
import Storage

/// Replayed experience on disk, in files that are only appended to: a checkpoint costs what is new since the last one.
///
/// `replay/N.bin` holds transitions from number N on, as ``Agents/ReplayBuffer/write(_:to:)`` gives them, in blocks with
/// checksums (``ReplayBlock``). Files whose transitions no kept checkpoint needs are removed.
struct ReplayLog {
    private let folder: String
    private let replay: ReplayBuffer
    /// The number of the first transition of each file, ascending.
    private var starts: [Int]
    /// Bytes of the last file that count.
    private var length = 0
    /// Transitions that are on disk.
    private var stored: Int
    /// Transitions in a file before the next one is begun.
    private static let fileTransitions = 16_384
    /// Bytes of transitions in a block, which is read as a whole.
    private static let blockBytes = 1 << 20
    private static let ending = ".bin"

    /// Starts a log in an empty folder.
    init(creating folder: String, replay: ReplayBuffer) throws(StorageError) {
        try createFolder(folder)
        (self.folder, self.replay, starts, stored) = (folder, replay, [], 0)
    }

    /// Reads the experience that a checkpoint counts on into an empty buffer; what came later is cut off.
    ///
    /// - Parameter spaces: what was seen and done; see ``Agents/ReplayBuffer/restore(_:from:observationSpace:actionCount:)``.
    /// - Throws: `StorageError`, or `FormatError` where transitions are missing or damaged.
    init(
        resuming folder: String, replay: ReplayBuffer, added: Int, spaces: (observations: Space, actions: Space)
    ) throws {
        (self.folder, self.replay, stored) = (folder, replay, added)
        let all = try namesInFolder(folder).filter { $0.hasSuffix(Self.ending) }
            .compactMap { Int($0.dropLast(Self.ending.count)) }.sorted()
        starts = all.filter { $0 < added }
        for start in all where start >= added { try removeFile(path(start)) }
        let first = added - min(added, replay.capacity)
        for (index, start) in starts.enumerated() {
            let end = index + 1 < starts.count ? starts[index + 1] : added
            guard end > first else { continue }
            length = try restore(start..<end, from: first, spaces)
        }
        guard replay.added == added else {
            throw FormatError(
                .run, file: folder, offset: 0, expected: "transitions up to number \(added)",
                found: "them up to \(replay.added)")
        }
    }

    private func path(_ start: Int) -> String { joinPath(folder, "\(start)\(Self.ending)") }

    /// Reads the file of the transitions `numbers`, and keeps those from number `first` on.
    ///
    /// - Returns: how many of the file's bytes they are.
    private func restore(
        _ numbers: Range<Int>, from first: Int, _ spaces: (observations: Space, actions: Space)
    ) throws -> Int {
        let file = try InputFile(path: path(numbers.lowerBound))
        var (next, offset) = (numbers.lowerBound, 0)
        while next < numbers.upperBound {
            let (block, transitions) = try ReplayBlock.read(
                file, at: offset, numbers: next..<numbers.upperBound, transitionBytes: replay.transitionBytes)
            let skipped = min(block.count, max(0, first - next)) * replay.transitionBytes
            do throws(EnvironmentError) {
                try replay.restore(
                    transitions.span.bytes.extracting(skipped...), from: max(first, next),
                    observationSpace: spaces.observations, actionCount: spaces.actions.discreteCount ?? 0)
            } catch {
                guard case .badState(let place, let expected) = error else { throw error }
                throw FormatError(
                    .run, file: file.path, offset: offset + ReplayBlock.byteCount + skipped + place, expected: expected,
                    found: "another number")
            }
            (next, offset) = (next + block.count, offset + ReplayBlock.byteCount + transitions.count)
        }
        return offset
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
            if !isOpen { (starts, length) = (starts + [start], 0) }
            let end = min(replay.added, start + Self.fileTransitions)
            try append(next..<end, to: start)
            (next, stored) = (end, end)
        }
    }

    private mutating func append(_ numbers: Range<Int>, to start: Int) throws(StorageError) {
        let file =
            numbers.lowerBound == start
            ? try AppendFile(creating: path(start)) : try AppendFile(resuming: path(start), at: length)
        let size = replay.transitionBytes
        let most = max(1, Self.blockBytes / size)
        do {
            for next in stride(from: numbers.lowerBound, to: numbers.upperBound, by: most) {
                let count = min(most, numbers.upperBound - next)
                try ReplayBlock(start: next, count: count, transitionBytes: size).append(from: replay, to: file)
            }
        } catch {
            throw error as? StorageError ?? StorageError(path: path(start), operation: "write", reason: .system(0))
        }
        try file.synchronize()
        length = file.count
    }

    /// Removes files whose transitions a checkpoint that counts on `added` transitions doesn't need.
    ///
    /// - Throws: `StorageError`.
    mutating func removeFiles(before added: Int) throws(StorageError) {
        let needed = added - min(added, replay.capacity)
        while starts.count > 1, starts[1] <= needed { try removeFile(path(starts.removeFirst())) }
    }
}
