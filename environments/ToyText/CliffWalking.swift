import Experience
import Graphics
import Random

/// Gymnasium's `CliffWalking-v1`: walk along a cliff to the goal; a fall leads back to the start.
///
/// Example 6.6 of Sutton and Barto, "Reinforcement Learning". The observation is the cell among 4 rows and 12 columns,
/// row × 12 + column. Actions: 0 up, 1 right, 2 down, 3 left. Each step costs 1, a fall 100. On slippery ground, a move
/// slips to each side with probability 1/3.
public struct CliffWalking: Environment {
    /// The walker's cell.
    public private(set) var state = Self.start
    public private(set) var random = PCG64()
    @usableFromInline let table: TransitionTable

    private static let (rows, columns) = (4, 12)
    private static let (start, goal) = (36, 47)

    /// Makes an environment; reset it before use.
    public init(isSlippery: Bool = false) {
        table = isSlippery ? Self.slippery : Self.firm
    }

    public var observationSpace: Space { .discrete(Self.rows * Self.columns) }
    /// Up, right, down, left.
    public var actionSpace: Space { .discrete(4) }

    /// The moves.
    public var actionNames: [String] { Self.moves.map { "\($0)" } }

    /// Puts the walker at the start, bottom left.
    public mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: seed) }
        state = table.drawFirstState(&random)
    }

    /// Moves, or slips to a side. A walker at the goal can move on.
    public mutating func step(_ action: Int) -> Step {
        precondition(0 <= action && action < 4, "CliffWalking: the action \(action) is not in Discrete(4)")
        let outcome = table.draw(state, action, &random)
        state = outcome.nextState
        return Step(reward: outcome.reward, terminated: outcome.terminated)
    }

    public func observe(into observation: inout MutableSpan<Int32>) {
        observation[0] = Int32(truncatingIfNeeded: state)
    }

    /// Whether a cell is part of the cliff: those between start and goal.
    private static func isCliff(_ cell: Int) -> Bool { start < cell && cell < goal }

    private static let firm = table { [($0, 1)] }
    private static let slippery = table { [(($0 + 3) % 4, 1.0 / 3), ($0, 1.0 / 3), (($0 + 1) % 4, 1.0 / 3)] }
    private static let moves: [GridMove] = [.up, .right, .down, .left]

    private static func table(_ moves: (Int) -> [(move: Int, probability: Double)]) -> TransitionTable {
        TransitionTable(stateCount: rows * columns, actionCount: 4, firstStates: [start]) { state, action in
            moves(action).map { move, probability in
                let next = Self.moves[move].applied(to: state, rows: rows, columns: columns)
                let falls = isCliff(next)
                return Outcome(
                    probability: probability, nextState: falls ? start : next, reward: falls ? -100 : -1,
                    terminated: next == goal)
            }
        }
    }
}

extension CliffWalking: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&state, in: 0...table.stateCount - 1)
        try coder.code(&random)
    }
}

extension CliffWalking: TabularModel {
    /// One state per cell; those of the cliff are unreachable.
    public var stateCount: Int { table.stateCount }
    public var actionCount: Int { 4 }

    public func outcomes(state: Int, action: Int) -> [Outcome] { table.list(state: state, action: action) }
}

extension CliffWalking {
    private var painter: GridPainter { GridPainter(rows: Self.rows, columns: Self.columns) }

    /// One square per cell, 42 pixels wide.
    public var frameSize: FrameSize { painter.frameSize }

    /// 4: slow enough to follow.
    public var framesPerSecond: Double { 4 }

    /// Draws the ground, the cliff, the start, the goal and the walker.
    public func draw(into frame: inout Frame) {
        for cell in 0..<Self.rows * Self.columns {
            let tile = painter.tile(cell)
            tile.paintFloor(into: &frame, variant: cell / Self.columns + cell % Self.columns)
            if Self.isCliff(cell) { tile.paintCliff(into: &frame) }
        }
        painter.tile(Self.start).paintStart(into: &frame)
        painter.tile(Self.goal).paintGoal(into: &frame)
        painter.tile(state).paintAgent(into: &frame)
    }
}

extension CliffWalking {
    static let entries = [
        entry("CliffWalking-v1", "walk along a cliff without falling", isSlippery: false),
        entry("CliffWalkingSlippery-v1", "walk along a cliff on slippery ground", isSlippery: true),
    ]

    private static func entry(_ id: String, _ summary: String, isSlippery: Bool) -> EnvironmentEntry {
        EnvironmentEntry(
            id, summary, rewards: "-1 per step, -100 for a fall, which leads back to the start.",
            options: [EnvironmentOption("is_slippery", "whether moves go astray", usual: "\(isSlippery)")]
        ) { request in
            let isSlippery = try request.options.flag("is_slippery") ?? isSlippery
            return try request.batch { CliffWalking(isSlippery: isSlippery) }
        }
    }
}
