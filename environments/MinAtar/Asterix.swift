import Graphics
import Random

extension MinAtar {
    /// MinAtar's Asterix: collect the gold that crosses the field in eight lanes, and avoid the enemies.
    ///
    /// The reward is 1 for each gold; an enemy's touch ends the episode.
    public struct Asterix: MinAtarGame {
        /// Player, enemies, trails of things, gold.
        public enum Channel: Int, CaseIterable, Sendable {
            case player, enemy, trail, gold
        }

        /// A thing that travels in a lane.
        public struct Thing: BitwiseCopyable, Sendable {
            /// Its column.
            public internal(set) var x: Int8 = 0
            /// 1 to the right, -1 to the left; 0 if the lane is empty.
            public internal(set) var direction: Int8 = 0
            /// Whether it is gold; an enemy otherwise.
            public internal(set) var isGold = false

            var isThere: Bool { direction != 0 }
        }

        /// The player's column.
        public internal(set) var x: Int8 = 5
        /// The player's row, 1...8.
        public internal(set) var y: Int8 = 5
        /// The lanes; the first is row 1.
        public internal(set) var lanes = InlineArray<8, Thing>(repeating: Thing())
        /// The intervals between things and between their moves.
        public internal(set) var ramp: Ramp
        /// Whether an enemy has touched the player.
        public internal(set) var isOver = false
        var spawnCountdown: Int8 = 10
        var moveCountdown: Int8 = 5
        var rampCountdown: Int8 = 100

        public static var name: String { "Asterix" }
        public static var summary: String { "collect gold and avoid enemies" }
        /// What pays, and what ends a game.
        public static var rewards: String { "1 for each piece of gold. Touching an enemy ends the game." }
        /// 4: see ``Channel``.
        public static var channelCount: Int { 4 }
        /// Moving in four directions, and not moving.
        public static var minimalActions: [Action] { [.noop, .left, .up, .right, .down] }
        /// How often the game has become harder.
        public var difficulty: Int? { ramp.difficulty }

        /// Makes a game; start it before use.
        public init(rampsDifficulty: Bool) {
            ramp = Ramp(isOn: rampsDifficulty, spawnInterval: 10, moveInterval: 5, shortestMoveInterval: 1)
        }

        /// Empties the lanes and puts the player in the middle. Uses no random numbers.
        public mutating func start(_: inout MT19937) {
            self = Asterix(rampsDifficulty: ramp.isOn)
        }

        /// Lets things appear, moves the player, then the things; contacts count after either move.
        public mutating func act(_ action: Action, _ random: inout MT19937) -> Int {
            if spawnCountdown == 0 {
                spawn(&random)
                spawnCountdown = ramp.spawnInterval
            }
            x = (x + action.across).clamped(to: 0...MinAtar.last)
            y = (y + action.down).clamped(to: 1...8)
            var reward = touch()
            if moveCountdown == 0 {
                moveCountdown = ramp.moveInterval
                moveThings()
                reward += touch()
            }
            spawnCountdown -= 1
            moveCountdown -= 1
            if ramp.canRise {
                rampCountdown -= 1
                if rampCountdown < -1 {
                    ramp.rise()
                    rampCountdown = 100
                }
            }
            return reward
        }

        /// Puts a thing in one of the empty lanes.
        private mutating func spawn(_ random: inout MT19937) {
            let comesFromLeft = random.rand() < 0.5
            let isGold = random.rand() < 1.0 / 3
            var empty = 0
            for lane in lanes.indices where !lanes[lane].isThere { empty += 1 }
            if empty == 0 { return }
            var place = random.randint(empty)
            for lane in lanes.indices where !lanes[lane].isThere {
                if place == 0 {
                    lanes[lane] = Thing(
                        x: comesFromLeft ? 0 : MinAtar.last, direction: comesFromLeft ? 1 : -1, isGold: isGold)
                    return
                }
                place -= 1
            }
        }

        private mutating func moveThings() {
            for lane in lanes.indices {
                lanes[lane].x += lanes[lane].direction
                if !lanes[lane].x.isInGrid { lanes[lane] = Thing() }
            }
        }

        /// Takes the gold in the player's cell, or ends the episode if there is an enemy; returns the reward.
        private mutating func touch() -> Int {
            let thing = lanes[Int(y) - 1]
            guard thing.isThere && thing.x == x else { return 0 }
            if !thing.isGold {
                isOver = true
                return 0
            }
            lanes[Int(y) - 1] = Thing()
            return 1
        }

        public func observe(into observation: inout MutableSpan<UInt8>) {
            Self.mark(x, y, .player, in: &observation)
            for lane in lanes.indices {
                let (thing, row) = (lanes[lane], Int8(lane) + 1)
                guard thing.isThere else { continue }
                Self.mark(thing.x, row, thing.isGold ? .gold : .enemy, in: &observation)
                let behind = thing.x - thing.direction
                if behind.isInGrid { Self.mark(behind, row, .trail, in: &observation) }
            }
        }
    }
}

extension MinAtar.Asterix: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&x, in: 0...MinAtar.last)
        try coder.code(&y, in: 1...8)
        for lane in lanes.indices {
            try coder.code(&lanes[lane].x, in: 0...MinAtar.last)
            try coder.code(&lanes[lane].direction, in: -1...1)
            try coder.code(&lanes[lane].isGold)
        }
        try ramp.codeState(with: &coder)
        try coder.code(&spawnCountdown, in: 0...10)
        try coder.code(&moveCountdown, in: 0...5)
        try coder.code(&rampCountdown, in: -1...100)
        try coder.code(&isOver)
    }
}

extension MinAtar.Asterix {
    /// Draws the lanes, a Gaul with a winged helmet, coins and red enemies.
    public func draw(into frame: inout Frame) {
        frame.clear(Color(hex: 0x10182E))
        for row in 1...8 { frame.fillGridRows(row...row, Color(hex: row % 2 == 0 ? 0x1F2B4D : 0x253459)) }
        for lane in lanes.indices where lanes[lane].isThere {
            let (thing, row) = (lanes[lane], Int8(lane) + 1)
            Self.dust.draw(thing.x - thing.direction, row, mirrored: thing.direction < 0, into: &frame)
            (thing.isGold ? Self.coin : Self.enemy).draw(thing.x, row, into: &frame)
        }
        Self.gaul.draw(x, y, into: &frame)
    }

    private static let gaul = Sprite(
        ["w": 0xFFFFFF, "h": 0x9AA3AE, "s": 0xF2C9A0, "m": 0xE8B923, "r": 0xC8372D, "k": 0x101010],
        """
        w......w
        ww.hh.ww
        .whhhhw.
        ..sksk..
        .mmssmm.
        .skkkks.
        ..rrrr..
        ..r..r..
        """)

    private static let enemy = Sprite(
        ["r": 0xD8382F, "w": 0xFFFFFF, "k": 0x200808],
        """
        r......r
        rr.rr.rr
        .rrrrrr.
        rwkrrwkr
        rrrrrrrr
        .rkkkkr.
        .rr..rr.
        r......r
        """)

    private static let coin = Sprite(
        ["o": 0xB8860B, "y": 0xF2C94C, "w": 0xFFF3B8],
        """
        ..oooo..
        .oyyyyo.
        oywwyyyo
        oywyyoyo
        oywyyoyo
        oyyyooyo
        .oyyyyo.
        ..oooo..
        """)

    private static let dust = Sprite(
        ["d": 0x5D6E96],
        """
        ........
        ....dd..
        ........
        .dd..ddd
        ........
        ...ddd..
        ......d.
        ........
        """)
}
