/// How Asterix and Seaquest get harder: things appear and move at ever shorter intervals.
public struct Ramp: BitwiseCopyable, Sendable {
    /// Time steps between the appearances of things.
    public internal(set) var spawnInterval: Int8
    /// Time steps between the moves of a thing.
    public internal(set) var moveInterval: Int8
    /// How often the game has become harder in this episode.
    public internal(set) var difficulty = 0

    let isOn: Bool
    private let shortestMoveInterval: Int8
    private let slowest: (spawn: Int8, move: Int8)

    init(isOn: Bool, spawnInterval: Int8, moveInterval: Int8, shortestMoveInterval: Int8) {
        self.isOn = isOn
        self.spawnInterval = spawnInterval
        self.moveInterval = moveInterval
        self.shortestMoveInterval = shortestMoveInterval
        slowest = (spawnInterval, moveInterval)
    }

    /// Whether the game can become harder still.
    var canRise: Bool { isOn && (spawnInterval > 1 || moveInterval > shortestMoveInterval) }

    /// Makes the game harder: things appear more often each time, and move more often every other time.
    mutating func rise() {
        if moveInterval > shortestMoveInterval && difficulty & 1 == 1 { moveInterval -= 1 }
        if spawnInterval > 1 { spawnInterval -= 1 }
        difficulty += 1
    }
}

extension Ramp: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&spawnInterval, in: 1...slowest.spawn)
        try coder.code(&moveInterval, in: shortestMoveInterval...slowest.move)
        try coder.code(&difficulty, in: 0...100)
    }
}
