import Random

extension Arcade {
    /// Breakout: keep the ball in play with the paddle and knock the bricks out of a wall of six rows.
    ///
    /// The button serves. From the top, the rows are worth 7, 7, 4, 4, 1 and 1; the reward is the value of the brick.
    /// Where the ball meets the paddle decides where it flies: to the left from the left half, to the right from the
    /// right half. It gets faster at the 4th and the 12th contact and at the first brick of the upper three rows; once
    /// it has reached the ceiling, the paddle is half as wide. This lasts until the ball is lost, which costs one of
    /// five lives. A cleared wall is rebuilt when the ball meets the paddle.
    public struct Breakout: ArcadeGame {
        /// The ball's top left corner and its motion per frame, in 256ths of a pixel.
        public internal(set) var ball = Mover()
        /// Whether the ball has been served and is in play.
        public internal(set) var isInPlay = false
        /// The left edge of the paddle, in 256ths of a pixel.
        public internal(set) var paddle: Int32 = 70 * 256
        /// The remaining bricks: one row each from the top, with the first column in the lowest bit.
        public internal(set) var bricks = InlineArray<6, UInt32>(repeating: Breakout.fullRow)
        /// The remaining balls, including the one in play.
        public internal(set) var balls: Int32 = 5
        public internal(set) var points: Int32 = 0
        /// How often the paddle has met the ball since it was served.
        public internal(set) var meetings: Int32 = 0
        /// Whether the ball has struck the upper three rows since it was served, after which it is fastest.
        public internal(set) var hasStruckHigh = false
        /// Whether the ball has reached the ceiling since it was served, after which the paddle is half as wide.
        public internal(set) var hasReachedCeiling = false

        public static var name: String { "Breakout" }
        public static var summary: String { "knock the bricks out of a wall with ball and paddle; five lives" }
        /// What pays, and what ends a game.
        public static var rewards: String { "7, 4 or 1 for a brick, depending on its row." }
        /// Those of Atari's Breakout.
        public static var minimalActions: [Action] { [.noop, .fire, .right, .left] }

        public init(options: EnvironmentOptions) throws(EnvironmentError) {}

        public var lives: Int { Int(balls) }
        public var score: Int { Int(points) }
        /// Whether the last ball is lost.
        public var isOver: Bool { balls == 0 }
        /// The width of the paddle in pixels.
        public var paddleWidth: Int { hasReachedCeiling ? 10 : 20 }
    }
}

// In 256ths of a pixel if the type is Int32, in pixels if it is Int.
extension Arcade.Breakout {
    static let unit: Int32 = 256
    static let columns = 18
    static let fullRow: UInt32 = (1 << 18) - 1
    /// The inner edges of the walls and the ceiling.
    static let (left, right, ceiling): (Int, Int, Int) = (8, 152, 32)
    /// The wall of bricks: its first row, and the size of a brick with its gap.
    static let (wallTop, brickWidth, brickHeight): (Int, Int, Int) = (57, 8, 6)
    static let (ballWidth, ballHeight): (Int, Int) = (2, 4)
    static let (paddleTop, paddleHeight): (Int, Int) = (189, 4)
    static let paddleSpeed: Int32 = 768

    /// Builds the wall.
    public mutating func start(_ random: inout PCG64) { self = Arcade.Breakout() }

    /// Moves the paddle, then the ball, which the button serves.
    public mutating func act(_ action: Arcade.Action, _ random: inout PCG64) -> Int {
        movePaddle(action.across)
        guard isInPlay else {
            if action.fires { serve(&random) }
            return 0
        }
        let reward = moveAcross() + moveDown()
        points += Int32(reward)
        return reward
    }

    private mutating func movePaddle(_ across: Int) {
        let last = Int32(Self.right - paddleWidth) * Self.unit
        paddle = min(max(paddle + Int32(across) * Self.paddleSpeed, Int32(Self.left) * Self.unit), last)
    }

    /// Samples the ball's column, then its direction and slope.
    private mutating func serve(_ random: inout PCG64) {
        isInPlay = true
        (meetings, hasStruckHigh, hasReachedCeiling) = (0, false, false)
        ball.x = Int32(Self.left + 20 + random.integers(Self.right - Self.left - 40)) * Self.unit
        ball.y = 104 * Self.unit
        let slope = Int32(128 + random.integers(193))
        ball.across = random.integers(2) == 1 ? slope : -slope
        ball.down = speed
    }

    /// The vertical motion of the ball per frame.
    private var speed: Int32 { hasStruckHigh ? 704 : meetings >= 12 ? 640 : meetings >= 4 ? 512 : 384 }

    /// Moves the ball sideways; a wall or a brick turns it back.
    private mutating func moveAcross() -> Int {
        ball.x += ball.across
        let (low, high) = (Int32(Self.left) * Self.unit, Int32(Self.right - Self.ballWidth) * Self.unit)
        if ball.x < low || ball.x > high {
            ball.x = ball.x < low ? 2 * low - ball.x : 2 * high - ball.x
            ball.across = -ball.across
            return 0
        }
        let edge = ball.across > 0 ? ball.column + Self.ballWidth - 1 : ball.column
        let worth = strike(edge, ball.row + Self.ballHeight / 2)
        if worth > 0 {
            ball.x -= ball.across
            ball.across = -ball.across
        }
        return worth
    }

    /// Moves the ball up or down; the ceiling, a brick or the paddle turns it back; at the bottom it is lost.
    private mutating func moveDown() -> Int {
        let before = ball.y
        ball.y += ball.down
        if ball.y < Int32(Self.ceiling) * Self.unit {
            ball.y = 2 * Int32(Self.ceiling) * Self.unit - ball.y
            ball.down = -ball.down
            hasReachedCeiling = true
            return 0
        }
        let edge = ball.down > 0 ? ball.row + Self.ballHeight - 1 : ball.row
        var worth = strike(ball.column, edge)
        if worth == 0 { worth = strike(ball.column + Self.ballWidth - 1, edge) }
        if worth > 0 {
            ball.y = before
            ball.down = ball.down > 0 ? -speed : speed
        } else if ball.down > 0 {
            meetPaddle(before)
        }
        if ball.row >= Arcade.height { lose() }
        return worth
    }

    /// Knocks out the brick at a pixel; returns its value, 0 if there is none.
    private mutating func strike(_ x: Int, _ y: Int) -> Int {
        let row = (y - Self.wallTop) / Self.brickHeight
        let column = (x - Self.left) / Self.brickWidth
        guard y >= Self.wallTop, row < 6, x >= Self.left, column < Self.columns, bricks[row] >> UInt32(column) & 1 == 1
        else { return 0 }
        bricks[row] &= ~(1 << UInt32(column))
        if row < 3 { hasStruckHigh = true }
        return row < 2 ? 7 : row < 4 ? 4 : 1
    }

    private mutating func meetPaddle(_ before: Int32) {
        let line = Int32(Self.paddleTop - Self.ballHeight) * Self.unit
        let width = Int32(paddleWidth) * Self.unit
        guard before <= line, ball.y > line, ball.x + Int32(Self.ballWidth) * Self.unit > paddle,
            ball.x < paddle + width
        else { return }
        meetings += 1
        ball.y = line
        ball.down = -speed
        // From -1 to 1 times the reach; a ball that flew straight up would never stop coming back.
        let reach = width / 2 + Int32(Self.ballWidth) * Self.unit / 2
        let offset = ball.x + Int32(Self.ballWidth) * Self.unit / 2 - (paddle + width / 2)
        let slope = offset * speed / reach
        ball.across = abs(slope) < 64 ? (ball.across < 0 ? -64 : 64) : slope
        if bricks.indices.allSatisfy({ bricks[$0] == 0 }) { bricks = InlineArray(repeating: Self.fullRow) }
    }

    private mutating func lose() {
        balls -= 1
        isInPlay = false
        (meetings, hasStruckHigh, hasReachedCeiling) = (0, false, false)
    }
}

extension Arcade.Breakout: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try ball.codeState(with: &coder)
        try coder.code(&isInPlay)
        try coder.code(&paddle, in: 0...160 * Self.unit)
        try coder.code(&bricks, in: 0...Self.fullRow)
        try coder.code(&balls, in: 0...5)
        try coder.code(&points, in: 0...1_000_000_000)
        try coder.code(&meetings, in: 0...1_000_000_000)
        try coder.code(&hasStruckHigh)
        try coder.code(&hasReachedCeiling)
    }
}
