import Storage

/// Writes a log of one JSON object a line (https://jsonlines.org), such as `metrics.jsonl`.
///
/// Nothing but what is given goes into a line, so that a run that was resumed has the same bytes as one that was not.
public final class JSONLinesWriter {
    private let file: AppendFile

    /// Starts a new log.
    ///
    /// - Throws: `StorageError`, with `wouldOverwrite` where the path exists.
    public init(creating path: String) throws(StorageError) { file = try AppendFile(creating: path) }

    /// Goes on after the first `length` bytes of a log; what follows them is cut off.
    ///
    /// - Throws: `StorageError`.
    public init(resuming path: String, at length: Int) throws(StorageError) {
        file = try AppendFile(resuming: path, at: length)
    }

    /// The bytes so far, to resume at.
    public var length: Int { file.count }

    /// Appends a line.
    ///
    /// - Throws: `StorageError`.
    public func append(_ object: JSON) throws(StorageError) { try file.append(object.description + "\n") }

    /// Makes everything so far durable.
    ///
    /// - Throws: `StorageError`.
    public func synchronize() throws(StorageError) { try file.synchronize() }
}
