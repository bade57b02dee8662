import Deflate

/// Reads a ZIP archive: the directory when it is opened, the entries one by one.
///
/// Everything is checked before it is used: the directory's place and size, that entries don't overlap, that sizes
/// are possible, and, after reading, the checksum. Memory is bounded by the directory and the entry that is read.
public final class ZipReader {
    /// One file in the archive.
    public struct Entry: Hashable, Sendable {
        /// The name, with `/` between folders.
        public var name: String
        /// How it is stored.
        public var method: Zip.Method
        /// The size of the content in bytes.
        public var size: Int
        var packedSize: Int
        var checksum: UInt32
        var offset: Int
    }

    let file: InputFile
    /// The entries in the order of the directory; their names are unique.
    public let entries: [Entry]

    /// Opens an archive and reads its directory.
    ///
    /// - Throws: ``StorageError`` if it can't be read, ``FormatError`` if it is damaged.
    public init(path: String) throws {
        file = try InputFile(path: path)
        let directory = try ZipDirectory.locate(in: file)
        entries = try directory.entries(in: file)
    }

    /// The entry of a name; nil if there is none.
    public func entry(named name: String) -> Entry? {
        entries.first { $0.name == name }
    }

    /// Reads a whole entry.
    ///
    /// - Parameters:
    ///   - entry: An entry of this archive.
    ///   - limit: The maximum size in bytes.
    /// - Throws: ``StorageError`` if it is larger or can't be read, ``FormatError`` if it is damaged.
    public func bytes(of entry: Entry, limit: Int) throws -> [UInt8] {
        guard entry.size <= limit else {
            throw StorageError(
                path: "\(file.path)(\(entry.name))", operation: "read",
                reason: .tooLarge(bytes: entry.size, limit: limit))
        }
        let start = try contentOffset(of: entry)
        let packed = try file.bytes(in: start..<start + entry.packedSize)
        let content = entry.method == .stored ? packed : try inflated(packed, of: entry, at: start)
        guard crc32(content) == entry.checksum else {
            throw failure(at: start, "content with the checksum \(entry.checksum)", "\(crc32(content))", entry)
        }
        return content
    }

    /// Checks the local header (4.3.7) and returns the offset of the content.
    private func contentOffset(of entry: Entry) throws -> Int {
        let header = try file.bytes(in: entry.offset..<entry.offset + Zip.localSize)
        guard UInt32(littleEndianIn: header, at: 0) == Zip.localSignature else {
            throw failure(at: entry.offset, "a local header", "other bytes", entry)
        }
        let nameLength = Int(UInt16(littleEndianIn: header, at: 26))
        let extraLength = Int(UInt16(littleEndianIn: header, at: 28))
        let start = entry.offset + Zip.localSize + nameLength + extraLength
        guard start + entry.packedSize <= file.count else {
            throw failure(at: entry.offset, "\(entry.packedSize) bytes of content", "the end of the file", entry)
        }
        let nameStart = entry.offset + Zip.localSize
        let name = try file.bytes(in: nameStart..<nameStart + nameLength)
        guard name.elementsEqual(entry.name.utf8) else {
            throw failure(at: nameStart, "the directory's name", "another name", entry)
        }
        guard UInt16(littleEndianIn: header, at: 8) == entry.method.rawValue else {
            throw failure(at: entry.offset + 8, "the directory's method", "another method", entry)
        }
        return start
    }

    private func inflated(_ packed: [UInt8], of entry: Entry, at start: Int) throws -> [UInt8] {
        guard let (content, taken) = Deflate.inflated(packed, .raw, size: entry.size), taken == packed.count else {
            throw failure(at: start, "a deflate stream of \(entry.size) bytes", "a damaged one", entry)
        }
        return content
    }

    private func failure(at offset: Int, _ expected: String, _ found: String, _ entry: Entry) -> FormatError {
        FormatError(
            .zip, file: file.path, offset: offset, expected: "\(expected) for \(entry.name)", found: found)
    }
}
