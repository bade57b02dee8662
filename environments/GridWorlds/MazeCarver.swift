import Random

/// Carves mazes by Wilson's algorithm: every spanning tree of the rooms is equally likely.
///
/// Wilson, "Generating random spanning trees more quickly than the cover time" (1996). Room (r, c) is the cell (2r + 1,
/// 2c + 1) of a grid of 2 × rows + 1 by 2 × columns + 1 cells; the cells between are walls or passages. Buffers are
/// allocated once and reused.
///
/// The order of random numbers: the tree starts as the last room, and the others join it in row-major order. From a
/// room outside the tree a random walk runs until it meets the tree; each step uses an integer below the number of
/// neighbours, in the order left, down, right, up. The walk without its loops joins the tree. With loops, one double is
/// used for each remaining wall between two rooms, in row-major order, right before down: if it is below the share, the
/// wall is opened.
struct MazeCarver: Sendable {
    /// The number of rooms from top to bottom.
    let rows: Int
    /// The number of rooms from left to right.
    let columns: Int
    /// Whether each cell of the grid is a wall, row-major.
    private(set) var walls: [Bool]
    private var isInTree: [Bool]
    private var exits: [GridMove]

    /// Allocates buffers for mazes of this many rooms, with all walls closed.
    init(rows: Int, columns: Int) {
        (self.rows, self.columns) = (rows, columns)
        walls = Array(repeating: true, count: (2 * rows + 1) * (2 * columns + 1))
        isInTree = Array(repeating: false, count: rows * columns)
        exits = Array(repeating: .left, count: rows * columns)
    }

    /// The number of rows of the grid.
    var gridRows: Int { 2 * rows + 1 }
    /// The number of columns of the grid.
    var gridColumns: Int { 2 * columns + 1 }
    /// The cell of the first room, where episodes start.
    var start: Int { cell(0) }
    /// The cell of the last room, the goal.
    var goal: Int { cell(rows * columns - 1) }

    /// Carves a new maze, with a path between any two rooms.
    ///
    /// - Parameter loops: the share of the remaining walls between rooms to open, 0...1.
    mutating func carve(loops: Double, _ random: inout PCG64) {
        for index in walls.indices { walls[index] = true }
        for room in isInTree.indices { isInTree[room] = false }
        isInTree[isInTree.count - 1] = true
        walls[goal] = false
        for room in isInTree.indices where !isInTree[room] {
            walk(from: room, &random)
            join(room)
        }
        if loops > 0 { open(loops, &random) }
    }

    /// Walks to the tree and remembers the last exit of each room, which erases the loops.
    private mutating func walk(from start: Int, _ random: inout PCG64) {
        var room = start
        while !isInTree[room] {
            let number = random.integers(neighbourCount(room))
            exits[room] = exit(room, number)
            room = neighbour(room, exits[room])
        }
    }

    private mutating func join(_ start: Int) {
        var room = start
        while !isInTree[room] {
            isInTree[room] = true
            walls[cell(room)] = false
            walls[passage(room, exits[room])] = false
            room = neighbour(room, exits[room])
        }
    }

    private mutating func open(_ share: Double, _ random: inout PCG64) {
        for room in isInTree.indices {
            open(room, .right, share, &random)
            open(room, .down, share, &random)
        }
    }

    private mutating func open(_ room: Int, _ move: GridMove, _ share: Double, _ random: inout PCG64) {
        let passage = passage(room, move)
        guard neighbour(room, move) != room, walls[passage] else { return }
        if random.random() < share { walls[passage] = false }
    }

    private func cell(_ room: Int) -> Int { (2 * (room / columns) + 1) * gridColumns + 2 * (room % columns) + 1 }

    private func neighbour(_ room: Int, _ move: GridMove) -> Int {
        move.applied(to: room, rows: rows, columns: columns)
    }

    private func passage(_ room: Int, _ move: GridMove) -> Int {
        move.applied(to: cell(room), rows: gridRows, columns: gridColumns)
    }

    private func neighbourCount(_ room: Int) -> Int {
        var count = 0
        for move in 0..<4 where neighbour(room, GridMove(rawValue: move)!) != room { count += 1 }
        return count
    }

    /// The move to the n-th neighbour.
    private func exit(_ room: Int, _ number: Int) -> GridMove {
        var rest = number
        for index in 0..<4 {
            let move = GridMove(rawValue: index)!
            if neighbour(room, move) == room { continue }
            if rest == 0 { return move }
            rest -= 1
        }
        preconditionFailure("room \(room) has no neighbour \(number)")
    }
}
