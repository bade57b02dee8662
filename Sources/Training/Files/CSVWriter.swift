import Storage

/// Writes a table as comma-separated values (RFC 4180, lines ended by a line feed alone).
public final class CSVWriter {
    /// One cell of a table.
    public enum Cell: Hashable, Sendable {
        case integer(Int)
        /// A number, as the shortest text that reads back as the same `Double`.
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
    /// - Throws: `StorageError`, with `wouldOverwrite` where the path exists.
    public init(creating path: String, columns: [String]) throws(StorageError) {
        file = try AppendFile(creating: path)
        columnCount = columns.count
        try append(columns.map(Cell.text))
    }

    /// Goes on after the first `length` bytes of a table; what follows them is cut off.
    ///
    /// - Throws: `StorageError`.
    public init(resuming path: String, at length: Int, columns: [String]) throws(StorageError) {
        file = try AppendFile(resuming: path, at: length)
        columnCount = columns.count
    }

    /// The bytes so far, to resume at.
    public var length: Int { file.count }

    /// Appends a line.
    ///
    /// - Throws: `StorageError`.
    /// - Precondition: There is a cell for every column.
    public func append(_ row: [Cell]) throws(StorageError) {
        precondition(row.count == columnCount, "a line of \(row.count) cells in a table of \(columnCount) columns")
        try file.append(row.map(\.csv).joined(separator: ",") + "\n")
    }

    /// Makes everything so far durable.
    ///
    /// - Throws: `StorageError`.
    public func synchronize() throws(StorageError) { try file.synchronize() }
}
