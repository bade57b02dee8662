/// What a group iterates over: elements, in rows where it reduces them.
struct Iteration: Equatable {
    /// The number of elements.
    var count: Int
    /// The elements of a row; nil as long as nothing is reduced.
    var row: Int?

    /// Longer rows are reduced by a kernel of their own: strips of them wouldn't stay in the cache.
    private static let longestRow = 4_096

    init(count: Int, row: Int? = nil) { (self.count, self.row) = (count, row) }

    /// What an entry iterates over by itself; nil for an entry that no group has.
    init?(of index: Int, in graph: LinearGraph) {
        let entry = graph.entries[index]
        if entry.operation.isElementwise {
            self.init(count: entry.count)
            return
        }
        guard case .reduce(_, let axis, let axes) = entry.operation else { return nil }
        let shape = graph.entries[entry.inputs[0]].shape
        let row = Shape(shape[axis..<axis + axes]).elementCount
        guard Shape(shape[(axis + axes)...]).elementCount == 1, (2...Self.longestRow).contains(row) else { return nil }
        self.init(count: shape.elementCount, row: row)
    }

    /// What a group that has the entries of both iterates over, or nil where none can.
    func joined(with other: Iteration?) -> Iteration? {
        guard let other else { return nil }
        switch (row, other.row) {
        case (nil, nil), (_?, _?): return self == other ? self : nil
        case (let row?, nil): return other.count == count || other.count * row == count ? self : nil
        case (nil, _?): return other.joined(with: self)
        }
    }

    /// Whether an entry has one number a row.
    func isByRows(_ index: Int, in graph: LinearGraph) -> Bool { graph.entries[index].count != count }

    /// Whether one member of the group can read another: element by element, or the number of its row.
    func passes(_ source: Int, to reader: Int, in graph: LinearGraph) -> Bool {
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
