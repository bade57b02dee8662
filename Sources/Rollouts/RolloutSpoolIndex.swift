import Experience
import Experience
import Storage

/// The places of the rows of every episode in a spool file.
struct RolloutSpoolIndex {
    struct Block {
        /// The offset of the rows in the file.
        var offset: Int
        var stepCount: Int
        var startsEpisode: Bool

        /// The byte range of a column's rows.
        func rows(of position: Int, _ layout: RolloutLayout) -> Range<Int> {
            let columns = layout.columns
            let sizes = columns[...position].map { column in
                column.rowBytes * column.rowCount(steps: stepCount, startsEpisode: startsEpisode)
            }
            let start = offset + sizes.dropLast().reduce(0, +)
            return start..<start + sizes[position]
        }
    }

    struct SpooledEpisode {
        var seed: UInt64?
        var stepCount = 0
        var blocks: [Block] = []
    }

    /// The episodes with at least one step, in the order in which they started.
    private(set) var episodes: [SpooledEpisode] = []
    /// The number of bytes after the last whole block.
    private(set) var lostByteCount = 0

    /// Reads all blocks and checks their checksums.
    ///
    /// - Throws: `StorageError`.
    init(_ file: InputFile, columns: [Column], start: Int) throws(StorageError) {
        var byNumber: [UInt64: SpooledEpisode] = [:]
        var offset = start
        while let (header, end) = try Self.block(in: file, at: offset, columns: columns) {
            var episode = byNumber[header.episode] ?? SpooledEpisode(seed: header.seed)
            // An episode's first block, and no other, has the first observation; otherwise the file wasn't written
            // here.
            guard episode.blocks.isEmpty == header.startsEpisode else { break }
            let rows = offset + RolloutBlock.Header.byteCount
            episode.blocks.append(
                Block(offset: rows, stepCount: header.stepCount, startsEpisode: header.startsEpisode))
            episode.stepCount += header.stepCount
            byNumber[header.episode] = episode
            offset = end
        }
        episodes = byNumber.sorted { $0.key < $1.key }.map(\.value).filter { $0.stepCount > 0 }
        lostByteCount = file.count - offset
    }

    /// The header and the end of the block at `offset`; nil if there is no whole one.
    private static func block(
        in file: InputFile, at offset: Int, columns: [Column]
    ) throws(StorageError) -> (RolloutBlock.Header, end: Int)? {
        let rows = offset + RolloutBlock.Header.byteCount
        guard rows <= file.count, let header = RolloutBlock.Header(try file.bytes(in: offset..<rows)) else {
            return nil
        }
        let byteCount = columns.reduce(0) { sum, column in
            sum + column.rowBytes * column.rowCount(steps: header.stepCount, startsEpisode: header.startsEpisode)
        }
        guard header.rowsByteCount == byteCount, byteCount <= file.count - rows else { return nil }
        let checked = try file.bytes(in: offset + RolloutBlock.Header.checkedFrom..<rows + byteCount)
        return crc32(checked) == header.checksum ? (header, rows + byteCount) : nil
    }
}
