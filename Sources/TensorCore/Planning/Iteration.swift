/// What a group iterates over: elements, in rows where it reduces them.
struct Iteration: Equatable {
    /// The number of elements.
    var count: Int
    /// The elements of a row; nil as long as none is reduced.
    var row: Int?
    /// The work can be cut into parts of so many elements: where columns are added up, a part has whole sums.
    var block = 1

    /// Longer rows are reduced by a kernel of their own: strips of them wouldn't stay in the cache.
    private static let longestRow = 4_096

    init(count: Int, row: Int? = nil, block: Int = 1) { (self.count, self.row, self.block) = (count, row, block) }

    /// What an entry iterates over by itself; nil for an entry that no group has.
    init?(of index: Int, in graph: LinearGraph) {
        let entry = graph.entries[index]
        if entry.operation.isElementwise {
            self.init(count: entry.count)
            return
        }
        guard case .reduce(let reduction, let axis, let axes) = entry.operation else { return nil }
        let shape = graph.entries[entry.inputs[0]].shape
        let reduced = Shape(shape[axis..<axis + axes]).elementCount
        let inner = Shape(shape[(axis + axes)...]).elementCount
        if inner == 1, (2...Self.longestRow).contains(reduced) {
            self.init(count: shape.elementCount, row: reduced)
        } else if inner > 1, reduced > 1, reduction == .sum {
            self.init(count: shape.elementCount, block: reduced * inner)
        } else {
            return nil
        }
    }

    /// The columns' sums of every so many elements, of an entry that adds up columns.
    static func columns(of index: Int, in graph: LinearGraph) -> (inner: Int, block: Int)? {
        guard case .reduce(_, let axis, let axes) = graph.entries[index].operation else { return nil }
        let shape = graph.entries[graph.entries[index].inputs[0]].shape
        let inner = Shape(shape[(axis + axes)...]).elementCount
        return inner > 1 ? (inner, Shape(shape[axis...]).elementCount) : nil
    }

    /// What a group that has the entries of both iterates over, or nil where none can.
    func joined(with other: Iteration?) -> Iteration? {
        guard let other else { return nil }
        if row == nil, other.row != nil { return other.joined(with: self) }
        let isByRows = row.map { other.count * $0 == count } ?? false
        // What has one number a row has no rows of its own in the same pass, not even of the same length.
        guard
            other.count == count
                ? other.row == nil || other.row == row : isByRows && other.block == 1 && other.row == nil
        else { return nil }
        let joined = Iteration(count: count, row: row, block: Self.leastCommonMultiple(block, other.block))
        return joined.block == 1 || joined.block % (row ?? 1) == 0 ? joined : nil
    }

    private static func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
        var (x, y) = (a, b)
        while y != 0 { (x, y) = (y, x % y) }
        return x == 0 ? 0 : a / x * b
    }

    /// Whether an entry has one number a row.
    func isByRows(_ index: Int, in graph: LinearGraph) -> Bool { graph.entries[index].count != count }

    /// Whether one member of the group can read another: element by element, or the number of its row.
    func passes(_ source: Int, to reader: Int, in graph: LinearGraph) -> Bool {
        // Sums of columns are complete when the group is done.
        if Self.columns(of: source, in: graph) != nil { return false }
        if case .reduce = graph.entries[reader].operation { return !isByRows(source, in: graph) }
        let pattern = OperandPattern(source: graph.entries[source].shape, target: graph.entries[reader].shape)
        switch (isByRows(source, in: graph), isByRows(reader, in: graph)) {
        case (false, false), (true, true): return pattern == .contiguous
        case (true, false):
            return pattern == .column(inner: row!, outer: count / row!) || count == row && pattern == .scalar
        case (false, true): return false
        }
    }
}
