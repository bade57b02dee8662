import Environments
import Experience
import Graphics

/// Five rows of four pixels whose colours follow from the step; ten steps per episode. The same as in make_wrappers.py.
struct Pictures: Environment, StateCodable {
    var time = 0

    var observationSpace: Space { .box(0...255, shape: [5, 4, 3], element: .uint8) }
    var actionSpace: Space { .discrete(2) }
    var frameSize: FrameSize { FrameSize(width: 4, height: 5) }

    mutating func reset(seed: UInt64?) { time = 0 }

    mutating func step(_ action: Int) -> Step {
        time += 1 + action
        return Step(reward: 1, terminated: time >= 10)
    }

    func observe(into observation: inout MutableSpan<UInt8>) {
        for y in 0..<5 {
            for x in 0..<4 {
                for channel in 0..<3 { observation[(y * 4 + x) * 3 + channel] = level(y, x, channel) }
            }
        }
    }

    private func level(_ y: Int, _ x: Int, _ channel: Int) -> UInt8 {
        UInt8((time * 37 + y * 61 + x * 83 + channel * 29) % 256)
    }

    func draw(into frame: inout Frame) {
        for y in 0..<5 {
            for x in 0..<4 { frame[x, y] = Color(red: level(y, x, 0), green: level(y, x, 1), blue: level(y, x, 2)) }
        }
    }

    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&time, in: 0...20)
    }
}

/// A world that takes a number in -2.5...7 and observes it.
struct Dial: Environment, StateCodable {
    var position: Float = 0

    var observationSpace: Space { .box(-1e6...1e6, shape: [1]) }
    var actionSpace: Space { .box(-2.5...7, shape: [1]) }
    var frameSize: FrameSize { FrameSize(width: 1, height: 1) }

    mutating func reset(seed: UInt64?) { position = 0 }

    mutating func step(_ action: Float) -> Step {
        position = action
        return Step(reward: Double(action))
    }

    func observe(into observation: inout MutableSpan<Float>) { observation[0] = position }
    func draw(into frame: inout Frame) { frame.clear(.black) }

    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) { try coder.code(&position) }
}
