/// Rows of data, one after another: pictures, vectors, or sequences of steps, with their labels where they have some.
public struct DataRows: Equatable, Sendable {
    /// Numbers of a row; of one step where rows are sequences.
    public let width: Int
    /// All numbers, row-major, in the type that they need. Sequences follow each other as long as each is, without padding.
    public let numbers: DataNumbers
    /// A class a row, from 0; empty where rows have none.
    public var labels: [Int]
    /// Where each sequence begins, counted in steps, and at last where the last one ends; empty where rows are no sequences.
    private var starts: [Int]

    /// Rows of `width` numbers each.
    ///
    /// - Precondition: whole rows, and no labels or one a row.
    public init(_ numbers: DataNumbers, width: Int, labels: [Int] = []) {
        precondition(width > 0 && numbers.count % width == 0, "\(numbers.count) numbers are no rows of \(width)")
        (self.numbers, self.width, self.labels, starts) = (numbers, width, labels, [])
        precondition(labels.isEmpty || labels.count == count, "\(labels.count) labels of \(count) rows")
    }

    /// Rows of `width` floats each, as ``init(_:width:labels:)-(DataNumbers,_,_)``.
    public init(_ values: [Float], width: Int, labels: [Int] = []) {
        self.init(.floats(values), width: width, labels: labels)
    }

    /// Sequences of steps of `width` numbers each.
    ///
    /// - Parameter lengths: The steps of each sequence.
    /// - Precondition: the lengths add up to the steps, and there are no labels or one a sequence.
    public init(sequences numbers: DataNumbers, width: Int, lengths: [Int], labels: [Int] = []) {
        starts = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
        precondition(
            width > 0 && lengths.allSatisfy { $0 >= 0 } && starts[lengths.count] * width == numbers.count,
            "\(numbers.count) numbers are no sequences of \(starts[lengths.count]) steps of \(width)")
        precondition(labels.isEmpty || labels.count == lengths.count, "\(labels.count) labels of \(lengths.count) rows")
        (self.numbers, self.width, self.labels) = (numbers, width, labels)
    }

    /// Sequences of steps of `width` floats each, as ``init(sequences:width:lengths:labels:)-(DataNumbers,_,_,_)``.
    public init(sequences values: [Float], width: Int, lengths: [Int], labels: [Int] = []) {
        self.init(sequences: .floats(values), width: width, lengths: lengths, labels: labels)
    }

    private init(_ numbers: DataNumbers, like rows: DataRows) {
        (self.numbers, width, labels, starts) = (numbers, rows.width, rows.labels, rows.starts)
    }

    /// Whether rows are sequences.
    public var isSequential: Bool { !starts.isEmpty }

    /// The number of rows.
    public var count: Int { isSequential ? starts.count - 1 : numbers.count / width }

    /// Whether there are no rows.
    public var isEmpty: Bool { count == 0 }

    /// The steps of each sequence; empty where rows are no sequences.
    public var lengths: [Int] { zip(starts.dropFirst(), starts).map(-) }

    /// Where the numbers of a row lie in ``numbers``.
    public func range(of row: Int) -> Range<Int> {
        isSequential ? starts[row] * width..<starts[row + 1] * width : row * width..<(row + 1) * width
    }

    /// The sequence that a step is part of, all steps counted.
    func row(ofStep step: Int) -> Int { (starts.firstIndex { $0 > step } ?? starts.count) - 1 }

    /// All numbers as floats: an array of its own where they are held in another type, so not for loops over rows, nor for
    /// what ``write(_:into:)`` can do.
    public var values: [Float] { numbers.floats }

    /// The numbers of a row, as floats.
    public subscript(row: Int) -> [Float] {
        let range = range(of: row)
        return range.map { numbers[$0] }
    }

    /// Writes rows into memory, such as a plan's input, one after another; allocates nothing.
    ///
    /// - Precondition: there is room for all of them.
    public func write(_ rows: Range<Int>, into target: UnsafeMutableBufferPointer<Float>) {
        guard let first = rows.first, let last = rows.last, let start = target.baseAddress else { return }
        let range = range(of: first).lowerBound..<range(of: last).upperBound
        precondition(range.count <= target.count, "\(range.count) numbers in place of \(target.count)")
        numbers.write(range, into: start)
    }

    /// Some of the rows, in the order of `rows`.
    public func gathered(_ rows: some Collection<Int>) -> DataRows {
        let chosen = numbers.gathered(rows.lazy.map(range))
        let labels = labels.isEmpty ? [] : rows.map { self.labels[$0] }
        guard isSequential else { return DataRows(chosen, width: width, labels: labels) }
        return DataRows(
            sequences: chosen, width: width, lengths: rows.map { starts[$0 + 1] - starts[$0] }, labels: labels)
    }

    /// The first rows, at most `limit` of them.
    public func prefix(_ limit: Int) -> DataRows { count <= limit ? self : gathered(0..<limit) }

    /// The same rows with other numbers in them, as many.
    public func replacing(_ numbers: DataNumbers) -> DataRows {
        precondition(numbers.count == self.numbers.count, "\(numbers.count) numbers in place of \(self.numbers.count)")
        return DataRows(numbers, like: self)
    }

    /// The same rows with other floats in them, as many.
    public func replacing(_ values: [Float]) -> DataRows { replacing(.floats(values)) }
}
