import Experience
import Experience
import Storage

/// Consecutive steps of one episode, collected column by column.
///
/// On disk: a mark, the checksum of everything after it, the size of the rows in bytes, the episode's number and seed,
/// the number of steps, and flags (all little-endian), followed by the rows of every column in
/// ``RolloutLayout/columns``.
struct RolloutBlock {
    /// What comes before the rows on disk.
    struct Header {
        static let byteCount = 40
        static let mark = UInt32(littleEndianIn: Array("RBLK".utf8), at: 0)
        /// The checksum covers everything from here on.
        static let checkedFrom = 8

        var checksum: UInt32
        var rowsByteCount: Int
        var episode: UInt64
        var seed: UInt64?
        var stepCount: Int
        /// Whether the rows include the episode's first observation.
        var startsEpisode: Bool

        /// Reads the fields; nil if the bytes are not a header.
        init?(_ bytes: [UInt8]) {
            guard bytes.count == Self.byteCount, UInt32(littleEndianIn: bytes, at: 0) == Self.mark,
                let rowsByteCount = Int(exactly: UInt64(littleEndianIn: bytes, at: 8))
            else { return nil }
            checksum = UInt32(littleEndianIn: bytes, at: 4)
            self.rowsByteCount = rowsByteCount
            episode = UInt64(littleEndianIn: bytes, at: 16)
            stepCount = Int(UInt32(littleEndianIn: bytes, at: 32))
            let flags = UInt32(littleEndianIn: bytes, at: 36)
            seed = flags & 2 != 0 ? UInt64(littleEndianIn: bytes, at: 24) : nil
            startsEpisode = flags & 1 != 0
        }
    }

    private static let targetByteCount = 1 << 16

    private let columns: [Column]
    private let capacity: Int
    private var rows: [[UInt8]]
    private var stepCount = 0
    private var episode = 0
    private var seed: UInt64?
    private var startsEpisode = false

    init(_ layout: RolloutLayout) {
        columns = layout.columns
        let stepSize = columns.reduce(0) { $0 + $1.rowBytes }
        let capacity = max(1, Self.targetByteCount / stepSize)
        self.capacity = capacity
        rows = columns.map { column in
            var rows: [UInt8] = []
            rows.reserveCapacity(column.rowBytes * (capacity + 1))
            return rows
        }
    }

    var isFull: Bool { stepCount == capacity }
    var isEmpty: Bool { stepCount == 0 && !startsEpisode }

    /// Starts the first block of an episode.
    mutating func start(episode: Int, seed: UInt64?) {
        self.episode = episode
        self.seed = seed
        clear(startsEpisode: true)
    }

    /// Starts the next block of the same episode.
    mutating func goOn() { clear(startsEpisode: false) }

    private mutating func clear(startsEpisode: Bool) {
        for index in rows.indices { rows[index].removeAll(keepingCapacity: true) }
        stepCount = 0
        self.startsEpisode = startsEpisode
    }

    /// Appends a row to a column.
    mutating func append(_ name: Column.Name, _ row: RawSpan) {
        let index = columns.firstIndex { $0.name == name }!
        precondition(
            row.byteCount == columns[index].rowBytes,
            "a row of \(name) has \(columns[index].rowBytes) bytes, not \(row.byteCount)")
        row.withUnsafeBytes { rows[index].append(contentsOf: $0) }
    }

    /// Appends a number to a column.
    mutating func append<Value: BitwiseCopyable>(_ name: Column.Name, _ value: Value) {
        let index = columns.firstIndex { $0.name == name }!
        withUnsafeBytes(of: value) { rows[index].append(contentsOf: $0) }
    }

    mutating func endStep() { stepCount += 1 }

    func encoded() -> [UInt8] {
        let rowsByteCount = rows.reduce(0) { $0 + $1.count }
        var block: [UInt8] = []
        block.reserveCapacity(Header.byteCount + rowsByteCount)
        block += Header.mark.littleEndianBytes + UInt32(0).littleEndianBytes
        block += UInt64(rowsByteCount).littleEndianBytes + UInt64(episode).littleEndianBytes
        block += (seed ?? 0).littleEndianBytes + UInt32(stepCount).littleEndianBytes
        block += UInt32((startsEpisode ? 1 : 0) | (seed != nil ? 2 : 0)).littleEndianBytes
        for column in rows { block += column }
        let checksum = block.withUnsafeBytes { crc32(.init(rebasing: $0[Header.checkedFrom...])) }
        block.replaceSubrange(4..<8, with: checksum.littleEndianBytes)
        return block
    }
}
