import Storage

/// A safetensors file opened for reading: the header at once, the tensors one by one and without further copies.
public final class TensorFileReader: Sendable {
    private let file: InputFile
    private let starts: [String: Int]

    /// The tensors in the order of their data.
    public let entries: [TensorFileEntry]
    /// The file's metadata strings (`__metadata__`).
    public let metadata: [String: String]
    /// The path as given.
    public var path: String { file.path }

    /// Opens a file and checks its structure.
    ///
    /// - Throws: `StorageError` if it can't be read, `FormatError` with the offset if it is damaged.
    public init(path: String) throws {
        file = try InputFile(path: path)
        let lengthField = try file.bytes(in: 0..<min(8, file.count))
        let length = try SafetensorsHeader.length(lengthField, fileLength: file.count, file: path)
        let json = try file.bytes(in: 8..<8 + length)
        let header = try SafetensorsHeader(json: json, dataLength: file.count - 8 - length, file: path)
        entries = header.entries
        metadata = header.metadata
        var starts: [String: Int] = [:]
        var offset = 8 + length
        for entry in entries {
            starts[entry.name] = offset
            offset += entry.byteCount
        }
        self.starts = starts
    }

    /// The entry with the given name.
    public func entry(named name: String) -> TensorFileEntry? {
        entries.first { $0.name == name }
    }

    /// Reads a tensor's elements, little-endian and row-major, into memory that the caller owns.
    ///
    /// The bytes of a ``TensorFileType/boolean`` tensor are not checked to be 0 or 1.
    ///
    /// - Parameters:
    ///   - entry: An entry of this file.
    ///   - buffer: As long as the entry's ``TensorFileEntry/byteCount``.
    /// - Throws: `StorageError`.
    public func read(_ entry: TensorFileEntry, into buffer: UnsafeMutableRawBufferPointer) throws(StorageError) {
        precondition(
            buffer.count == entry.byteCount,
            "tensor \(entry.name) has \(entry.byteCount) bytes and the buffer \(buffer.count)")
        guard let start = starts[entry.name] else { preconditionFailure("no tensor \(entry.name) in \(path)") }
        try file.read(into: buffer, at: start)
    }

    /// A tensor's elements as little-endian bytes, row-major.
    ///
    /// - Throws: `StorageError`.
    public func bytes(of entry: TensorFileEntry) throws(StorageError) -> [UInt8] {
        guard let start = starts[entry.name] else { preconditionFailure("no tensor \(entry.name) in \(path)") }
        return try file.bytes(in: start..<start + entry.byteCount)
    }
}
