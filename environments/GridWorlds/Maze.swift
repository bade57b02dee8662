import Random

extension GridMap {
    /// A maze with the start in its top left room, the goal in the bottom right one, and a path between them.
    ///
    /// Made by Wilson's algorithm, with which every maze without loops is equally likely.
    ///
    /// - Parameters:
    ///   - rows: the number of rooms from top to bottom, 2...63; with its walls the map has 2 × rows + 1 rows.
    ///   - columns: the number of rooms from left to right, 2...63.
    ///   - loops: the share of walls to open in a maze without loops, 0...1.
    ///   - seed: the seed of the maze's own random stream.
    public static func maze(rows: Int = 7, columns: Int = 7, loops: Double = 0, seed: UInt64) -> GridMap {
        precondition(
            2...63 ~= rows && 2...63 ~= columns,
            "expected a maze of 2...63 rows and columns of rooms, found \(rows) × \(columns)")
        precondition(0...1 ~= loops, "expected a share of opened walls in 0...1, found \(loops)")
        var carver = MazeCarver(rows: rows, columns: columns)
        var random = PCG64(seed: seed)
        carver.carve(loops: loops, &random)
        var map = GridMap()
        map.name = "Maze"
        map.description = "a maze of \(rows) × \(columns) rooms"
        map.stepLimit = Maze.stepLimit(rows, columns)
        (map.rows, map.columns) = (carver.gridRows, carver.gridColumns)
        map.cells = carver.walls.map { $0 ? .wall : .floor }
        map.cells[carver.start] = .start
        map.cells[carver.goal] = .goal
        return map
    }
}

/// `Maze-v0`: one maze as a ``GridWorld``, or a new one in each episode as a ``FreshMaze``.
enum Maze {
    private static let (rows, columns) = (7, 7)

    /// Ten steps per room.
    static func stepLimit(_ rows: Int, _ columns: Int) -> Int { 10 * rows * columns }

    static let entries = [
        EnvironmentEntry(
            "Maze-v0", "find the way through a maze, one of them or another in each episode",
            stepLimit: stepLimit(rows, columns),
            options: [
                EnvironmentOption("rows", "the number of rooms from top to bottom, 2 to 63", usual: "\(rows)"),
                EnvironmentOption("columns", "the number of rooms from left to right, 2 to 63", usual: "\(columns)"),
                EnvironmentOption("loops", "the share of walls to open in a maze without loops", usual: "0"),
                EnvironmentOption("maze_seed", "the seed of the maze", usual: "0"),
                EnvironmentOption("fresh", "whether each episode has a new maze", usual: "false"),
                EnvironmentOption("view", GridExtent.summary, usual: "\(GridExtent.stateWord), full with fresh"),
                .actionMask,
            ]
        ) { try batch($0) }
    ]

    private static func batch(_ request: EnvironmentRequest) throws -> any BatchedEnvironment {
        let options = request.options
        let rows = try options.integer("rows", in: 2...63) ?? rows
        let columns = try options.integer("columns", in: 2...63) ?? columns
        let loops = try options.number("loops", in: 0...1) ?? 0
        let seed = try options.integer("maze_seed", in: 0...Int.max)
        guard try options.flag("fresh") ?? false else {
            return try GridWorld.batch(
                of: .maze(rows: rows, columns: columns, loops: loops, seed: UInt64(seed ?? 0)), request)
        }
        if let seed {
            throw EnvironmentError.badValue(
                option: "maze_seed", value: "\(seed)",
                expected: "no seed with fresh=true, where each reset samples a maze")
        }
        let extent = try GridExtent(options)
        if extent == nil, options.text("view") != nil {
            throw EnvironmentError.badValue(
                option: "view", value: GridExtent.stateWord,
                expected: "full or a side with fresh=true: the number of a cell doesn't say which maze it is in")
        }
        let request = request.limited(to: stepLimit(rows, columns))
        let hasActionMask = try options.flag(EnvironmentOption.actionMask.name) ?? false
        return try request.batch {
            FreshMaze(
                rows: rows, columns: columns, loops: loops, extent: extent ?? .full, hasActionMask: hasActionMask)
        }
    }
}
