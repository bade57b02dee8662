import Random

extension Arcade {
    /// Freeway: bring a hen across a road of ten lanes as often as time allows.
    ///
    /// The reward is 1 for each crossing; a game lasts 8,160 frames, 2 minutes and 16 seconds. A car throws the hen
    /// back; it then tumbles for a moment, during which it can't be steered. All cars of a lane keep the speed sampled
    /// at the start.
    public struct Freeway: ArcadeGame {
        /// Cars per lane.
        public let traffic: Int

        /// The hen's top edge, in 256ths of a pixel; its left edge is at pixel 44.
        public internal(set) var hen: Int32 = Freeway.start
        /// The position of each lane's first car, the uppermost lane first, in 256ths of a pixel; the others follow at
        /// equal distances.
        public internal(set) var cars = InlineArray<10, Int32>(repeating: 0)
        /// The motion of each lane's cars to the right per frame, in 256ths of a pixel.
        public internal(set) var speeds = InlineArray<10, Int32>(repeating: 0)
        public internal(set) var crossings: Int32 = 0
        /// Frames until the game is over.
        public internal(set) var time: Int32 = Freeway.duration
        /// Frames until the hen is on its feet again.
        public internal(set) var tumble: Int32 = 0

        public static var name: String { "Freeway" }
        public static var summary: String { "bring a hen over ten lanes of traffic, again and again" }
        /// What pays, and what ends a game.
        public static var rewards: String { "1 for each crossing within 8,160 frames." }
        /// Those of Atari's Freeway.
        public static var minimalActions: [Action] { [.noop, .up, .down] }
        public static var options: [EnvironmentOption] {
            [EnvironmentOption("traffic", "cars per lane, from 1 to 3", usual: "1")]
        }

        /// Reads the traffic, by default one car per lane.
        public init(options: EnvironmentOptions) throws(EnvironmentError) {
            traffic = try options.integer("traffic", in: 1...3) ?? 1
        }

        public var lives: Int { 0 }
        public var score: Int { Int(crossings) }
        /// Whether the time is up.
        public var isOver: Bool { time == 0 }
    }
}

// In 256ths of a pixel if the type is Int32, in pixels if it is Int.
extension Arcade.Freeway {
    static let unit: Int32 = 256
    static let duration: Int32 = 8160
    static let lanes = 10
    /// The first lane's upper edge, and the lanes' height.
    static let (roadTop, laneHeight): (Int, Int) = (33, 16)
    static let (henX, henSide): (Int, Int) = (44, 8)
    static let (goal, start): (Int32, Int32) = (22 * unit, 196 * unit)
    static let henSpeed: Int32 = 256
    static let carWidth = 16
    /// The length of the circuit of cars: the screen, and a car's width beyond it.
    static let circuit: Int32 = 192 * unit
    static let tumbleTime: Int32 = 16
    static let tumbleSpeed: Int32 = 384
    /// The lanes' typical speeds: the upper five drive to the left, and the inner lanes are the fastest.
    static let usualSpeeds: [Int32] = [-160, -224, -288, -384, -576, 576, 352, 320, 208, 176]

    /// Samples, lane by lane from above, where its cars start and how their speed differs from the typical one.
    public mutating func start(_ random: inout PCG64) {
        (hen, crossings, time, tumble) = (Self.start, 0, Self.duration, 0)
        for lane in 0..<Self.lanes {
            cars[lane] = Int32(random.integers(Int(Self.circuit)))
            let usual = Self.usualSpeeds[lane]
            speeds[lane] = usual + usual / 8 * Int32(random.integers(3) - 1)
        }
    }

    /// Moves the cars, then the hen.
    public mutating func act(_ action: Arcade.Action, _ random: inout PCG64) -> Int {
        time -= 1
        for lane in 0..<Self.lanes {
            let next = cars[lane] + speeds[lane]
            cars[lane] = next < 0 ? next + Self.circuit : next >= Self.circuit ? next - Self.circuit : next
        }
        if tumble > 0 {
            tumble -= 1
            hen = min(hen + Self.tumbleSpeed, Self.start)
            return 0
        }
        hen = min(hen + Int32(action.down) * Self.henSpeed, Self.start)
        if isHit { tumble = Self.tumbleTime }
        guard hen <= Self.goal else { return 0 }
        hen = Self.start
        crossings += 1
        return 1
    }

    /// Whether a car touches the hen.
    private var isHit: Bool {
        let top = Int(hen >> 8)
        for row in [top + 1, top + Self.henSide - 2] {
            let lane = (row - Self.roadTop) / Self.laneHeight
            guard row >= Self.roadTop, lane < Self.lanes else { continue }
            let inside = row - Self.roadTop - lane * Self.laneHeight
            guard 3..<13 ~= inside else { continue }
            for car in 0..<traffic {
                let x = column(car, lane)
                if x < Self.henX + Self.henSide - 1, x + Self.carWidth > Self.henX + 1 { return true }
            }
        }
        return false
    }

    /// The left edge of a lane's car in pixels, from -16 to 175.
    func column(_ car: Int, _ lane: Int) -> Int {
        let place = cars[lane] + Int32(car) * Self.circuit / Int32(traffic)
        return Int((place >= Self.circuit ? place - Self.circuit : place) >> 8) - Self.carWidth
    }
}

extension Arcade.Freeway: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&hen, in: Self.goal...Self.start)
        try coder.code(&cars, in: 0...Self.circuit - 1)
        try coder.code(&speeds, in: -1024...1024)
        try coder.code(&crossings, in: 0...Self.duration)
        try coder.code(&time, in: 0...Self.duration)
        try coder.code(&tumble, in: 0...Self.tumbleTime)
    }
}
