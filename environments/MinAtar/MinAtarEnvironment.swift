import Experience
import Graphics
import Random

/// One of MinAtar's games as an environment, with the original's sticky actions.
///
/// The observation is 10 × 10 × channels bytes of 0 and 1, row-major. One random stream feeds both the game and the
/// sticky actions. In each step the last action may be repeated instead of the new one, also across a reset.
public struct MinAtarEnvironment<Game: MinAtarGame>: Environment {
    /// The game.
    public internal(set) var game: Game
    /// The environment's random stream: NumPy's `RandomState` of the seed.
    public internal(set) var random = MT19937()
    /// The last action played, which the next step may repeat.
    public internal(set) var lastAction = MinAtar.Action.noop
    /// The probability that a step repeats the last action, 0...1.
    public let stickyActionProbability: Double

    private let actions: InlineArray<6, MinAtar.Action>
    private let actionCount: Int

    /// Makes an environment; reset it before use.
    ///
    /// - Parameters:
    ///   - game: the game; it also determines whether its difficulty increases.
    ///   - stickyActionProbability: the probability that a step repeats the last action, 0...1.
    ///   - actions: the environment's actions, 1 to 6 of them: all, or ``MinAtarGame/minimalActions``.
    public init(
        _ game: Game = Game(rampsDifficulty: true), stickyActionProbability: Double = 0.1,
        actions: [MinAtar.Action] = MinAtar.Action.allCases
    ) {
        precondition(
            0...1 ~= stickyActionProbability,
            "\(Game.name): expected a sticky action probability in 0...1, found \(stickyActionProbability)")
        precondition(1...6 ~= actions.count, "\(Game.name): expected 1 to 6 actions, found \(actions.count)")
        self.game = game
        self.stickyActionProbability = stickyActionProbability
        self.actions = InlineArray { $0 < actions.count ? actions[$0] : .noop }
        actionCount = actions.count
    }

    /// 10 × 10 × channels, each 0 or 1.
    public var observationSpace: Space {
        .box(0...1, shape: [MinAtar.side, MinAtar.side, Game.channelCount], element: .uint8)
    }

    /// The actions that the environment was made with.
    public var actionSpace: Space { .discrete(actionCount) }

    /// What its actions do, by the original's names.
    public var actionNames: [String] { (0..<actionCount).map { "\(actions[$0])" } }

    /// Starts an episode of the game.
    public mutating func reset(seed: UInt64?) {
        if let seed { random = MT19937(seed: seed) }
        game.start(&random)
    }

    /// Plays one time step of the game. After the end, rewards are 0 and nothing changes, but sticky actions still use
    /// random numbers.
    public mutating func step(_ action: Int) -> Step {
        precondition(
            0 <= action && action < actionCount, "\(Game.name): the action \(action) is not in Discrete(\(actionCount))"
        )
        if random.rand() >= stickyActionProbability { lastAction = actions[action] }
        let reward = game.isOver ? 0 : game.act(lastAction, &random)
        return Step(reward: Double(reward), terminated: game.isOver)
    }

    public func observe(into observation: inout MutableSpan<UInt8>) {
        let count = MinAtar.side * MinAtar.side * Game.channelCount
        precondition(
            observation.count == count,
            "\(Game.name): an observation has \(count) elements, not \(observation.count)")
        observation.update(repeating: 0)
        game.observe(into: &observation)
    }

    public var frameSize: FrameSize {
        FrameSize(width: MinAtar.side * Sprite.cellSide, height: MinAtar.side * Sprite.cellSide)
    }

    /// 10: slow enough to play.
    public var framesPerSecond: Double { 10 }

    public func draw(into frame: inout Frame) {
        game.draw(into: &frame)
    }
}

extension MinAtarEnvironment: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        var number = lastAction.rawValue
        try coder.code(&number, in: 0...5)
        lastAction = MinAtar.Action(rawValue: number)!
        try coder.code(&random)
        try game.codeState(with: &coder)
    }
}
