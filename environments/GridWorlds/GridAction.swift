/// The actions of a ``GridWorld``: the four moves of ``GridMove``, the four diagonals in the same order, and staying.
enum GridAction {
    /// The change of row and column of each action.
    static let changes: [(rows: Int, columns: Int)] = [
        (0, -1), (1, 0), (0, 1), (-1, 0), (1, -1), (1, 1), (-1, 1), (-1, -1), (0, 0),
    ]

    /// The names of the actions, in order; a map uses the first 4, 8 or 9.
    static let names = GridMove.names + ["down left", "down right", "up right", "up left", "stay"]

    /// The action that doesn't move.
    static let stay = 8

    /// The actions at right angles to one, to which it can slip; none for staying.
    static func sides(of action: Int) -> [Int] {
        let group = action / 4 * 4
        return action < stay ? [group + (action + 3) % 4, group + (action + 1) % 4] : []
    }
}
