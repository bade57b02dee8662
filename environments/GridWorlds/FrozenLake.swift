import Experience
import Graphics
import Random

/// Gymnasium's `FrozenLake-v1`: cross a lake from the start to the goal without falling into a hole, on ice that
/// is slippery.
///
/// The observation is the cell, row × columns + column. Actions: 0 left, 1 down, 2 right, 3 up. On slippery ice, a move
/// that doesn't succeed slips to either side with equal probability.
public struct FrozenLake: Environment {
    /// The cells, row-major.
    public let lake: Lake
    /// The agent's cell.
    public private(set) var state = 0
    public private(set) var random = PCG64()
    @usableFromInline let table: TransitionTable

    /// Rewards on entering a cell.
    public struct Rewards: Hashable, Sendable {
        /// On entering the goal.
        public var goal = 1.0
        /// On entering a hole.
        public var hole = 0.0
        /// On entering any other cell, or staying.
        public var frozen = 0.0

        /// The default rewards: 1 for the goal.
        public init(goal: Double = 1, hole: Double = 0, frozen: Double = 0) {
            (self.goal, self.hole, self.frozen) = (goal, hole, frozen)
        }
    }

    /// Makes an environment; reset it before use.
    ///
    /// - Parameters:
    ///   - lake: the map.
    ///   - successRate: the probability that a move goes in the intended direction, 0...1; nil if the ice is not
    ///     slippery.
    ///   - rewards: the rewards on entering a cell.
    public init(_ lake: Lake = .small, successRate: Double? = 1.0 / 3, rewards: Rewards = Rewards()) {
        precondition(
            0...1 ~= successRate ?? 1, "FrozenLake: expected a success rate in 0...1, found \(successRate ?? 1)")
        self.lake = lake
        table = Self.table(lake, successRate, rewards)
        state = lake.starts[0]
    }

    /// The cells.
    public var observationSpace: Space { .discrete(lake.rows * lake.columns) }
    /// Left, down, right, up.
    public var actionSpace: Space { .discrete(4) }

    /// Left, down, right, up.
    public var actionNames: [String] { GridMove.names }

    /// Draws the start among the cells marked so.
    public mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: seed) }
        state = table.drawFirstState(&random)
    }

    /// Moves, or slips to a side. In holes and goals the agent stays.
    public mutating func step(_ action: Int) -> Step {
        precondition(0 <= action && action < 4, "FrozenLake: the action \(action) is not in Discrete(4)")
        let outcome = table.draw(state, action, &random)
        state = outcome.nextState
        return Step(reward: outcome.reward, terminated: outcome.terminated)
    }

    public func observe(into observation: inout MutableSpan<Int32>) {
        observation[0] = Int32(truncatingIfNeeded: state)
    }

    private static func table(_ lake: Lake, _ successRate: Double?, _ rewards: Rewards) -> TransitionTable {
        TransitionTable(
            stateCount: lake.rows * lake.columns, actionCount: 4, firstStates: lake.starts
        ) { state, action in
            if lake.isEnd(state) {
                return [Outcome(probability: 1, nextState: state, reward: 0, terminated: true)]
            }
            return moves(action, successRate).map { move, probability in
                let next = GridMove(rawValue: move)!.applied(to: state, rows: lake.rows, columns: lake.columns)
                let reward =
                    switch lake.cells[next] {
                    case .goal: rewards.goal
                    case .hole: rewards.hole
                    case .start, .frozen: rewards.frozen
                    }
                return Outcome(
                    probability: probability, nextState: next, reward: reward, terminated: lake.isEnd(next))
            }
        }
    }

    private static func moves(_ action: Int, _ successRate: Double?) -> [(move: Int, probability: Double)] {
        guard let successRate else { return [(action, 1)] }
        let astray = (1 - successRate) / 2
        return [((action + 3) % 4, astray), (action, successRate), ((action + 1) % 4, astray)]
    }
}

extension FrozenLake: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&state, in: 0...table.stateCount - 1)
        try coder.code(&random)
    }
}

extension FrozenLake: TabularModel {
    /// One state per cell.
    public var stateCount: Int { table.stateCount }
    public var actionCount: Int { 4 }

    public func outcomes(state: Int, action: Int) -> [Outcome] { table.list(state: state, action: action) }
}

extension FrozenLake {
    /// One square per cell, as large as fits into about 512 pixels.
    public var frameSize: FrameSize { GridPainter(rows: lake.rows, columns: lake.columns).frameSize }

    /// 5: slow enough to follow.
    public var framesPerSecond: Double { 5 }

    /// Draws ice, holes, the start, the goal and the agent.
    public func draw(into frame: inout Frame) {
        let painter = GridPainter(rows: lake.rows, columns: lake.columns)
        for (index, cell) in lake.cells.enumerated() {
            let tile = painter.tile(index)
            tile.paintIce(into: &frame, variant: index)
            switch cell {
            case .start: tile.paintStart(into: &frame)
            case .frozen: break
            case .hole: tile.paintHole(into: &frame)
            case .goal: tile.paintGoal(into: &frame)
            }
        }
        painter.tile(state).paintAgent(into: &frame)
    }
}

extension FrozenLake {
    static let entries = [
        entry("FrozenLake-v1", "cross a frozen lake of 4 x 4 cells", .small, stepLimit: 100, rewardThreshold: 0.7),
        entry("FrozenLake8x8-v1", "cross a frozen lake of 8 x 8 cells", .large, stepLimit: 200, rewardThreshold: 0.85),
    ]

    private static func entry(
        _ id: String, _ summary: String, _ lake: Lake, stepLimit: Int, rewardThreshold: Double
    ) -> EnvironmentEntry {
        EnvironmentEntry(
            id, summary, stepLimit: stepLimit, rewardThreshold: rewardThreshold,
            rewards: "1 at the goal. A hole ends the episode; two moves out of three slip to one side.",
            options: [
                EnvironmentOption("is_slippery", "whether moves may slip to either side", usual: "true"),
                EnvironmentOption("success_rate", "the probability that a move on slippery ice succeeds", usual: "1/3"),
                EnvironmentOption("reward_schedule", "rewards of goal, hole and other cells", usual: "1,0,0"),
                EnvironmentOption("map_name", "4x4, 8x8 or random", usual: lake == .small ? "4x4" : "8x8"),
                EnvironmentOption("desc", "your own map, its rows separated by /, such as SFF/FHF/FFG"),
                EnvironmentOption("map_size", "rows and columns of a random map", usual: "8"),
                EnvironmentOption("map_seed", "the seed of a random map", usual: "0"),
                EnvironmentOption("frozen_probability", "the share of ice in a random map", usual: "0.8"),
            ]
        ) { request in
            let options = request.options
            let lake = try Lake(options) ?? lake
            let isSlippery = try options.flag("is_slippery") ?? true
            let successRate = try options.number("success_rate", in: 0...1) ?? 1.0 / 3
            let schedule = try options.numbers("reward_schedule", count: 3) ?? [1, 0, 0]
            let world = FrozenLake(
                lake, successRate: isSlippery ? successRate : nil,
                rewards: Rewards(goal: schedule[0], hole: schedule[1], frozen: schedule[2]))
            return try request.batch { world.withOwnStream() }
        }
    }

    /// A copy that shares the map, but not the unseeded random stream.
    private func withOwnStream() -> FrozenLake {
        var copy = self
        copy.random = PCG64()
        return copy
    }
}
