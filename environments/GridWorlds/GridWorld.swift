import Graphics
import Random

/// A world of square cells after a ``GridMap``: walls to walk around, goals to reach, pits and cliffs to avoid.
///
/// The observation is the cell, row × columns + column. Actions: 0 left, 1 down, 2 right, 3 up. A move that slips
/// goes to one side or the other; a move into a wall or the border stays.
public struct GridWorld: Environment {
    /// The map.
    public let map: GridMap
    /// The agent's cell.
    public private(set) var state = 0
    /// The environment's random stream.
    public private(set) var random = PCG64()
    @usableFromInline let table: TransitionTable

    /// Makes an environment, to be reset before use.
    public init(_ map: GridMap) {
        self.map = map
        let starts = map.starts
        table = TransitionTable(
            stateCount: map.cells.count, actionCount: 4, firstStates: starts
        ) { state, action in Self.outcomes(map, start: starts[0], state, action) }
        state = starts[0]
    }

    /// The cells, walls among them.
    public var observationSpace: Space { .discrete(map.cells.count) }
    /// Left, down, right, up.
    public var actionSpace: Space { .discrete(4) }

    /// Draws the start among the cells marked so, or among all floors.
    public mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: seed) }
        state = table.drawFirstState(&random)
    }

    /// Moves, or slips to a side. Goals and pits are not left again.
    public mutating func step(_ action: Int) -> Step {
        precondition(0 <= action && action < 4, "GridWorld: the action \(action) is not in Discrete(4)")
        let outcome = table.draw(state, action, &random)
        state = outcome.nextState
        return Step(reward: outcome.reward, terminated: outcome.terminated)
    }

    /// Writes the cell.
    public func observe(into observation: inout MutableSpan<Int32>) {
        observation[0] = Int32(truncatingIfNeeded: state)
    }

    private static func outcomes(_ map: GridMap, start: Int, _ state: Int, _ action: Int) -> [Outcome] {
        if map.isEnd(state) { return [Outcome(probability: 1, nextState: state, reward: 0, terminated: true)] }
        let moves =
            map.slip == 0
            ? [(action, 1.0)]
            : [((action + 3) % 4, map.slip / 2), (action, 1 - map.slip), ((action + 1) % 4, map.slip / 2)]
        return moves.map { move, probability in
            var next = GridMove(rawValue: move)!.applied(to: state, rows: map.rows, columns: map.columns)
            if map.cells[next] == .wall { next = state }
            let reward = next == state ? map.stepReward : map.reward(next)
            let terminated = map.isEnd(next)
            if map.cells[next] == .cliff { next = start }
            return Outcome(probability: probability, nextState: next, reward: reward, terminated: terminated)
        }
    }
}

extension GridWorld: StateCodable {
    /// Codes the cell and the random stream.
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&state, in: 0...table.stateCount - 1)
        try coder.code(&random)
    }
}

extension GridWorld: TabularModel {
    /// One state a cell; nothing leads into a wall.
    public var stateCount: Int { table.stateCount }
    /// Four moves.
    public var actionCount: Int { 4 }

    /// What can follow an action.
    public func outcomes(state: Int, action: Int) -> [Outcome] { table.list(state: state, action: action) }
}

extension GridWorld {
    /// One square a cell, as large as fits into about 512 pixels.
    public var frameSize: FrameSize { GridPainter(rows: map.rows, columns: map.columns).frameSize }

    /// 5: slow enough to follow.
    public var framesPerSecond: Double { 5 }

    /// Draws the map and the agent.
    public func draw(into frame: inout Frame) {
        let painter = GridPainter(rows: map.rows, columns: map.columns)
        for (index, cell) in map.cells.enumerated() {
            let tile = painter.tile(index)
            if cell != .wall { tile.paintFloor(into: &frame, variant: index / map.columns + index % map.columns) }
            switch cell {
            case .wall: tile.paintWall(into: &frame)
            case .floor: break
            case .start: tile.paintStart(into: &frame)
            case .goal: tile.paintGoal(into: &frame)
            case .smallGoal: tile.paintSmallGoal(into: &frame)
            case .pit: tile.paintPit(into: &frame)
            case .cliff: tile.paintCliff(into: &frame)
            }
        }
        painter.tile(state).paintAgent(into: &frame)
    }
}

extension GridWorld {
    /// What the ids of the maps among the assets begin with.
    static let assetPrefix = "grid:"

    static let entries = [
        EnvironmentEntry(
            "GridWorld", "a world of square cells from a map file", actionNames: GridMove.names,
            options: [EnvironmentOption("map", "the path of the map file")]
        ) { request in
            guard let path = request.options.text("map") else {
                throw EnvironmentError.badValue(option: "map", value: "", expected: "the path of a map file")
            }
            return try batch(of: GridMap(contentsOf: path), request)
        }
    ]

    /// The entry of a map among the assets; one that cannot be read is listed, and says why when it is made.
    static func entry(mapNamed name: String) -> EnvironmentEntry {
        let map = (try? Assets.path("\(GridMap.assetFolder)/\(name).txt")).flatMap { try? GridMap(contentsOf: $0) }
        return EnvironmentEntry(
            assetPrefix + name, map?.description ?? "a map that cannot be read", stepLimit: map?.stepLimit,
            actionNames: GridMove.names
        ) { request in
            try batch(of: GridMap(contentsOf: Assets.path("\(GridMap.assetFolder)/\(name).txt")), request)
        }
    }

    /// The map's own step limit holds unless the user has given one.
    private static func batch(of map: GridMap, _ request: EnvironmentRequest) throws -> any BatchedEnvironment {
        var request = request
        if request.options.text(EnvironmentCatalog.stepLimitOption.name) == nil { request.stepLimit = map.stepLimit }
        let world = GridWorld(map)
        return try request.batch { world.withOwnStream() }
    }

    /// A copy that shares the map, but not the unseeded random stream.
    private func withOwnStream() -> GridWorld {
        var copy = self
        copy.random = PCG64()
        return copy
    }
}
