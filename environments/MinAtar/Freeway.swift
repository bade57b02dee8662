import Graphics
import Random

extension MinAtar {
    /// MinAtar's Freeway: lead a chicken across eight lanes of traffic as often as time allows.
    ///
    /// The reward is 1 for each crossing; a car sends the chicken back. The episode terminates after 2501 time steps.
    public struct Freeway: MinAtarGame {
        /// Chicken, cars, and the trails of cars of speeds 1 (slowest) to 5.
        public enum Channel: Int, CaseIterable, Sendable {
            case chicken, car, slowestTrail, slowTrail, mediumTrail, fastTrail, fastestTrail
        }

        /// A car in its lane.
        public struct Car: BitwiseCopyable, Sendable {
            /// Its column.
            public internal(set) var x: Int8 = 0
            /// 1...5 to the right, -5 ... -1 to the left: the car moves one column every |velocity| + 1 time steps.
            public internal(set) var velocity: Int8 = 0
            var countdown: Int8 = 0

            /// The column that it has just left, which wraps around at a border.
            var behind: Int8 { (x - velocity.signum() + 10) % 10 }

            mutating func move() {
                if countdown > 0 {
                    countdown -= 1
                } else {
                    countdown = abs(velocity)
                    x = (x + velocity.signum() + 10) % 10
                }
            }
        }

        /// The chicken's column.
        public static var column: Int8 { 4 }

        /// The chicken's row.
        public internal(set) var y: Int8 = 9
        /// The cars; the first is on row 1.
        public internal(set) var cars = InlineArray<8, Car>(repeating: Car())
        /// The remaining time steps, besides the last one.
        public internal(set) var timeLeft = 2500
        /// Whether the time is up.
        public internal(set) var isOver = false
        var moveCountdown: Int8 = 3

        public static var name: String { "Freeway" }
        public static var summary: String { "lead a chicken through the traffic" }
        /// What pays, and what ends a game.
        public static var rewards: String { "1 for each crossing within 2,500 frames." }
        /// 7: see ``Channel``.
        public static var channelCount: Int { 7 }
        /// Walking up, walking down, and neither.
        public static var minimalActions: [Action] { [.noop, .up, .down] }

        /// Makes a game, which must be started before use; it never gets harder.
        public init(rampsDifficulty _: Bool) {}

        /// Lines up the cars on the left and samples their velocities.
        public mutating func start(_ random: inout MT19937) {
            self = Freeway(rampsDifficulty: false)
            drawVelocities(&random)
        }

        /// Samples first all speeds, then all directions.
        private mutating func drawVelocities(_ random: inout MT19937) {
            for lane in cars.indices { cars[lane].velocity = Int8(1 + random.randint(5)) }
            for lane in cars.indices {
                let draw = random.rand()
                cars[lane].velocity *= draw > 0.5 ? 1 : draw < 0.5 ? -1 : 0
                cars[lane].countdown = abs(cars[lane].velocity)
            }
        }

        /// Moves the chicken, which can walk every third time step, then the cars.
        public mutating func act(_ action: Action, _ random: inout MT19937) -> Int {
            if action.down != 0 && moveCountdown == 0 {
                moveCountdown = 3
                y = (y + action.down).clamped(to: 0...MinAtar.last)
            }
            var reward = 0
            if y == 0 {
                reward = 1
                drawVelocities(&random)
                y = MinAtar.last
            }
            for lane in cars.indices {
                avoid(lane)
                cars[lane].move()
                avoid(lane)
            }
            moveCountdown.countDown()
            timeLeft -= 1
            isOver = timeLeft < 0
            return reward
        }

        /// Sends the chicken back if it and a lane's car are in the same cell.
        @inline(__always) private mutating func avoid(_ lane: Int) {
            if cars[lane].x == Self.column && y == Int8(lane) + 1 { y = MinAtar.last }
        }

        public func observe(into observation: inout MutableSpan<UInt8>) {
            Self.mark(Self.column, y, .chicken, in: &observation)
            for lane in cars.indices {
                let (car, row) = (cars[lane], Int8(lane) + 1)
                Self.mark(car.x, row, .car, in: &observation)
                let trail = Channel(rawValue: Channel.car.rawValue + Int(abs(car.velocity)))!
                Self.mark(car.behind, row, trail, in: &observation)
            }
        }
    }
}

extension MinAtar.Freeway: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&y, in: 0...MinAtar.last)
        for lane in cars.indices {
            try coder.code(&cars[lane].x, in: 0...MinAtar.last)
            try coder.code(&cars[lane].velocity, in: -5...5)
            try coder.code(&cars[lane].countdown, in: 0...5)
        }
        try coder.code(&moveCountdown, in: 0...3)
        try coder.code(&timeLeft, in: -1...2500)
        try coder.code(&isOver)
    }
}

extension MinAtar.Freeway {
    /// Draws the road, the cars (with a colour and a number of streaks for each speed) and the chicken.
    public func draw(into frame: inout Frame) {
        frame.clear(Color(hex: 0x6E8B5B))
        frame.fillGridRows(1...8, Color(hex: 0x3A3A40))
        let side = Sprite.cellSide
        for row in 2...8 {
            for column in 0..<MinAtar.side {
                frame.fillRectangle(
                    x: column * side + side / 4, y: row * side - 1, width: side / 2, height: 2, Color(hex: 0x9A9A78))
            }
        }
        for lane in cars.indices {
            let (car, row) = (cars[lane], Int8(lane) + 1)
            let speed = Int(abs(car.velocity))
            for streak in 0..<speed {
                let length = side * (3 + (streak * 3) % 4) / 8
                frame.fillRectangle(
                    x: Int(car.behind) * side + (car.velocity > 0 ? side - length : 0),
                    y: Int(row) * side + 4 + streak * 5, width: length, height: 2, Color(hex: 0x74747E))
            }
            Self.carSprites[speed].draw(car.x, row, mirrored: car.velocity < 0, into: &frame)
        }
        Self.chicken.draw(Self.column, y, into: &frame)
    }

    private static let carSprites = [0x8A8A8A, 0x5FA8E0, 0x58C08A, 0xE8C53A, 0xF0883A, 0xE04848].map { paint in
        Sprite(
            ["p": UInt32(paint), "g": 0xBFE4F5, "k": 0x0E0E10, "l": 0xFFF6C0],
            """
            ........
            .kk..kk.
            pppppppp
            ppgppgpl
            ppgppgpl
            pppppppp
            .kk..kk.
            ........
            """)
    }

    private static let chicken = Sprite(
        ["w": 0xFFFFFF, "r": 0xE03C31, "o": 0xF5A623, "k": 0x101010, "g": 0xD8D8D8],
        """
        ...rr...
        ..www...
        ..wkwoo.
        w.www...
        wwwwww..
        wggwww..
        .wwww...
        ..o.o...
        """)
}
