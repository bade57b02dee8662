/// Rows of data, one after another: pictures, vectors, or sequences of steps, with their labels where they have some.
public struct DataRows: Hashable, Sendable {
    /// Numbers of a row; of one step where rows are sequences.
    public let width: Int
    /// All numbers, row-major. Sequences follow each other as long as each is, without padding.
    public var values: [Float]
    /// A class a row, from 0; empty where rows have none.
    public var labels: [Int]
    /// Where each sequence begins, counted in steps, and at last where the last one ends; empty where rows are no sequences.
    private var starts: [Int]

    /// Rows of `width` numbers each.
    ///
    /// - Precondition: whole rows, and no labels or one a row.
    public init(_ values: [Float], width: Int, labels: [Int] = []) {
        precondition(width > 0 && values.count % width == 0, "\(values.count) numbers are no rows of \(width)")
        (self.values, self.width, self.labels, starts) = (values, width, labels, [])
        precondition(labels.isEmpty || labels.count == count, "\(labels.count) labels of \(count) rows")
    }

    /// Sequences of steps of `width` numbers each.
    ///
    /// - Parameter lengths: The steps of each sequence.
    /// - Precondition: the lengths add up to the steps, and there are no labels or one a sequence.
    public init(sequences values: [Float], width: Int, lengths: [Int], labels: [Int] = []) {
        starts = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
        precondition(
            width > 0 && lengths.allSatisfy { $0 >= 0 } && starts[lengths.count] * width == values.count,
            "\(values.count) numbers are no sequences of \(starts[lengths.count]) steps of \(width)")
        precondition(labels.isEmpty || labels.count == lengths.count, "\(labels.count) labels of \(lengths.count) rows")
        (self.values, self.width, self.labels) = (values, width, labels)
    }

    /// Whether rows are sequences.
    public var isSequential: Bool { !starts.isEmpty }

    /// The number of rows.
    public var count: Int { isSequential ? starts.count - 1 : values.count / width }

    /// Whether there are no rows.
    public var isEmpty: Bool { count == 0 }

    /// The steps of each sequence; empty where rows are no sequences.
    public var lengths: [Int] { zip(starts.dropFirst(), starts).map(-) }

    /// Where the numbers of a row lie in ``values``.
    public func range(of row: Int) -> Range<Int> {
        isSequential ? starts[row] * width..<starts[row + 1] * width : row * width..<(row + 1) * width
    }

    /// The sequence that a step is part of, all steps counted.
    func row(ofStep step: Int) -> Int { (starts.firstIndex { $0 > step } ?? starts.count) - 1 }

    /// The numbers of a row.
    public subscript(row: Int) -> ArraySlice<Float> { values[range(of: row)] }

    /// Some of the rows, in the order of `rows`.
    public func gathered(_ rows: some Collection<Int>) -> DataRows {
        var chosen: [Float] = []
        chosen.reserveCapacity(rows.reduce(0) { $0 + range(of: $1).count })
        for row in rows { chosen += values[range(of: row)] }
        let labels = labels.isEmpty ? [] : rows.map { self.labels[$0] }
        guard isSequential else { return DataRows(chosen, width: width, labels: labels) }
        return DataRows(
            sequences: chosen, width: width, lengths: rows.map { starts[$0 + 1] - starts[$0] }, labels: labels)
    }

    /// The first rows, at most `limit` of them.
    public func prefix(_ limit: Int) -> DataRows { count <= limit ? self : gathered(0..<limit) }

    /// The same rows with other numbers in them, as many.
    public func replacing(_ values: [Float]) -> DataRows {
        precondition(values.count == self.values.count, "\(values.count) numbers in place of \(self.values.count)")
        var result = self
        result.values = values
        return result
    }
}
