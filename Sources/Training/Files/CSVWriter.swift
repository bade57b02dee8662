import Storage

/// Writes a table as comma-separated values (RFC 4180, but with a line feed alone as line end).
public final class CSVWriter {
    /// One cell of a table.
    public enum Cell: Hashable, Sendable {
        case integer(Int)
        /// A number, written as the shortest text that reads back as the same `Double`.
        case number(Double)
        case text(String)

        var csv: String {
            switch self {
            case .integer(let value): String(value)
            case .number(let value): value.description
            case .text(let value):
                value.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
                    ? "\"" + value.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
                        + "\"" : value
            }
        }
    }

    private let file: AppendFile
    private let columnCount: Int

    /// Starts a new table with a line of column names.
    ///
    /// - Throws: `StorageError`, with `wouldOverwrite` if the path exists.
    public init(creating path: String, columns: [String]) throws(StorageError) {
        file = try AppendFile(creating: path)
        columnCount = columns.count
        try append(columns.map(Cell.text))
    }

    /// Continues a table after its first `length` bytes, which have this checksum; the rest is cut off.
    ///
    /// - Throws: `StorageError`.
    public init(
        resuming path: String, at length: Int, checksum: UInt32 = 0, columns: [String]
    ) throws(StorageError) {
        file = try AppendFile(resuming: path, at: length, checksum: checksum)
        columnCount = columns.count
    }

    /// The number of bytes so far, where the table can be resumed.
    public var length: Int { file.count }
    /// The CRC-32 of these bytes.
    public var checksum: UInt32 { file.checksum }

    /// Appends a line.
    ///
    /// - Throws: `StorageError`.
    /// - Precondition: There is one cell per column.
    public func append(_ row: [Cell]) throws(StorageError) {
        precondition(row.count == columnCount, "a line of \(row.count) cells in a table of \(columnCount) columns")
        try file.append(row.map(\.csv).joined(separator: ",") + "\n")
    }

    /// Waits until everything so far is on disk.
    ///
    /// - Throws: `StorageError`.
    public func synchronize() throws(StorageError) { try file.synchronize() }
}
