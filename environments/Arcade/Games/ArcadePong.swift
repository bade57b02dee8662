import Random

extension Arcade {
    /// Table tennis against a computer player, to 21 points. The agent has the right paddle.
    ///
    /// The reward is 1 for a point won, -1 for one lost. The farther from its middle the paddle meets the ball, the
    /// steeper it flies; each return makes it faster. A served ball waits half a second, or until the button is
    /// pressed. The stick moves the paddle up and down; as on Atari's console, right also means up and left also means
    /// down.
    public struct Pong: ArcadeGame {
        /// The strength of the computer player, 0...1: how fast it moves, how early it reacts, how well it aims.
        public let skill: Double

        /// The ball's top left corner and its motion per frame, in 256ths of a pixel.
        public internal(set) var ball = Mover()
        /// The top of the agent's paddle, in 256ths of a pixel.
        public internal(set) var paddle: Int32 = Pong.middle
        /// The top of the computer's paddle, in 256ths of a pixel.
        public internal(set) var computer: Int32 = Pong.middle
        /// The agent's points.
        public internal(set) var points: Int32 = 0
        /// The computer's points.
        public internal(set) var computerPoints: Int32 = 0
        // Frames until the ball is served; the computer's aiming error, in 256ths of a pixel.
        var wait: Int32 = 0
        var error: Int32 = 0

        public static var name: String { "Pong" }
        public static var summary: String { "table tennis to 21 points against a computer player" }
        /// What pays, and what ends a game.
        public static var rewards: String {
            "1 for a point, -1 for a point of the opponent's; the first to reach 21 wins."
        }
        /// Those of Atari's Pong.
        public static var minimalActions: [Action] { [.noop, .fire, .right, .left, .rightFire, .leftFire] }
        public static var options: [EnvironmentOption] {
            [EnvironmentOption("skill", "how good the computer player is, from 0 to 1", usual: "0.5")]
        }

        /// Reads the computer's skill, by default 0.5.
        public init(options: EnvironmentOptions) throws(EnvironmentError) {
            skill = try options.number("skill", in: 0...1) ?? 0.5
        }

        public var lives: Int { 0 }
        /// The agent's lead in points.
        public var score: Int { Int(points - computerPoints) }
        /// Whether one side has 21 points.
        public var isOver: Bool { max(points, computerPoints) >= Self.goal }
    }
}

// In 256ths of a pixel, unless stated otherwise.
extension Arcade.Pong {
    static let unit: Int32 = 256
    static let goal: Int32 = 21
    static let (top, bottom): (Int32, Int32) = (34 * unit, 194 * unit)
    static let paddleWidth: Int32 = 4 * unit
    static let paddleHeight: Int32 = 16 * unit
    static let ballWidth: Int32 = 2 * unit
    static let ballHeight: Int32 = 4 * unit
    /// The left edges of the paddles.
    static let (computerX, paddleX): (Int32, Int32) = (16 * unit, 140 * unit)
    static let middle: Int32 = (top + bottom - paddleHeight) / 2
    static let paddleSpeed: Int32 = 640
    static let serveSpeed: Int32 = 384
    static let topSpeed: Int32 = 832
    static let steepest: Int32 = 576
    /// Frames for which a served ball waits.
    static let patience: Int32 = 30

    /// Samples who gets the first ball, then serves.
    public mutating func start(_ random: inout PCG64) {
        (points, computerPoints) = (0, 0)
        (paddle, computer) = (Self.middle, Self.middle)
        serve(toRight: random.integers(2) == 1, &random)
    }

    /// Samples the ball's height, its slope, and the computer's aiming error.
    private mutating func serve(toRight: Bool, _ random: inout PCG64) {
        let room = Int(Self.bottom - Self.top - Self.ballHeight)
        ball.x = (Int32(Arcade.width) * Self.unit - Self.ballWidth) / 2
        ball.y = Self.top + Int32(room / 4 + random.integers(room / 2))
        ball.across = toRight ? Self.serveSpeed : -Self.serveSpeed
        ball.down = Int32(random.integers(513) - 256)
        wait = Self.patience
        aim(&random)
    }

    private mutating func aim(_ random: inout PCG64) {
        let width = Int((22 - 20 * skill) * Double(Self.unit))
        error = Int32(random.integers(2 * width + 1) - width)
    }

    /// Moves the paddles, then the ball.
    public mutating func act(_ action: Arcade.Action, _ random: inout PCG64) -> Int {
        let down = action.down != 0 ? action.down : -action.across
        paddle = Self.inCourt(paddle + Int32(down) * Self.paddleSpeed)
        moveComputer()
        if wait > 0 {
            wait = action.fires ? 0 : wait - 1
            return 0
        }
        return moveBall(&random)
    }

    private static func inCourt(_ paddle: Int32) -> Int32 { min(max(paddle, top), bottom - paddleHeight) }

    /// Follows the ball while it can be seen, and returns to the middle when it flies away.
    private mutating func moveComputer() {
        let speed = Int32((0.6 + 1.4 * skill) * Double(Self.unit))
        let sight = Int32((56 + 100 * skill) * Double(Self.unit))
        var target = Self.middle
        if ball.across < 0 {
            guard ball.x < sight else { return }
            target = ball.y + error + (Self.ballHeight - Self.paddleHeight) / 2
        }
        computer = Self.inCourt(computer + min(max(target - computer, -speed), speed))
    }

    private mutating func moveBall(_ random: inout PCG64) -> Int {
        let before = ball.x
        ball.move()
        if ball.y < Self.top {
            ball.y = 2 * Self.top - ball.y
            ball.down = -ball.down
        } else if ball.y > Self.bottom - Self.ballHeight {
            ball.y = 2 * (Self.bottom - Self.ballHeight) - ball.y
            ball.down = -ball.down
        }
        let (left, right) = (Self.computerX + Self.paddleWidth, Self.paddleX - Self.ballWidth)
        if ball.across > 0, before <= right, ball.x > right, bounce(off: paddle) {
            ball.x = right
            aim(&random)
        } else if ball.across < 0, before >= left, ball.x < left, bounce(off: computer) {
            ball.x = left
        }
        if ball.x > Int32(Arcade.width) * Self.unit { return score(toComputer: true, &random) }
        if ball.x < -Self.ballWidth { return score(toComputer: false, &random) }
        return 0
    }

    /// Turns the ball back if a paddle meets it.
    private mutating func bounce(off paddle: Int32) -> Bool {
        guard ball.y + Self.ballHeight > paddle, ball.y < paddle + Self.paddleHeight else { return false }
        // From -1 to 1 times half the height of ball and paddle together.
        let offset = (2 * ball.y + Self.ballHeight) - (2 * paddle + Self.paddleHeight)
        ball.down = offset * Self.steepest / (Self.ballHeight + Self.paddleHeight)
        let speed = min(abs(ball.across) + 38, Self.topSpeed)
        ball.across = ball.across > 0 ? -speed : speed
        return true
    }

    private mutating func score(toComputer: Bool, _ random: inout PCG64) -> Int {
        if toComputer { computerPoints += 1 } else { points += 1 }
        if !isOver { serve(toRight: toComputer, &random) }
        return toComputer ? -1 : 1
    }
}

extension Arcade.Pong: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try ball.codeState(with: &coder)
        try coder.code(&paddle, in: Self.top...Self.bottom - Self.paddleHeight)
        try coder.code(&computer, in: Self.top...Self.bottom - Self.paddleHeight)
        try coder.code(&points, in: 0...Self.goal)
        try coder.code(&computerPoints, in: 0...Self.goal)
        try coder.code(&wait, in: 0...Self.patience)
        try coder.code(&error, in: -22 * Self.unit...22 * Self.unit)
    }
}
