import Environments
import Experience
import Graphics
import Random

/// An environment of one's own: a craft falls from a random height and must touch the ground slowly.
///
/// Observation: height in 0…1.5, velocity. Actions: 0 falls, 1 burns. Each burn costs 0.01; touching the ground gives
/// 1 below a speed of 0.15, less the faster it is. Leaving upwards ends the episode with −1.
struct Lander: Environment {
    private var height = 1.0
    private var velocity = 0.0
    private var isBurning = false
    private var random = PCG64(seed: 0)

    var observationSpace: Space { .box(low: [0, -5], high: [1.5, 5], shape: [2], element: .float32) }
    var actionSpace: Space { .discrete(2) }
    var actionNames: [String] { ["fall", "burn"] }

    mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: seed) }
        height = random.uniform(0.8, 1.2)
        velocity = random.uniform(-0.1, 0.1)
        isBurning = false
    }

    mutating func step(_ action: Int) -> Step {
        isBurning = action == 1
        velocity += isBurning ? 0.03 : -0.02
        height += 0.1 * velocity
        let cost = isBurning ? 0.01 : 0
        if height > 0, height <= 1.5 { return Step(reward: -cost) }
        // The last observation is in the space too.
        height = min(max(0, height), 1.5)
        if height > 0 { return Step(reward: -1 - cost, terminated: true) }
        return Step(reward: min(1, 1.15 + velocity) - cost, terminated: true)
    }

    func observe(into observation: inout MutableSpan<Float>) {
        observation[0] = Float(height)
        observation[1] = Float(velocity)
    }

    var frameSize: FrameSize { FrameSize(width: 200, height: 300) }

    func draw(into frame: inout Frame) {
        frame.clear(Color(hex: 0x10_1828))
        frame.fillRectangle(x: 0, y: 280, width: 200, height: 20, Color(hex: 0x47_5467))
        let y = 280 - height / 1.5 * 280
        let hull = [(100, -24), (110, 0), (90, 0)].map { Point(x: Double($0.0), y: y + Double($0.1)) }
        frame.fillPolygon(hull, .white)
        if isBurning { frame.fillCircle(centerX: 100, centerY: y + 4, radius: 5, Color(hex: 0xFD_B0_22)) }
    }
}
