/// The actions of a ``GridWorld``: the four moves of ``GridMove``, the four diagonals in the same turn, staying.
enum GridAction {
    /// How many rows and columns each action goes.
    static let changes: [(rows: Int, columns: Int)] = [
        (0, -1), (1, 0), (0, 1), (-1, 0), (1, -1), (1, 1), (-1, 1), (-1, -1), (0, 0),
    ]

    /// The names of the actions, in order; a map has the first 4, 8 or 9.
    static let names = GridMove.names + ["down left", "down right", "up right", "up left", "stay"]

    /// The actions at right angles to one: where it slips to. None for staying.
    static func sides(of action: Int) -> [Int] {
        let group = action / 4 * 4
        return action < 8 ? [group + (action + 3) % 4, group + (action + 1) % 4] : []
    }
}
