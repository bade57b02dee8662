/// Consecutive steps of n environments, column by column: T × n rows of each, with the step as the slower axis.
///
/// It grows step by step and keeps its memory when emptied, so that collecting another one of the same length allocates
/// nothing. On-policy agents learn from trajectories; a window of a recorded episode is one too.
public struct Trajectory: Sendable {
    /// The columns of each step.
    public let columns: [Column]
    /// The number of environments, n.
    public let environments: Int
    /// The number of steps, T.
    public private(set) var steps = 0
    private var storage: [[UInt8]]

    /// An empty trajectory.
    ///
    /// - Parameter capacity: the number of steps to allocate memory for.
    /// - Precondition: there is at least one environment, and the columns' names are unique.
    public init(_ columns: [Column], environments: Int = 1, capacity: Int = 0) {
        precondition(environments >= 1, "a trajectory needs at least 1 environment, not \(environments)")
        precondition(
            Set(columns.map(\.name)).count == columns.count, "columns need unique names: \(columns.map(\.name))")
        (self.columns, self.environments) = (columns, environments)
        storage = columns.map { column in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(capacity * environments * column.rowBytes)
            return bytes
        }
    }

    /// The number of rows of each column, T × n.
    public var count: Int { steps * environments }

    private func place(of name: Column.Name) -> Int {
        guard let place = columns.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("the trajectory has no column '\(name)', only \(columns.map(\.name))")
        }
        return place
    }

    /// Reads the rows of a column, T × n.
    ///
    /// - Precondition: there is such a column.
    public func withRows<Result>(_ name: Column.Name, _ body: (Rows) throws -> Result) rethrows -> Result {
        let place = place(of: name)
        let column = columns[place]
        return try storage[place].withUnsafeBytes { bytes in
            let memory = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 64)!
            return try body(Rows(memory, type: column.type, count: count, width: column.width))
        }
    }

    /// Changes the rows of a column, T × n.
    ///
    /// - Precondition: there is such a column.
    public mutating func withMutableRows<Result>(
        _ name: Column.Name, _ body: (MutableRows) throws -> Result
    ) rethrows -> Result {
        let place = place(of: name)
        let (column, count) = (columns[place], count)
        return try storage[place].withUnsafeMutableBytes { bytes in
            let memory = bytes.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 64)!
            return try body(MutableRows(memory, type: column.type, count: count, width: column.width))
        }
    }

    /// Appends a step of all environments. Columns that the transitions lack, which an agent adds, are 0 until
    /// ``write(_:to:)``.
    ///
    /// - Precondition: there are n rows, of the columns' types and widths.
    public mutating func append(_ transitions: Transitions) { append(transitions, rows: 0..<environments) }

    /// Appends one environment's step to a trajectory of one environment.
    ///
    /// - Precondition: as ``append(_:)``, and this is a trajectory of one environment.
    public mutating func append(row: Int, of transitions: Transitions) {
        precondition(environments == 1, "one environment's step can't be appended to a trajectory of \(environments)")
        append(transitions, rows: row..<row + 1)
    }

    private mutating func append(_ transitions: Transitions, rows: Range<Int>) {
        for place in columns.indices {
            let size = rows.count * columns[place].rowBytes
            guard let given = transitions[columns[place].name] else {
                storage[place].append(contentsOf: repeatElement(0, count: size))
                continue
            }
            check(given, place, holds: rows.upperBound)
            storage[place].append(
                contentsOf: UnsafeRawBufferPointer(start: given.row(rows.lowerBound), count: size))
        }
        steps += 1
    }

    /// Writes a column of the last step: n rows, such as an agent's values of the observations.
    ///
    /// - Precondition: there is a step and such a column, and the rows are of its type and width.
    public mutating func write(_ rows: Rows, to name: Column.Name) {
        let place = place(of: name)
        check(rows, place, holds: environments)
        precondition(steps > 0, "'\(name)' can't be written before the first step")
        let size = environments * columns[place].rowBytes
        storage[place].withUnsafeMutableBytes { bytes in
            (bytes.baseAddress! + bytes.count - size).copyMemory(from: rows.memory, byteCount: size)
        }
    }

    private func check(_ rows: Rows, _ place: Int, holds count: Int) {
        let column = columns[place]
        precondition(
            rows.type == column.type && rows.width == column.width && rows.count >= count,
            "'\(column.name)' takes \(count) rows of \(column.width) \(column.type), not \(rows.count) of "
                + "\(rows.width) \(rows.type)")
    }

    /// Appends the steps of another trajectory of the same columns and environments.
    public mutating func append(_ other: Trajectory) {
        precondition(
            other.columns == columns && other.environments == environments,
            "a trajectory of \(other.columns.map(\.name)) and \(other.environments) environments can't be appended "
                + "to one of \(columns.map(\.name)) and \(environments)")
        for place in storage.indices { storage[place].append(contentsOf: other.storage[place]) }
        steps += other.steps
    }

    /// Makes it `steps` steps long; new steps are zero, to be filled with ``withMutableRows(_:_:)``.
    public mutating func resize(to steps: Int) {
        for (place, column) in columns.enumerated() {
            let size = steps * environments * column.rowBytes
            let missing = size - storage[place].count
            if missing > 0 {
                storage[place].append(contentsOf: repeatElement(0, count: missing))
            } else {
                storage[place].removeLast(-missing)
            }
        }
        self.steps = steps
    }

    /// Removes all steps, but keeps their memory.
    public mutating func removeAll() {
        for place in storage.indices { storage[place].removeAll(keepingCapacity: true) }
        steps = 0
    }
}
