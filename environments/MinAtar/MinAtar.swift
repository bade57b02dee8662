/// The five games of MinAtar: miniatures of Atari games, on a grid of 10 × 10 cells with one channel per kind of thing.
///
/// Young and Tian, "MinAtar: An Atari-Inspired Testbed for Thorough and Reproducible Reinforcement Learning
/// Experiments" (2019). The same seed and actions give the original's observations, rewards and ends, step by step.
/// Each game's rules are a ``MinAtarGame``; ``MinAtarEnvironment`` makes an environment of them.
public enum MinAtar {
    /// The actions shared by all games, numbered as in the original; an action that a game doesn't use does nothing.
    public enum Action: UInt8, CaseIterable, Sendable {
        case noop, left, up, right, down, fire

        /// Cells that the action moves to the right.
        var across: Int8 { self == .right ? 1 : self == .left ? -1 : 0 }
        /// Cells that the action moves down.
        var down: Int8 { self == .down ? 1 : self == .up ? -1 : 0 }
    }

    /// The number of columns, and of rows, of the grid.
    public static var side: Int { 10 }

    /// The last column, and row.
    static var last: Int8 { 9 }
}

extension Int8 {
    /// Whether this is a column or row of the grid.
    @inline(__always) var isInGrid: Bool { 0 <= self && self <= MinAtar.last }

    /// The nearest column or row in the range.
    @inline(__always) func clamped(to range: ClosedRange<Int8>) -> Int8 {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }

    /// Counts down to 0 and stays there.
    @inline(__always) mutating func countDown() { if self > 0 { self -= 1 } }
}

extension StateCoder {
    /// Codes a direction, 1 or -1.
    mutating func code(direction: inout Int8) throws(EnvironmentError) {
        var isForward = direction > 0
        try code(&isForward)
        direction = isForward ? 1 : -1
    }
}

extension MinAtar {
    static let entries =
        entries(of: Asterix.self) + entries(of: Breakout.self) + entries(of: Freeway.self)
        + entries(options: [oxygenFlash]) { ramps, options throws(EnvironmentError) in
            Seaquest(rampsDifficulty: ramps, flashesOxygen: try options.flag(oxygenFlash.name) ?? false)
        } + entries(of: SpaceInvaders.self)

    private static let oxygenFlash = EnvironmentOption(
        "oxygen_flash", "as in MinAtar 1.0.10: oxygen lasts one more step, in which its gauge looks almost full",
        usual: "false")

    private static func entries<Game: MinAtarGame>(of _: Game.Type) -> [EnvironmentEntry] {
        entries(options: []) { ramps, _ in Game(rampsDifficulty: ramps) }
    }

    /// Makes a game, given whether it gets harder and its other options.
    private typealias Maker<Game> = @Sendable (Bool, EnvironmentOptions) throws(EnvironmentError) -> Game

    /// The original's two versions: `-v0` with all six actions, `-v1` with those that the game uses.
    private static func entries<Game: MinAtarGame>(
        options: [EnvironmentOption], _ make: @escaping Maker<Game>
    ) -> [EnvironmentEntry] {
        [
            entry("v0", Action.allCases, Game.summary, options, make),
            entry("v1", Game.minimalActions, Game.summary + "; only the game's own actions", options, make),
        ]
    }

    private static func entry<Game: MinAtarGame>(
        _ version: String, _ actions: [Action], _ summary: String, _ options: [EnvironmentOption],
        _ make: @escaping Maker<Game>
    ) -> EnvironmentEntry {
        EnvironmentEntry(
            "MinAtar/\(Game.name)-\(version)", summary, rewards: Game.rewards,
            options: [
                EnvironmentOption(
                    "sticky_action_prob", "the probability that the last action is repeated", usual: "0.1"),
                EnvironmentOption("difficulty_ramping", "whether the game gets harder, if it can", usual: "true"),
            ] + options
        ) { request in
            let stickyProbability = try request.options.number("sticky_action_prob", in: 0...1) ?? 0.1
            let ramps = try request.options.flag("difficulty_ramping") ?? true
            let game = try make(ramps, request.options)
            return try request.batch {
                MinAtarEnvironment(game, stickyActionProbability: stickyProbability, actions: actions)
            }
        }
    }
}
