import Storage

/// Writes a log of one JSON object per line (https://jsonlines.org), such as `metrics.jsonl`.
///
/// A line holds only what it is given, no times, so that a resumed run writes the same bytes as an uninterrupted one.
public final class JSONLinesWriter {
    private let file: AppendFile

    /// Starts a new log.
    ///
    /// - Throws: `StorageError`, with `wouldOverwrite` if the path exists.
    public init(creating path: String) throws(StorageError) { file = try AppendFile(creating: path) }

    /// Continues a log after its first `length` bytes, which have this checksum; the rest is cut off.
    ///
    /// - Throws: `StorageError`.
    public init(resuming path: String, at length: Int, checksum: UInt32 = 0) throws(StorageError) {
        file = try AppendFile(resuming: path, at: length, checksum: checksum)
    }

    /// The number of bytes so far, where the log can be resumed.
    public var length: Int { file.count }
    /// The CRC-32 of these bytes.
    public var checksum: UInt32 { file.checksum }

    /// Appends a line.
    ///
    /// - Throws: `StorageError`.
    public func append(_ object: JSON) throws(StorageError) { try file.append(object.description + "\n") }

    /// Waits until everything so far is on disk.
    ///
    /// - Throws: `StorageError`.
    public func synchronize() throws(StorageError) { try file.synchronize() }
}
