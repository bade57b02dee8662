/// A move on a grid; its raw value is the action.
enum GridMove: Int, CaseIterable {
    case left, down, right, up

    /// The names of the actions, in order.
    static let names = allCases.map { "\($0)" }

    /// The cell that the move leads to from `cell` of a row-major grid; the same cell at the border.
    func applied(to cell: Int, rows: Int, columns: Int) -> Int {
        let (row, column) = (cell / columns, cell % columns)
        return switch self {
        case .left: row * columns + max(column - 1, 0)
        case .down: min(row + 1, rows - 1) * columns + column
        case .right: row * columns + min(column + 1, columns - 1)
        case .up: max(row - 1, 0) * columns + column
        }
    }
}
