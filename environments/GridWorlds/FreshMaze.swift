import Experience
import Graphics
import Random

/// A new maze in each episode: for learning to solve mazes in general, not one of them by heart.
///
/// The observation is that of a ``GridView``: all cells or a square around the agent. The agent starts in the top left
/// room; the goal, bottom right, gives 1. Actions: 0 left, 1 down, 2 right, 3 up. Steps use no random numbers.
public struct FreshMaze: Environment {
    /// How much of the maze is observed.
    public let extent: GridExtent
    /// The share of walls to open in a maze without loops, 0...1.
    public let loops: Double
    /// Whether it says which moves lead to another cell.
    public let hasActionMask: Bool
    /// The agent's cell.
    public private(set) var cell: Int
    /// The environment's random stream, from which resets sample the mazes.
    public private(set) var random = PCG64()
    private var carver: MazeCarver
    private var planes: GridPlanes
    // The stream before the maze was sampled, from which it can be rebuilt.
    private var source = PCG64(seed: 0)

    /// Makes an environment; reset it before use.
    ///
    /// - Parameters:
    ///   - rows: the number of rooms from top to bottom, 2...63.
    ///   - columns: the number of rooms from left to right, 2...63.
    ///   - loops: the share of walls to open in a maze without loops, 0...1.
    ///   - extent: how much of the maze is observed.
    ///   - hasActionMask: whether it says which moves lead to another cell.
    public init(
        rows: Int = 7, columns: Int = 7, loops: Double = 0, extent: GridExtent = .full, hasActionMask: Bool = false
    ) {
        precondition(
            2...63 ~= rows && 2...63 ~= columns,
            "FreshMaze: expected 2...63 rows and columns of rooms, found \(rows) × \(columns)")
        precondition(0...1 ~= loops, "FreshMaze: expected a share of opened walls in 0...1, found \(loops)")
        self.extent = extent
        self.loops = loops
        self.hasActionMask = hasActionMask
        carver = MazeCarver(rows: rows, columns: columns)
        planes = GridPlanes(rows: carver.gridRows, columns: carver.gridColumns)
        cell = carver.start
        planes[carver.goal, .goal] = true
        build()
    }

    /// Rows × columns × channels.
    public var observationSpace: Space { planes.space(extent) }
    /// Left, down, right, up.
    public var actionSpace: Space { .discrete(4) }

    /// Left, down, right, up.
    public var actionNames: [String] { GridMove.names }

    /// The moves that lead to another cell, if it has a mask; all where the maze is solved.
    public var actionMask: ActionMask? {
        guard hasActionMask else { return nil }
        var mask = ActionMask(bits: 0)
        for move in GridMove.allCases where cell == carver.goal || !carver.walls[neighbour(move)] {
            mask.bits |= 1 << UInt64(move.rawValue)
        }
        return mask
    }

    private func neighbour(_ move: GridMove) -> Int {
        move.applied(to: cell, rows: planes.rows, columns: planes.columns)
    }

    /// Draws a new maze and puts the agent at its start.
    public mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: seed) }
        source = random
        carver.carve(loops: loops, &random)
        show()
        cell = carver.start
    }

    /// The maze of ``source``.
    private mutating func build() {
        var stream = source
        carver.carve(loops: loops, &stream)
        show()
    }

    private mutating func show() {
        for cell in carver.walls.indices { planes[cell, .wall] = carver.walls[cell] }
    }

    /// Moves, unless there is a wall. At the goal the agent stays.
    public mutating func step(_ action: Int) -> Step {
        precondition(0 <= action && action < 4, "FreshMaze: the action \(action) is not in Discrete(4)")
        if cell == carver.goal { return Step(reward: 0, terminated: true) }
        let next = neighbour(GridMove(rawValue: action)!)
        if !carver.walls[next] { cell = next }
        let isSolved = cell == carver.goal
        return Step(reward: isSolved ? 1 : 0, terminated: isSolved)
    }

    public func observe(into observation: inout MutableSpan<UInt8>) {
        let window = window
        planes.write(window, into: &observation)
        let offset = window.offset(row: cell / planes.columns, column: cell % planes.columns)!
        observation[offset + GridChannel.agent.rawValue] = 1
    }

    private var window: GridWindow {
        GridWindow(extent, around: cell, rows: planes.rows, columns: planes.columns)
    }
}

extension FreshMaze: StateCodable {
    /// Codes the maze as the stream that it was sampled from, the agent as the index of its cell among the open ones,
    /// and the random stream.
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&source)
        if coder.isReading { build() }
        let open = carver.walls.indices.filter { !carver.walls[$0] }
        var place = open.firstIndex(of: cell) ?? 0
        try coder.code(&place, in: 0...open.count - 1)
        cell = open[place]
        try coder.code(&random)
    }
}

extension FreshMaze {
    private var painter: GridPainter { GridPainter(rows: planes.rows, columns: planes.columns) }

    /// One square per cell, as large as fits into about 512 pixels.
    public var frameSize: FrameSize { painter.frameSize }

    /// 5: slow enough to follow.
    public var framesPerSecond: Double { 5 }

    /// Draws the maze and the agent; unobserved cells are darker.
    public func draw(into frame: inout Frame) {
        for (index, isWall) in carver.walls.enumerated() {
            let tile = painter.tile(index)
            if isWall {
                tile.paintWall(into: &frame)
            } else {
                tile.paintFloor(into: &frame, variant: index / planes.columns + index % planes.columns)
            }
        }
        painter.tile(carver.start).paintStart(into: &frame)
        painter.tile(carver.goal).paintGoal(into: &frame)
        painter.tile(cell).paintAgent(into: &frame)
        painter.shade(outside: window, into: &frame)
    }
}
