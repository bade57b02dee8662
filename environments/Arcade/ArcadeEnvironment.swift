import Experience
import Graphics
import Random

/// An arcade game as an environment: a step is one frame, a sixtieth of a second, without any preprocessing.
///
/// An observation is the screen, 210 × 160 × 3 bytes of red, green and blue, or 210 × 160 bytes of grey. One PCG64
/// stream feeds everything: a reset without a seed continues it. Each frame first samples whether the last action is
/// repeated, if that can happen at all, then what the game needs.
public struct ArcadeEnvironment<Game: ArcadeGame>: ScreenEnvironment {
    /// The game.
    public internal(set) var game: Game
    public var random = PCG64(seed: 0)
    /// The last action played, which the next frame may repeat.
    public internal(set) var lastAction = Arcade.Action.noop
    /// Frames since the reset.
    public internal(set) var frameCount = 0
    /// How the environment presents the game.
    public let settings: ArcadeSettings

    private let actions: InlineArray<18, Arcade.Action>
    private let actionCount: Int

    /// Makes an environment; reset it before use.
    public init(_ game: Game = Game(), _ settings: ArcadeSettings = ArcadeSettings()) {
        self.game = game
        self.settings = settings
        let actions = settings.hasFullActionSpace ? Arcade.Action.allCases : Game.minimalActions
        precondition(
            1...18 ~= actions.count && actions[0] == .noop,
            "\(Game.name): expected 1 to 18 actions with noop first, found \(actions)")
        self.actions = InlineArray { $0 < actions.count ? actions[$0] : .noop }
        actionCount = actions.count
        fireAction = Game.minimalActions.contains(.fire) ? actions.firstIndex(of: .fire) : nil
    }

    /// The screen in the form that the settings select.
    public var observationSpace: Space {
        .image([Arcade.height, Arcade.width] + (settings.screenForm == .color ? [3] : []))
    }

    /// The actions that the game uses, or all 18.
    public var actionSpace: Space { .discrete(actionCount) }

    /// What they do with the joystick, such as `UPFIRE`.
    public var actionNames: [String] { (0..<actionCount).map { actions[$0].name } }

    /// The lives that are left.
    public var lives: Int { game.lives }

    /// The action that only presses the button; nil if the game doesn't use it.
    public let fireAction: Int?

    /// Starts a game.
    public mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: seed) }
        lastAction = .noop
        frameCount = 0
        game.start(&random)
    }

    /// Plays one frame. After the end, rewards are 0 and nothing changes.
    public mutating func step(_ action: Int) -> Step {
        precondition(
            0 <= action && action < actionCount, "\(Game.name): the action \(action) is not in Discrete(\(actionCount))"
        )
        if game.isOver { return Step(reward: 0, terminated: true) }
        let isRepeated =
            settings.repeatActionProbability > 0 && random.random() < settings.repeatActionProbability
        if !isRepeated { lastAction = actions[action] }
        let reward = game.act(lastAction, &random)
        frameCount += 1
        let isOver = game.isOver
        return Step(
            reward: Double(reward), terminated: isOver, truncated: !isOver && frameCount >= settings.frameLimit)
    }

    public func observe(into observation: inout MutableSpan<UInt8>) {
        writeScreen(settings.screenForm, into: &observation)
    }

    /// 160 × 210 pixels.
    public var screenSize: FrameSize { FrameSize(width: Arcade.width, height: Arcade.height) }

    /// Draws the screen as bytes, directly in the requested form.
    public func writeScreen(_ form: ScreenForm, into bytes: inout MutableSpan<UInt8>) {
        bytes.withUnsafeMutableBytes { memory in
            switch form {
            case .gray: draw(into: Arcade.Raster<UInt8>(memory))
            case .color: draw(into: Arcade.Raster<Arcade.RGB>(memory))
            }
        }
    }

    private func draw<Pixel>(into raster: Arcade.Raster<Pixel>) {
        raster.draw(Game.backdrop)
        game.draw(into: raster)
    }

    public var frameSize: FrameSize { screenSize }

    public var framesPerSecond: Double { 60 }

    /// Draws the screen.
    public func draw(into frame: inout Frame) {
        frame.withUnsafeMutablePixels { draw(into: Arcade.Raster<UInt32>(UnsafeMutableRawBufferPointer($0))) }
    }
}

extension ArcadeEnvironment: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&random)
        var number = lastAction.rawValue
        try coder.code(&number, in: 0...17)
        lastAction = Arcade.Action(rawValue: number)!
        try coder.code(&frameCount, in: 0...1 << 62)
        try game.codeState(with: &coder)
    }
}
