/// Rows of data: images, vectors, or sequences of steps, with labels if there are any.
public struct DataRows: Equatable, Sendable {
    /// The numbers of a row, or of one step of a sequence.
    public let width: Int
    /// All numbers, row-major, in the type that they need. Sequences follow one another at their lengths, unpadded.
    public let numbers: DataNumbers
    /// A class per row, from 0; empty if rows have none.
    public var labels: [Int]
    /// Where each sequence begins, in steps, and finally where the last one ends; empty if rows are not sequences.
    private var starts: [Int]

    /// Rows of `width` numbers each.
    ///
    /// - Precondition: the numbers fill whole rows, and there are no labels or one per row.
    public init(_ numbers: DataNumbers, width: Int, labels: [Int] = []) {
        precondition(width > 0 && numbers.count % width == 0, "\(numbers.count) numbers don't fill rows of \(width)")
        (self.numbers, self.width, self.labels, starts) = (numbers, width, labels, [])
        precondition(labels.isEmpty || labels.count == count, "\(labels.count) labels for \(count) rows")
    }

    /// Rows of `width` floats each, as ``init(_:width:labels:)-(DataNumbers,_,_)``.
    public init(_ values: [Float], width: Int, labels: [Int] = []) {
        self.init(.floats(values), width: width, labels: labels)
    }

    /// Sequences of steps of `width` numbers each.
    ///
    /// - Parameter lengths: The number of steps of each sequence.
    /// - Precondition: the lengths add up to the number of steps, and there are no labels or one per sequence.
    public init(sequences numbers: DataNumbers, width: Int, lengths: [Int], labels: [Int] = []) {
        starts = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
        precondition(
            width > 0 && lengths.allSatisfy { $0 >= 0 } && starts[lengths.count] * width == numbers.count,
            "\(numbers.count) numbers don't fill sequences of \(starts[lengths.count]) steps of \(width)")
        precondition(
            labels.isEmpty || labels.count == lengths.count, "\(labels.count) labels for \(lengths.count) sequences")
        (self.numbers, self.width, self.labels) = (numbers, width, labels)
    }

    /// Sequences of steps of `width` floats each, as ``init(sequences:width:lengths:labels:)-(DataNumbers,_,_,_)``.
    public init(sequences values: [Float], width: Int, lengths: [Int], labels: [Int] = []) {
        self.init(sequences: .floats(values), width: width, lengths: lengths, labels: labels)
    }

    private init(_ numbers: DataNumbers, like rows: DataRows) {
        (self.numbers, width, labels, starts) = (numbers, rows.width, rows.labels, rows.starts)
    }

    public var isSequential: Bool { !starts.isEmpty }

    public var count: Int { isSequential ? starts.count - 1 : numbers.count / width }

    public var isEmpty: Bool { count == 0 }

    /// The number of steps of each sequence; empty if rows are not sequences.
    public var lengths: [Int] { zip(starts.dropFirst(), starts).map(-) }

    /// Where the numbers of a row lie in ``numbers``.
    public func range(of row: Int) -> Range<Int> {
        isSequential ? starts[row] * width..<starts[row + 1] * width : row * width..<(row + 1) * width
    }

    /// The sequence that contains a step, counted over all sequences.
    func row(ofStep step: Int) -> Int { (starts.firstIndex { $0 > step } ?? starts.count) - 1 }

    /// All numbers as floats. This makes a new array if they are held in another type, so use ``write(_:into:)``
    /// instead in loops over rows.
    public var values: [Float] { numbers.floats }

    /// The numbers of a row, as floats.
    public subscript(row: Int) -> [Float] {
        let range = range(of: row)
        return range.map { numbers[$0] }
    }

    /// Writes rows into memory, such as a plan's input, in order; allocates nothing.
    ///
    /// - Precondition: there is room for all of them.
    public func write(_ rows: Range<Int>, into target: UnsafeMutableBufferPointer<Float>) {
        guard let first = rows.first, let last = rows.last, let start = target.baseAddress else { return }
        let range = range(of: first).lowerBound..<range(of: last).upperBound
        precondition(range.count <= target.count, "\(range.count) numbers don't fit into \(target.count)")
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

    /// The first rows, at most `limit`.
    public func prefix(_ limit: Int) -> DataRows { count <= limit ? self : gathered(0..<limit) }

    /// The same rows with as many other numbers in them.
    public func replacing(_ numbers: DataNumbers) -> DataRows {
        precondition(numbers.count == self.numbers.count, "\(numbers.count) numbers in place of \(self.numbers.count)")
        return DataRows(numbers, like: self)
    }

    /// The same rows with as many other floats in them.
    public func replacing(_ values: [Float]) -> DataRows { replacing(.floats(values)) }
}
