import Graphics
import Random

extension MinAtar {
    /// MinAtar's Breakout: keep the ball in play and knock the bricks out of a wall, which returns when it is gone.
    ///
    /// The reward is 1 for each brick; the episode ends when the ball gets past the paddle.
    public struct Breakout: MinAtarGame {
        /// Paddle, ball, trail of the ball, bricks.
        public enum Channel: Int, CaseIterable, Sendable {
            case paddle, ball, trail, brick
        }

        /// A cell of the grid.
        public struct Place: Hashable, BitwiseCopyable, Sendable {
            /// The column.
            public internal(set) var x: Int8
            /// The row.
            public internal(set) var y: Int8
        }

        /// The paddle's column, in the last row.
        public internal(set) var paddle: Int8 = 4
        /// Where the ball is.
        public internal(set) var ball = Place(x: 0, y: 3)
        /// Where the ball was one time step ago.
        public internal(set) var previous = Place(x: 0, y: 3)
        /// 1 if the ball flies to the right, -1 to the left.
        public internal(set) var across: Int8 = 1
        /// 1 if the ball flies down, -1 up.
        public internal(set) var down: Int8 = 1
        /// The bricks that are left.
        public internal(set) var bricks = Self.wall
        /// Whether the ball has passed the paddle.
        public internal(set) var isOver = false
        // Whether the ball has knocked out a brick and has not left the bricks since.
        var hasStruck = false

        public static var name: String { "Breakout" }
        public static var summary: String { "knock the bricks out of a wall" }
        /// What pays, and what ends a game.
        public static var rewards: String { "1 for each brick. The game ends when the ball is lost." }
        /// 4: see ``Channel``.
        public static var channelCount: Int { 4 }
        /// Moving the paddle, and not moving it.
        public static var minimalActions: [Action] { [.noop, .left, .right] }

        private static var wall: CellSet { CellSet(columns: 0...MinAtar.last, rows: 1...3) }

        /// Makes a game, which must be started before use; it never gets harder.
        public init(rampsDifficulty _: Bool) {}

        /// Builds the wall and samples the corner from which the ball comes.
        public mutating func start(_ random: inout MT19937) {
            self = Breakout(rampsDifficulty: false)
            if random.randint(2) == 1 {
                ball.x = MinAtar.last
                across = -1
            }
            previous = ball
        }

        /// Moves the paddle, then the ball, which bounces off what it meets.
        public mutating func act(_ action: Action, _: inout MT19937) -> Int {
            paddle = (paddle + action.across).clamped(to: 0...MinAtar.last)
            previous = ball
            var next = Place(x: ball.x + across, y: min(ball.y + down, MinAtar.last))
            if !next.x.isInGrid {
                next.x = ball.x
                across = -across
            }
            var reward = 0
            if next.y < 0 {
                next.y = 0
                down = -down
                hasStruck = false
            } else if bricks[next.x, next.y] {
                if !hasStruck {
                    reward = 1
                    hasStruck = true
                    bricks[next.x, next.y] = false
                    bounce(&next)
                }
            } else {
                hasStruck = false
                if next.y == MinAtar.last { reachPaddle(&next) }
            }
            ball = next
            return reward
        }

        private mutating func reachPaddle(_ next: inout Place) {
            if bricks.isEmpty { bricks = Self.wall }
            if ball.x == paddle {
                bounce(&next)
            } else if next.x == paddle {
                across = -across
                bounce(&next)
            } else {
                isOver = true
            }
        }

        /// Turns the ball back in its row.
        private mutating func bounce(_ next: inout Place) {
            next.y = ball.y
            down = -down
        }

        public func observe(into observation: inout MutableSpan<UInt8>) {
            Self.mark(ball.x, ball.y, .ball, in: &observation)
            Self.mark(paddle, MinAtar.last, .paddle, in: &observation)
            Self.mark(previous.x, previous.y, .trail, in: &observation)
            for cell in bricks { Self.mark(cell, .brick, in: &observation) }
        }
    }
}

extension MinAtar.Breakout.Place: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&x, in: 0...MinAtar.last)
        try coder.code(&y, in: 0...MinAtar.last)
    }
}

extension MinAtar.Breakout: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&paddle, in: 0...MinAtar.last)
        try ball.codeState(with: &coder)
        try previous.codeState(with: &coder)
        try coder.code(direction: &across)
        try coder.code(direction: &down)
        try coder.code(&bricks)
        try coder.code(&hasStruck)
        try coder.code(&isOver)
    }
}

extension MinAtar.Breakout {
    /// Draws the wall, with a colour for each row, the paddle, and the ball with its shadow.
    public func draw(into frame: inout Frame) {
        frame.clear(Color(hex: 0x12121C))
        for cell in bricks {
            Self.brickSprites[(cell / 10 + 2) % 3].draw(Int8(cell % 10), Int8(cell / 10), into: &frame)
        }
        Self.paddleSprite.draw(paddle, MinAtar.last, into: &frame)
        Self.shadowSprite.draw(previous.x, previous.y, into: &frame)
        Self.ballSprite.draw(ball.x, ball.y, into: &frame)
    }

    /// The three rows, from the top.
    private static let brickSprites = [
        (0xD0443C, 0xE87A70, 0x8E2822), (0xE08A2E, 0xF2B56E, 0x9C5A14), (0x4FA84C, 0x84CC80, 0x2E6E2C),
    ].map { face, light, shade in
        Sprite(
            ["f": UInt32(face), "l": UInt32(light), "s": UInt32(shade)],
            """
            lllllll.
            lffffff.
            lffffff.
            lffffff.
            lffffff.
            lffffff.
            sssssss.
            ........
            """)
    }

    private static let paddleSprite = Sprite(
        ["p": 0x4C8BE0, "l": 0x9CC3F5],
        """
        ........
        .llllll.
        pppppppp
        pppppppp
        .pppppp.
        ........
        ........
        ........
        """)

    private static let ballSprite = ball(0xF4F4F4)
    private static let shadowSprite = ball(0x40404E)

    private static func ball(_ color: UInt32) -> Sprite {
        Sprite(
            ["b": color],
            """
            ........
            ..bbbb..
            .bbbbbb.
            .bbbbbb.
            .bbbbbb.
            .bbbbbb.
            ..bbbb..
            ........
            """)
    }
}
