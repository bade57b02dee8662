import Graphics
import Random

extension MinAtar {
    /// MinAtar's Space Invaders: shoot down the aliens before they land.
    ///
    /// The reward is 1 for each alien. A bullet, the touch of an alien, or aliens that reach the ground and turn end
    /// the episode. A new wave follows each one that has been shot; the first six get faster and faster. The game uses
    /// no random numbers.
    public struct SpaceInvaders: MinAtarGame {
        /// Cannon, aliens, aliens moving to the left, aliens moving to the right, the cannon's bullets, the aliens'
        /// bullets.
        public enum Channel: Int, CaseIterable, Sendable {
            case cannon, alien, movingLeft, movingRight, ownBullet, enemyBullet
        }

        /// The cannon's column, in the last row.
        public internal(set) var cannon: Int8 = 5
        /// The aliens.
        public internal(set) var aliens = Self.wave
        /// The cannon's bullets.
        public internal(set) var ownBullets = CellSet()
        /// The aliens' bullets.
        public internal(set) var enemyBullets = CellSet()
        /// 1 if the aliens move to the right, -1 if to the left.
        public internal(set) var direction: Int8 = -1
        /// Time steps between the moves of a large group of aliens; a smaller group waits as many steps as it has
        /// members.
        public internal(set) var moveInterval: Int8 = 12
        /// How many waves have made the game faster.
        public internal(set) var speedUps = 0
        /// Whether the cannon is lost.
        public internal(set) var isOver = false
        var moveCountdown: Int8 = 12
        var enemyShotCountdown: Int8 = 10
        var ownShotCountdown: Int8 = 0
        private let rampsDifficulty: Bool

        public static var name: String { "SpaceInvaders" }
        public static var summary: String { "shoot down waves of aliens" }
        /// What pays, and what ends a game.
        public static var rewards: String { "1 for each alien. A bullet or a landing alien ends the game." }
        /// 6: see ``Channel``.
        public static var channelCount: Int { 6 }
        /// Moving the cannon, firing, and neither.
        public static var minimalActions: [Action] { [.noop, .left, .right, .fire] }
        /// How many waves have made the game faster.
        public var difficulty: Int? { speedUps }

        private static var wave: CellSet { CellSet(columns: 2...7, rows: 0...3) }

        /// Makes a game; start it before use.
        public init(rampsDifficulty: Bool) { self.rampsDifficulty = rampsDifficulty }

        /// Sends the first wave. Uses no random numbers.
        public mutating func start(_: inout MT19937) {
            self = SpaceInvaders(rampsDifficulty: rampsDifficulty)
        }

        /// Moves the cannon and the bullets, then the aliens if it is time to, and removes those that are hit.
        public mutating func act(_ action: Action, _: inout MT19937) -> Int {
            if action == .fire && ownShotCountdown == 0 {
                ownBullets[cannon, MinAtar.last] = true
                ownShotCountdown = 5
            }
            cannon = (cannon + action.across).clamped(to: 0...MinAtar.last)
            ownBullets.moveUp()
            enemyBullets.moveDown()
            if enemyBullets[cannon, MinAtar.last] || aliens[cannon, MinAtar.last] { isOver = true }
            if moveCountdown == 0 {
                moveCountdown = min(Int8(aliens.count), moveInterval)
                moveAliens()
            }
            if enemyShotCountdown == 0 {
                enemyShotCountdown = 10
                shootBack()
            }
            let hits = aliens.intersection(ownBullets)
            aliens.subtract(hits)
            ownBullets.subtract(hits)
            ownShotCountdown.countDown()
            moveCountdown -= 1
            enemyShotCountdown -= 1
            if aliens.isEmpty { sendWave() }
            return hits.count
        }

        /// Moves all aliens sideways, or turns them at the border and moves them down.
        private mutating func moveAliens() {
            if aliens.column(direction < 0 ? 0 : MinAtar.last).isEmpty {
                aliens.move(across: direction)
            } else {
                direction = -direction
                if aliens.reachesBottom { isOver = true }
                aliens.rollDown()
            }
            if aliens[cannon, MinAtar.last] { isOver = true }
        }

        /// Lets the lowest alien in the column nearest to the cannon shoot; of two, the left one.
        private mutating func shootBack() {
            var (nearest, distance) = (Int8(0), Int8.max)
            for x in 0...MinAtar.last where abs(x - cannon) < distance && !aliens.column(x).isEmpty {
                (nearest, distance) = (x, abs(x - cannon))
            }
            enemyBullets[nearest, aliens.column(nearest).lowestRow] = true
        }

        private mutating func sendWave() {
            if rampsDifficulty && moveInterval > 6 {
                moveInterval -= 1
                speedUps += 1
            }
            aliens = Self.wave
        }

        public func observe(into observation: inout MutableSpan<UInt8>) {
            Self.mark(cannon, MinAtar.last, .cannon, in: &observation)
            for cell in aliens {
                Self.mark(cell, .alien, in: &observation)
                Self.mark(cell, direction < 0 ? .movingLeft : .movingRight, in: &observation)
            }
            for cell in ownBullets { Self.mark(cell, .ownBullet, in: &observation) }
            for cell in enemyBullets { Self.mark(cell, .enemyBullet, in: &observation) }
        }
    }
}

extension MinAtar.SpaceInvaders: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&cannon, in: 0...MinAtar.last)
        try coder.code(&aliens, minimum: 1)
        try coder.code(&ownBullets)
        try coder.code(&enemyBullets)
        try coder.code(direction: &direction)
        try coder.code(&moveInterval, in: 6...12)
        try coder.code(&speedUps, in: 0...6)
        try coder.code(&moveCountdown, in: 0...12)
        try coder.code(&enemyShotCountdown, in: 0...10)
        try coder.code(&ownShotCountdown, in: 0...5)
        try coder.code(&isOver)
    }
}

extension MinAtar.SpaceInvaders {
    /// Draws a night sky, the cannon, the bullets and the aliens, which have the colour of their strip of the sky and
    /// wave their arms with each step.
    public func draw(into frame: inout Frame) {
        frame.clear(Color(hex: 0x05060C))
        for star in 0..<40 {
            frame.fillRectangle(
                x: star * 73 % frame.width, y: star * 151 % frame.height, width: 2, height: 2, Color(gray: 70))
        }
        frame.fillRectangle(x: 0, y: frame.height - 3, width: frame.width, height: 3, Color(hex: 0x2E7D46))
        for cell in aliens {
            let (x, y) = (cell % 10, cell / 10)
            Self.alienSprites[y / 4][(x + y) % 2].draw(Int8(x), Int8(y), into: &frame)
        }
        Self.ownBullet.draw(ownBullets, into: &frame)
        Self.enemyBullet.draw(enemyBullets, into: &frame)
        Self.cannonSprite.draw(cannon, MinAtar.last, into: &frame)
    }

    /// Three strips of the sky, two poses each.
    private static let alienSprites = [0x7FD8E8, 0xE7E7F2, 0xF0B45A].map { color in
        [
            Sprite(
                ["a": UInt32(color)],
                """
                ........
                a.....a.
                a.aaa.a.
                aa.a.aa.
                .aaaaa..
                ..aaa...
                .a...a..
                a.....a.
                """),
            Sprite(
                ["a": UInt32(color)],
                """
                ........
                ........
                ..aaa...
                .a.a.a..
                aaaaaaa.
                a.aaa.a.
                a.a.a.a.
                ..a.a...
                """),
        ]
    }

    private static let cannonSprite = Sprite(
        ["c": 0x58D675],
        """
        ........
        ...cc...
        ...cc...
        ..cccc..
        .cccccc.
        cccccccc
        cccccccc
        cccccccc
        """)

    private static let ownBullet = Sprite(
        ["b": 0xC8FFD4],
        """
        ........
        ...bb...
        ...bb...
        ...bb...
        ...bb...
        ...bb...
        ...bb...
        ........
        """)

    private static let enemyBullet = Sprite(
        ["b": 0xFF6A4D],
        """
        ...b....
        ....b...
        ...b....
        ....b...
        ...b....
        ....b...
        ...b....
        ........
        """)
}
