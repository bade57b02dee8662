/// The iteration space of a group: elements, in rows if it reduces rows.
struct Iteration: Equatable {
    /// The number of elements.
    var count: Int
    /// The number of elements per row; nil as long as no row is reduced.
    var row: Int?
    /// Parts of the work must be multiples of this number of elements: if columns are added up, a part has whole sums.
    var block = 1

    /// Longer rows are reduced by a separate kernel, because strips of them would not stay in the cache.
    private static let longestRow = 4_096

    init(count: Int, row: Int? = nil, block: Int = 1) { (self.count, self.row, self.block) = (count, row, block) }

    /// The iteration of a single entry; nil for an entry that can't be in a group.
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

    /// The block structure of an entry that adds up columns.
    static func columns(of index: Int, in graph: LinearGraph) -> (inner: Int, block: Int)? {
        guard case .reduce(_, let axis, let axes) = graph.entries[index].operation else { return nil }
        let shape = graph.entries[graph.entries[index].inputs[0]].shape
        let inner = Shape(shape[(axis + axes)...]).elementCount
        return inner > 1 ? (inner, Shape(shape[axis...]).elementCount) : nil
    }

    /// The iteration of a group that contains the entries of both; nil if there is none.
    func joined(with other: Iteration?) -> Iteration? {
        guard let other else { return nil }
        if row == nil, other.row != nil { return other.joined(with: self) }
        let isByRows = row.map { other.count * $0 == count } ?? false
        // Entries with one number per row have no rows of their own in the same pass, not even of the same length.
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

    /// Whether an entry has one number per row.
    func isByRows(_ index: Int, in graph: LinearGraph) -> Bool { graph.entries[index].count != count }

    /// Whether one member of the group can read another: element by element, or as the number of its row.
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
