import Storage
import TensorCore

/// A checksum over everything in a checkpoint, since the format has none and a flipped bit in a weight would go
/// unnoticed.
extension Checkpoint {
    private static let checksumName = "crc32"

    /// The metadata with the checksum of the metadata and of the tensors, whose bytes `body` passes on.
    static func sealed(
        _ metadata: [String: String], _ entries: [TensorFileEntry],
        _ body: (TensorFileEntry, (UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) rethrows -> [String: String] {
        metadata.merging([checksumName: try checksum(metadata, entries, body)]) { $1 }
    }

    /// Opens a checkpoint and verifies its checksum if it has one; files from other tools have none.
    ///
    /// - Throws: `StorageError`, or `FormatError` if the file is damaged.
    static func open(_ path: String) throws -> TensorFileReader {
        let reader = try TensorFileReader(path: path)
        guard let expected = reader.metadata[checksumName] else { return reader }
        let metadata = reader.metadata.filter { $0.key != checksumName }
        let found = try checksum(metadata, reader.entries) { entry, sink in
            try reader.bytes(of: entry).withUnsafeBytes { try sink($0) }
        }
        guard found == expected else {
            throw FormatError(
                .safetensors, file: path, offset: 0, expected: "content with the checksum \(expected)", found: found)
        }
        return reader
    }

    private static func checksum(
        _ metadata: [String: String], _ entries: [TensorFileEntry],
        _ body: (TensorFileEntry, (UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) rethrows -> String {
        var checksum: UInt32 = 0
        func add(_ text: String) {
            Array(text.utf8).withUnsafeBytes { checksum = crc32($0, continuing: checksum) }
        }
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) { add("\(name)=\(value)\n") }
        for entry in entries.sorted(by: { $0.name < $1.name }) {
            add("\(entry.name) \(entry.type.rawValue) \(entry.shape)\n")
            try body(entry) { checksum = crc32($0, continuing: checksum) }
        }
        return hexadecimal(checksum)
    }
}
