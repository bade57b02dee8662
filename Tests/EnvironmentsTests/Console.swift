import Environments
import Experience
import Graphics
import Random

/// The artificial console of `make_preprocessing.py`.
struct Console: ScreenEnvironment {
    var random = PCG64(seed: 0)
    var phase = 0
    var frames = 0
    /// Whether the environment says which action presses the button.
    var hasButton = true
    /// The actions since the reset, and the number of games started.
    var played: [Int] = []
    var starts = 0

    var observationSpace: Space { .box(0...255, shape: [210, 160, 3], element: .uint8) }
    var actionSpace: Space { .discrete(3) }
    var screenSize: FrameSize { FrameSize(width: 160, height: 210) }
    var frameSize: FrameSize { screenSize }
    var framesPerSecond: Double { 60 }
    var lives: Int { max(3 - phase / 53, 0) }
    var fireAction: Int? { hasButton ? 1 : nil }

    mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: seed) }
        (phase, frames, played) = (0, 0, [])
        starts += 1
    }

    mutating func step(_ action: Int) -> Step {
        phase += 1 + action
        frames += 1
        played.append(action)
        return Step(
            reward: Double(phase % 7 - 3), terminated: lives == 0, truncated: lives > 0 && frames >= 120)
    }

    func observe(into observation: inout MutableSpan<UInt8>) { writeScreen(.color, into: &observation) }

    func writeScreen(_ form: ScreenForm, into bytes: inout MutableSpan<UInt8>) {
        for y in 0..<210 {
            for x in 0..<160 {
                for channel in 0..<form.channels {
                    let byte = byte(y, x, form == .gray ? 1 : channel)
                    bytes[(y * 160 + x) * form.channels + channel] = UInt8(truncatingIfNeeded: byte)
                }
            }
        }
    }

    private func byte(_ y: Int, _ x: Int, _ channel: Int) -> Int {
        if y < 90 { return phase * 37 + y / 7 * 61 + x / 5 * 83 + channel * 29 }
        if y < 150 { return ((x + phase) / 3 + y / 2 + channel) % 2 * 190 + 20 }
        return (x * 7919 + y * 104_729 + phase * 1_299_709 + channel * 15_485_863) >> 5
    }

    func draw(into frame: inout Frame) { frame.clear(.black) }
}

extension Console: StateCodable {
    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&random)
        try coder.code(&phase)
        try coder.code(&frames)
    }
}
