import Environments
import Experience
import Graphics
import Random

/// A ball falls through an image of 8 × 8 pixels, straight or diagonally, and a paddle of three pixels should catch it:
/// reward 1 or -1. An observation is the last two images, which are needed to see the ball's direction.
struct Catch: Environment, StateCodable {
    static let side = 8
    private var random = PCG64(seed: 0)
    private var row = 0, column = 0, drift = 0, paddle = 0
    /// Pixels × 2, the older image first.
    private var pictures = [UInt8](repeating: 0, count: side * side * 2)

    var observationSpace: Space { .box(0...255, shape: [Self.side, Self.side, 2], element: .uint8) }
    var actionSpace: Space { .discrete(3) }
    var stackedFrames: Int { 2 }
    var frameSize: FrameSize { FrameSize(width: 1, height: 1) }

    mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: seed) }
        (row, column, drift) = (0, Int(random.integers(Self.side)), Int(random.integers(3)) - 1)
        paddle = 1 + Int(random.integers(Self.side - 2))
        show()
        show()
    }

    mutating func step(_ action: Int) -> Step {
        paddle = min(max(paddle + action - 1, 1), Self.side - 2)
        row += 1
        if !(0..<Self.side ~= column + drift) { drift = -drift }
        column += drift
        show()
        guard row == Self.side - 1 else { return Step(reward: 0) }
        return Step(reward: abs(column - paddle) <= 1 ? 1 : -1, terminated: true)
    }

    private mutating func show() {
        for pixel in 0..<Self.side * Self.side {
            pictures[2 * pixel] = pictures[2 * pixel + 1]
            pictures[2 * pixel + 1] = 0
        }
        for place in paddle - 1...paddle + 1 { pictures[2 * ((Self.side - 1) * Self.side + place) + 1] = 128 }
        pictures[2 * (row * Self.side + column) + 1] = 255
    }

    func observe(into observation: inout MutableSpan<UInt8>) {
        for place in pictures.indices { observation[place] = pictures[place] }
    }

    func draw(into frame: inout Frame) {}

    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&random)
        try coder.code(&row, in: 0...Self.side - 1)
        try coder.code(&column, in: 0...Self.side - 1)
        try coder.code(&drift, in: -1...1)
        try coder.code(&paddle, in: 1...Self.side - 2)
        try coder.code(&pictures)
    }
}
