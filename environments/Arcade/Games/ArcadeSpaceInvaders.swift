import Random

extension Arcade {
    /// Space Invaders: shoot the formation that comes down step by step, and avoid its bombs.
    ///
    /// From the lowest up, the rows are worth 5, 10, 15, 20, 25 and 30 points, the saucer that passes above 200; the
    /// reward is the points. There is one shot at a time, and three shields, which shots and bombs wear away. The fewer
    /// invaders are left, the faster the formation moves; the next one starts lower. A bomb costs one of three lives;
    /// if the invaders land, the game is over.
    public struct SpaceInvaders: ArcadeGame {
        /// A position in pixels; there is none if `y` is negative.
        public struct Missile: Hashable, Sendable, BitwiseCopyable {
            /// Its column.
            public internal(set) var x: Int32 = 0
            /// Its upper end.
            public internal(set) var y: Int32 = -1
            /// Whether it is flying.
            public var isFlying: Bool { y >= 0 }
        }

        /// The remaining invaders: one row each from the top, with the first column in the lowest bit.
        public internal(set) var invaders = InlineArray<6, UInt8>(repeating: SpaceInvaders.fullRow)
        /// The left edge of the formation's first column.
        public internal(set) var formationX: Int32 = 24
        /// The top of the formation's first row.
        public internal(set) var formationY: Int32 = 36
        /// 1 if the formation moves to the right, -1 if to the left.
        public internal(set) var heading: Int32 = 1
        /// The left edge of the cannon.
        public internal(set) var cannon: Int32 = SpaceInvaders.start
        /// The cannon's shot.
        public internal(set) var shot = Missile()
        /// The invaders' bombs.
        public internal(set) var bombs = InlineArray<3, Missile>(repeating: Missile())
        /// The left edge of the saucer, while it is visible.
        public internal(set) var saucer: Int32 = 0
        /// 1 or -1 if the saucer flies to the right or left, 0 if there is none.
        public internal(set) var saucerHeading: Int32 = 0
        /// The shields, twelve rows each, with the first column in the lowest bit.
        public internal(set) var shields = InlineArray<36, UInt16>(repeating: 0)
        /// The remaining cannons, including the current one.
        public internal(set) var cannons: Int32 = 3
        public internal(set) var points: Int32 = 0
        /// The number of formations shot.
        public internal(set) var wave: Int32 = 0
        /// Frames until a cannon that was hit is replaced; everything else stands still.
        public internal(set) var recovery: Int32 = 0
        // Frames played, and frames until the formation's next step, the next bomb and the saucer.
        var clock: Int32 = 0
        var untilStep: Int32 = 20
        var untilBomb: Int32 = 60
        var untilSaucer: Int32 = 900
        // Where an invader was hit, and for how long the explosion is visible.
        var burst = Missile()
        var burstTime: Int32 = 0

        public static var name: String { "SpaceInvaders" }
        public static var summary: String { "shoot the invaders before they land; three lives" }
        /// What pays, and what ends a game.
        public static var rewards: String { "5 to 30 for an invader, depending on its row, and 200 for the saucer." }
        /// Those of Atari's Space Invaders.
        public static var minimalActions: [Action] { [.noop, .fire, .right, .left, .rightFire, .leftFire] }

        public init(options: EnvironmentOptions) throws(EnvironmentError) {}

        public var lives: Int { Int(cannons) }
        public var score: Int { Int(points) }
        /// Whether no cannon is left.
        public var isOver: Bool { cannons == 0 }
    }
}

// In pixels.
extension Arcade.SpaceInvaders {
    static let fullRow: UInt8 = 0b111111
    static let (rows, columns): (Int, Int) = (6, 6)
    static let (columnWidth, rowHeight): (Int32, Int32) = (16, 16)
    static let (invaderWidth, invaderHeight): (Int32, Int32) = (8, 10)
    /// How far the formation moves to the sides, and how far it comes down there.
    static let (leftmost, rightmost, descent): (Int32, Int32, Int32) = (4, 156, 8)
    static let (cannonY, cannonWidth, ground): (Int32, Int32, Int32) = (182, 9, 192)
    /// The row at which the invaders have landed.
    static let landing: Int32 = 180
    static let start: Int32 = 20
    static let (saucerY, saucerWidth): (Int32, Int32) = (22, 16)
    static let (shotLength, shotSpeed, bombLength): (Int32, Int32, Int32) = (6, 4, 5)
    static let (shieldY, shieldRows): (Int32, Int32) = (154, 12)
    /// The left edges of the shields, 16 columns wide.
    static let shieldX: InlineArray<3, Int32> = [32, 72, 112]
    static let shieldShape: InlineArray<12, UInt16> = [
        0x07e0, 0x1ff8, 0x3ffc, 0x7ffe, 0xffff, 0xffff, 0xffff, 0xffff, 0xfc3f, 0xf81f, 0xf00f, 0xf00f,
    ]
    static let recoveryTime: Int32 = 64

    /// Samples the frames until the first bomb, then until the saucer.
    public mutating func start(_ random: inout PCG64) {
        self = Arcade.SpaceInvaders()
        startWave(&random)
    }

    private mutating func startWave(_ random: inout PCG64) {
        invaders = InlineArray(repeating: Self.fullRow)
        (formationX, formationY, heading) = (24, 36 + 8 * min(wave, 5), 1)
        for shield in 0..<3 {
            for row in 0..<12 { shields[12 * shield + row] = Self.shieldShape[row] }
        }
        shot = Missile()
        bombs = InlineArray(repeating: Missile())
        saucerHeading = 0
        untilStep = stepInterval
        untilBomb = Int32(60 + random.integers(60))
        untilSaucer = Int32(600 + random.integers(600))
    }

    /// The number of remaining invaders.
    public var count: Int { invaders.indices.reduce(0) { $0 + invaders[$1].nonzeroBitCount } }

    private var stepInterval: Int32 { max(2 + Int32(count) / 2 - min(wave, 3), 1) }

    /// Moves cannon, shot, formation, bombs and saucer, in this order.
    public mutating func act(_ action: Arcade.Action, _ random: inout PCG64) -> Int {
        clock += 1
        burstTime = max(burstTime - 1, 0)
        if recovery > 0 {
            recovery -= 1
            if recovery == 0 { cannon = Self.start }
            return 0
        }
        cannon = min(max(cannon + Int32(action.across), Self.leftmost), Self.rightmost - Self.cannonWidth)
        if action.fires, !shot.isFlying { shot = Missile(x: cannon + Self.cannonWidth / 2, y: Self.cannonY) }
        let reward = moveShot()
        points += Int32(reward)
        if count == 0 {
            wave += 1
            startWave(&random)
            return reward
        }
        moveFormation()
        moveBombs(&random)
        moveSaucer(&random)
        return reward
    }

    // MARK: The shot

    /// Moves the shot and returns what it hits.
    private mutating func moveShot() -> Int {
        guard shot.isFlying else { return 0 }
        shot.y -= Self.shotSpeed
        for y in (shot.y..<shot.y + Self.shotSpeed).reversed() {
            if wearShield(shot.x, y) {
                shot.y = -1
                return 0
            }
        }
        if let worth = strikeInvader() ?? strikeSaucer() {
            shot.y = -1
            return worth
        }
        if shot.y < Self.saucerY - Self.shotLength { shot.y = -1 }
        return 0
    }

    private mutating func strikeInvader() -> Int? {
        let (x, y) = (shot.x - formationX, shot.y - formationY)
        guard x >= 0, y >= 0 else { return nil }
        let (column, row) = (Int(x / Self.columnWidth), Int(y / Self.rowHeight))
        guard column < Self.columns, row < Self.rows, x % Self.columnWidth < Self.invaderWidth,
            y % Self.rowHeight < Self.invaderHeight, invaders[row] >> UInt8(column) & 1 == 1
        else { return nil }
        invaders[row] &= ~(1 << UInt8(column))
        burst = Missile(
            x: formationX + Int32(column) * Self.columnWidth, y: formationY + Int32(row) * Self.rowHeight)
        burstTime = 12
        return 5 * (Self.rows - row)
    }

    private mutating func strikeSaucer() -> Int? {
        guard saucerHeading != 0, shot.y < Self.saucerY + 7, saucer <= shot.x, shot.x < saucer + Self.saucerWidth
        else { return nil }
        saucerHeading = 0
        burst = Missile(x: saucer + 4, y: Self.saucerY)
        burstTime = 24
        return 200
    }

    /// Wears away the shield at a pixel and around it; returns whether there was anything to wear away.
    private mutating func wearShield(_ x: Int32, _ y: Int32) -> Bool {
        guard Self.shieldY <= y, y < Self.shieldY + Self.shieldRows else { return false }
        for shield in 0..<3 {
            let column = x - Self.shieldX[shield]
            guard 0..<16 ~= column, shields[12 * shield + Int(y - Self.shieldY)] >> UInt16(column) & 1 == 1
            else { continue }
            let worn = UInt16(truncatingIfNeeded: (UInt32(0b111) << UInt32(column)) >> 1)
            for row in max(y - 1, Self.shieldY)...min(y + 1, Self.shieldY + Self.shieldRows - 1) {
                shields[12 * shield + Int(row - Self.shieldY)] &= ~worn
            }
            return true
        }
        return false
    }

    // MARK: The invaders

    private mutating func moveFormation() {
        untilStep -= 1
        guard untilStep <= 0 else { return }
        untilStep = stepInterval
        let columns = invaders.indices.reduce(UInt8(0)) { $0 | invaders[$1] }
        let left = formationX + Int32(columns.trailingZeroBitCount) * Self.columnWidth
        let right = formationX + Int32(7 - columns.leadingZeroBitCount) * Self.columnWidth + Self.invaderWidth
        if heading > 0 ? right + 2 > Self.rightmost : left - 2 < Self.leftmost {
            heading = -heading
            formationY += Self.descent
        } else {
            formationX += 2 * heading
        }
        let lowest = Self.rows - 1 - invaders.indices.reversed().prefix { invaders[$0] == 0 }.count
        let bottom = formationY + Int32(lowest) * Self.rowHeight + Self.invaderHeight
        if bottom > Self.shieldY { crushShields() }
        if bottom >= Self.landing { cannons = 0 }
    }

    /// Removes the parts of shields that invaders walk over.
    private mutating func crushShields() {
        for row in 0..<Self.rows {
            let bottom = formationY + Int32(row) * Self.rowHeight + Self.invaderHeight
            guard bottom > Self.shieldY else { continue }
            for column in 0..<Self.columns where invaders[row] >> UInt8(column) & 1 == 1 {
                let x = formationX + Int32(column) * Self.columnWidth
                for shield in 0..<3 {
                    let offset = x - Self.shieldX[shield]
                    guard -Self.invaderWidth < offset, offset < 16 else { continue }
                    let wide = (UInt32(0xff) << UInt32(offset + 8)) >> 8
                    for line in 0..<min(Int(bottom - Self.shieldY), 12) {
                        shields[12 * shield + line] &= ~UInt16(truncatingIfNeeded: wide)
                    }
                }
            }
        }
    }

    /// When a bomb is due, samples whether it falls from the column over the cannon or another one, which one that is,
    /// and the frames until the next bomb.
    private mutating func moveBombs(_ random: inout PCG64) {
        untilBomb -= 1
        if untilBomb <= 0, let free = bombs.indices.first(where: { !bombs[$0].isFlying }) {
            let above = min(max(Int((cannon - formationX + 4) / Self.columnWidth), 0), Self.columns - 1)
            let column = random.integers(2) == 1 ? above : random.integers(Self.columns)
            untilBomb = Int32(16 + random.integers(48 - 8 * Int(min(wave, 4))))
            if let row = invaders.indices.last(where: { invaders[$0] >> UInt8(column) & 1 == 1 }) {
                bombs[free].x = formationX + Int32(column) * Self.columnWidth + Self.invaderWidth / 2
                bombs[free].y = formationY + Int32(row) * Self.rowHeight + Self.invaderHeight
            }
        }
        // One and a half pixels per frame.
        let fall = 1 + clock & 1
        for index in bombs.indices where bombs[index].isFlying {
            bombs[index].y += fall
            let end = bombs[index].y + Self.bombLength - 1
            if wearShield(bombs[index].x, end) || wearShield(bombs[index].x, end - 1) {
                bombs[index].y = -1
            } else if end >= Self.cannonY, cannon <= bombs[index].x, bombs[index].x < cannon + Self.cannonWidth {
                loseCannon()
                return
            } else if end >= Self.ground {
                bombs[index].y = -1
            }
        }
    }

    private mutating func loseCannon() {
        cannons -= 1
        recovery = Self.recoveryTime
        shot = Missile()
        bombs = InlineArray(repeating: Missile())
    }

    /// When the saucer is due, samples the side from which it comes and the frames until the next one.
    private mutating func moveSaucer(_ random: inout PCG64) {
        if saucerHeading != 0 {
            saucer += saucerHeading
            if saucer < -Self.saucerWidth || saucer > Int32(Arcade.width) { saucerHeading = 0 }
            return
        }
        untilSaucer -= 1
        guard untilSaucer <= 0 else { return }
        saucerHeading = random.integers(2) == 1 ? 1 : -1
        saucer = saucerHeading > 0 ? -Self.saucerWidth : Int32(Arcade.width)
        untilSaucer = Int32(900 + random.integers(600))
    }
}
