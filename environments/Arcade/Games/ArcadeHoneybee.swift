import Random

extension Arcade {
    /// Honeybee: gather pollen from flowers in bloom and carry it to the hive, past the wasps and before the day ends.
    ///
    /// The bee flies where the stick points and drifts on. A flower gives one load of pollen, worth 1 at once. The hive
    /// pays the square of the number of loads, at most five, but each load makes the bee slower. A wasp that touches it
    /// costs one of three lives and the loads. A day lasts 45 seconds, as the sun shows; a day with fewer loads
    /// delivered than required, as the jar shows, also costs a life. The next day requires more and has more and faster
    /// wasps.
    public struct Honeybee: ArcadeGame {
        /// A wasp, or the frames until it comes.
        public struct Wasp: Hashable, Sendable, BitwiseCopyable {
            /// Its position and motion per frame.
            public internal(set) var body = Mover()
            /// Frames until it comes; 0 if it is flying.
            public internal(set) var wait: Int32 = 0
        }

        /// The bee: its top left corner and its motion per frame, in 256ths of a pixel.
        public internal(set) var bee = Mover()
        /// The loads of pollen that it carries, 0...5.
        public internal(set) var loads: Int32 = 0
        /// The frames for which each flower remains in bloom; below 0, the frames until it blooms.
        public internal(set) var flowers = InlineArray<7, Int32>(repeating: -1)
        /// The wasps, of which as many fly as the day has.
        public internal(set) var wasps = InlineArray<4, Wasp>(repeating: Wasp())
        /// The remaining bees, including the current one.
        public internal(set) var bees: Int32 = 3
        public internal(set) var points: Int32 = 0
        /// The number of days that have passed.
        public internal(set) var day: Int32 = 0
        /// The remaining frames of the day.
        public internal(set) var daylight: Int32 = Honeybee.dayLength
        /// Loads delivered today.
        public internal(set) var delivered: Int32 = 0
        /// Frames for which wasps ignore the bee.
        public internal(set) var grace: Int32 = 0

        public static var name: String { "Honeybee" }
        public static var summary: String { "carry pollen to the hive past the wasps; three lives" }
        /// What pays, and what ends a game.
        public static var rewards: String {
            "1 for each load of pollen, and the square of the number of loads at the hive; a wasp costs a life."
        }
        /// The stick in all directions.
        public static var minimalActions: [Action] {
            [.noop, .up, .right, .left, .down, .upRight, .upLeft, .downRight, .downLeft]
        }

        public init(options: EnvironmentOptions) throws(EnvironmentError) {}

        public var lives: Int { Int(bees) }
        public var score: Int { Int(points) }
        /// Whether no bee is left.
        public var isOver: Bool { bees == 0 }

        /// The loads that the day requires.
        public var quota: Int { Int(min(5 + 2 * day, 15)) }
        /// The number of wasps of the day.
        public var waspCount: Int { Int(min(1 + day, 4)) }
    }
}

// In 256ths of a pixel if the type is Int32, in pixels if it is Int.
extension Arcade.Honeybee {
    static let unit: Int32 = 256
    static let dayLength: Int32 = 2700
    static let mostLoads: Int32 = 5
    static let (beeWidth, beeHeight): (Int, Int) = (10, 8)
    static let (waspWidth, waspHeight): (Int, Int) = (10, 7)
    static let (ceiling, meadow): (Int, Int) = (18, 196)
    /// The hive, and where a bee starts.
    static let (hiveX, hiveY, hiveWidth, hiveHeight): (Int, Int, Int, Int) = (8, 44, 24, 26)
    static let home = Arcade.Mover(x: 36 * unit, y: 54 * unit)
    /// The left edges and tops of the flower heads, which are nine pixels wide and high.
    static let flowerX: InlineArray<7, Int> = [12, 34, 55, 77, 99, 121, 143]
    static let flowerY: InlineArray<7, Int> = [158, 132, 165, 146, 120, 160, 138]
    static let flowerSide = 9
    static let graceTime: Int32 = 90

    /// Starts the first day.
    public mutating func start(_ random: inout PCG64) {
        self = Arcade.Honeybee()
        startDay(&random)
    }

    /// Samples when each flower blooms, then when each wasp comes.
    private mutating func startDay(_ random: inout PCG64) {
        daylight = Self.dayLength
        delivered = 0
        settleBee()
        for flower in flowers.indices { flowers[flower] = -Int32(random.integers(360)) }
        for wasp in wasps.indices {
            wasps[wasp] = Wasp(wait: Int32(90 + random.integers(120)))
        }
    }

    private mutating func settleBee() {
        bee = Self.home
        loads = 0
        grace = Self.graceTime
    }

    /// Advances the clocks of flowers and day, then moves the bee and the wasps.
    public mutating func act(_ action: Arcade.Action, _ random: inout PCG64) -> Int {
        grace = max(grace - 1, 0)
        tendFlowers(&random)
        fly(action)
        let reward = gather(&random) + deliver()
        points += Int32(reward)
        moveWasps(&random)
        daylight -= 1
        if daylight == 0 { endDay(&random) }
        return reward
    }

    private mutating func endDay(_ random: inout PCG64) {
        if delivered < quota { bees -= 1 }
        guard bees > 0 else { return }
        day += 1
        startDay(&random)
    }

    /// A withered flower samples how long it stays a bud; one that opens samples how long it blooms.
    private mutating func tendFlowers(_ random: inout PCG64) {
        for flower in flowers.indices {
            if flowers[flower] > 0 {
                flowers[flower] -= 1
                if flowers[flower] == 0 { flowers[flower] = -Int32(120 + random.integers(240)) }
            } else {
                flowers[flower] += 1
                if flowers[flower] >= 0 { flowers[flower] = Int32(360 + random.integers(360)) }
            }
        }
    }

    /// The stick accelerates and the air brakes: the top speed is one and a half pixels per frame, a good half of that
    /// with five loads.
    private mutating func fly(_ action: Arcade.Action) {
        let push = 24 - 3 * loads
        bee.across += Int32(action.across) * push - bee.across / 16
        bee.down += Int32(action.down) * push - bee.down / 16
        bee.move()
        keep(&bee.x, &bee.across, 0, Arcade.width - Self.beeWidth)
        keep(&bee.y, &bee.down, Self.ceiling, Self.meadow - Self.beeHeight)
    }

    /// Stops at a border.
    private func keep(_ place: inout Int32, _ way: inout Int32, _ low: Int, _ high: Int) {
        let inside = min(max(place, Int32(low) * Self.unit), Int32(high) * Self.unit)
        if inside != place { (place, way) = (inside, 0) }
    }

    private func touches(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> Bool {
        bee.column < x + width && x < bee.column + Self.beeWidth && bee.row < y + height
            && y < bee.row + Self.beeHeight
    }

    /// Takes the pollen of a flower, which then samples how long it stays a bud.
    private mutating func gather(_ random: inout PCG64) -> Int {
        var gathered = 0
        for flower in flowers.indices where flowers[flower] > 0 && loads < Self.mostLoads {
            if touches(Self.flowerX[flower], Self.flowerY[flower], Self.flowerSide, Self.flowerSide) {
                flowers[flower] = -Int32(120 + random.integers(240))
                loads += 1
                gathered += 1
            }
        }
        return gathered
    }

    private mutating func deliver() -> Int {
        guard loads > 0, touches(Self.hiveX, Self.hiveY, Self.hiveWidth, Self.hiveHeight) else { return 0 }
        defer { loads = 0 }
        delivered += loads
        return Int(loads * loads)
    }

    /// A wasp that comes samples its side and its height; one that has left samples how long it stays away.
    private mutating func moveWasps(_ random: inout PCG64) {
        for index in 0..<waspCount {
            var wasp = wasps[index]
            if wasp.wait > 0 {
                wasp.wait -= 1
                if wasp.wait == 0 { wasp.body = arrival(&random) }
            } else {
                // It aims for the bee's height, not for the bee, so that it can be avoided.
                let pull: Int32 = bee.y > wasp.body.y ? 4 : -4
                wasp.body.down = min(max(wasp.body.down + pull, -112), 112)
                wasp.body.move()
                if wasp.body.column < -Self.waspWidth || wasp.body.column > Arcade.width {
                    wasp.wait = Int32(60 + random.integers(180))
                }
            }
            wasps[index] = wasp
            let (x, y) = (wasp.body.column, wasp.body.row)
            if wasp.wait == 0, grace == 0, touches(x + 1, y + 1, Self.waspWidth - 2, Self.waspHeight - 2) {
                bees -= 1
                settleBee()
            }
        }
    }

    private func arrival(_ random: inout PCG64) -> Arcade.Mover {
        let speed = min(192 + 32 * day, 384)
        let isFromLeft = random.integers(2) == 1
        return Arcade.Mover(
            x: Int32(isFromLeft ? -Self.waspWidth : Arcade.width) * Self.unit,
            y: Int32(Self.ceiling + 10 + random.integers(130)) * Self.unit, across: isFromLeft ? speed : -speed)
    }
}

extension Arcade.Honeybee.Wasp: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try body.codeState(with: &coder)
        try coder.code(&wait, in: 0...1000)
    }
}

extension Arcade.Honeybee: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try bee.codeState(with: &coder)
        try coder.code(&loads, in: 0...Self.mostLoads)
        try coder.code(&flowers, in: -1000...1000)
        for index in wasps.indices { try wasps[index].codeState(with: &coder) }
        try coder.code(&bees, in: 0...3)
        try coder.code(&points, in: 0...1_000_000_000)
        try coder.code(&day, in: 0...1_000_000)
        try coder.code(&daylight, in: 0...Self.dayLength)
        try coder.code(&delivered, in: 0...Self.dayLength)
        try coder.code(&grace, in: 0...Self.graceTime)
    }
}
