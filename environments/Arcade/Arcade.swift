/// Arcade games in the style of Atari's console: 210 × 160 pixels in colour, 60 frames per second, with its joystick,
/// lives and scores. Their rules and pictures are this project's own.
///
/// Each game's rules are an ``ArcadeGame``, a small value; ``ArcadeEnvironment`` makes an environment of them, and
/// ``AtariPreprocessing`` makes the observations that agents usually learn from.
public enum Arcade {
    /// Columns of a frame.
    public static var width: Int { 160 }
    /// Rows of a frame.
    public static var height: Int { 210 }

    /// The positions of the joystick, numbered as in the Arcade Learning Environment.
    public enum Action: UInt8, CaseIterable, Sendable {
        case noop, fire, up, right, left, down, upRight, upLeft, downRight, downLeft
        case upFire, rightFire, leftFire, downFire, upRightFire, upLeftFire, downRightFire, downLeftFire

        /// 1 if the stick points to the right, -1 to the left, otherwise 0.
        public var across: Int {
            switch self {
            case .right, .upRight, .downRight, .rightFire, .upRightFire, .downRightFire: 1
            case .left, .upLeft, .downLeft, .leftFire, .upLeftFire, .downLeftFire: -1
            default: 0
            }
        }

        /// 1 if the stick points down, -1 up, otherwise 0.
        public var down: Int {
            switch self {
            case .down, .downRight, .downLeft, .downFire, .downRightFire, .downLeftFire: 1
            case .up, .upRight, .upLeft, .upFire, .upRightFire, .upLeftFire: -1
            default: 0
            }
        }

        /// Whether the button is pressed.
        public var fires: Bool { self == .fire || rawValue >= Action.upFire.rawValue }

        /// The Arcade Learning Environment's name, such as `UPRIGHTFIRE`.
        public var name: String { "\(self)".uppercased() }
    }
}

extension Arcade {
    static let entries = [
        entry(of: Pong.self), entry(of: Breakout.self), entry(of: Freeway.self), entry(of: SpaceInvaders.self),
        entry(of: Honeybee.self),
    ]

    /// A game, with the preprocessing that the options select.
    private static func entry<Game: ArcadeGame>(of _: Game.Type) -> EnvironmentEntry {
        EnvironmentEntry(
            "Arcade/\(Game.name)-v0", Game.summary, rewards: Game.rewards,
            options: Game.options + ArcadeSettings.options + PreprocessingParts.options
        ) { request in
            let game = try Game(options: request.options)
            let settings = try ArcadeSettings(request.options)
            let parts = try PreprocessingParts(request.options)
            let batch =
                try parts.map { parts in
                    try request.batch { AtariPreprocessing(ArcadeEnvironment(game, settings), parts) }
                } ?? request.batch { ArcadeEnvironment(game, settings) }
            if settings.frameLimit < .max { batch.buffers.stepLimit = settings.frameLimit }
            return batch
        }
    }
}
