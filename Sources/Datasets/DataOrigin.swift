/// Where rows come from, so that an error can name a file and a place in it.
public struct DataOrigin: Hashable, Sendable {
    /// What the rows of a file are counted in.
    public enum Unit: String, Hashable, Sendable {
        case row, line, piece, picture = "image", observation, frame, episode
    }

    /// The file or folder, or else what generated the rows.
    public var source: String
    public var unit: Unit
    /// The number of the first row.
    public var first: Int
    /// The place of each row in the source, from 0; nil if all rows are there in order.
    public private(set) var order: [Int]?

    /// All rows of a source, in order, the first of them numbered `first`.
    public init(_ source: String, _ unit: Unit = .row, first: Int = 1) {
        (self.source, self.unit, self.first) = (source, unit, first)
    }

    /// The place of a row, such as `digits.csv, line 17`.
    public func place(of row: Int) -> String { "\(source), \(unit.rawValue) \((order?[row] ?? row) + first)" }

    /// The origin of some of the rows, in the order of `rows`.
    func gathered(_ rows: some Collection<Int>) -> DataOrigin {
        var result = self
        result.order = rows.map { order?[$0] ?? $0 }
        return result
    }
}

/// Rows together with where they come from.
struct SourcedRows {
    var rows: DataRows
    var origin: DataOrigin

    /// Some of the rows, in the order of `chosen`.
    func gathered(_ chosen: some Collection<Int>) -> SourcedRows {
        SourcedRows(rows: rows.gathered(chosen), origin: origin.gathered(chosen))
    }
}
