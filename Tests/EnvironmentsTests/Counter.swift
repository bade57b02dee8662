import Environments
import Experience
import Graphics

/// A trivial world: it counts steps, ends at `length`, and rewards with the count.
struct Counter: Environment, StateCodable {
    var length = 5
    var actionCount = 2
    var value: UInt8 = 0

    var observationSpace: Space { .box(0...255, shape: [2], element: .uint8) }
    var actionSpace: Space { .discrete(actionCount) }
    var frameSize: FrameSize { FrameSize(width: 2, height: 1) }

    mutating func reset(seed: UInt64?) { value = UInt8(seed ?? 100) }

    mutating func step(_ action: Int) -> Step {
        value += 1
        return Step(reward: Double(action), terminated: Int(value) % length == 0)
    }

    func observe(into observation: inout MutableSpan<UInt8>) {
        observation[0] = value
        observation[1] = 255 - value
    }

    func draw(into frame: inout Frame) { frame.clear(Color(hex: UInt32(value))) }

    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) { try coder.code(&value) }
}

/// A world that takes a number and cannot be saved.
struct Lever: Environment {
    var position: Float = 0

    var observationSpace: Space { .box(-10...10, shape: [1]) }
    var actionSpace: Space { .box(-1...1, shape: [1]) }
    var frameSize: FrameSize { FrameSize(width: 1, height: 1) }

    mutating func reset(seed: UInt64?) { position = 0 }
    mutating func step(_ action: Float) -> Step {
        position += action
        return Step(reward: Double(position))
    }
    func observe(into observation: inout MutableSpan<Float>) { observation[0] = position }
    func draw(into frame: inout Frame) {}
}
