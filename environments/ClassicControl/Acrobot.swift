import CMath
import Experience
import Graphics
import Random

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Gymnasium's `Acrobot-v1`: swing two links that hang from a bar until the lower one's end is above the bar by a
/// link's length, with a torque at the joint between them.
///
/// Sutton, "Generalization in reinforcement learning: successful examples using sparse coarse coding" (1996), with the
/// equations of motion of Sutton and Barto's book. The observation is cosine and sine of the two angles (the first from
/// hanging down, the second from the first link's direction) and the two angular velocities. Each step costs 1.
@frozen public struct Acrobot: Environment, Sendable {
    // Both angles and both angular velocities, in radians and radians per second.
    @usableFromInline var state = SIMD4<Double>()
    public var random = PCG64()
    /// The bounds of the four numbers at the start.
    public let startRange: ClosedRange<Double>
    // The original observes the state of a reset in single precision.
    @usableFromInline var isAtStart = true
    // Sines and cosines of the angles, which are observed after one step and needed by the next.
    @usableFromInline var first = rv_sincos(0)
    @usableFromInline var second = rv_sincos(0)

    /// Makes an environment; reset it before use.
    ///
    /// - Parameter startRange: the bounds of both angles and both angular velocities at the start, within -π...π.
    @inlinable public init(startRange: ClosedRange<Double> = -0.1...0.1) {
        self.startRange = startRange
    }

    /// The angle of the first link from hanging down, and of the second from the first one's direction, in radians.
    @inlinable public var angles: (Double, Double) { (state[0], state[1]) }
    /// The angular velocities of the two joints, in radians per second.
    @inlinable public var angularVelocities: (Double, Double) { (state[2], state[3]) }

    /// Four cosines and sines, and two angular velocities.
    public var observationSpace: Space {
        let high = [1, 1, 1, 1, Double(Float(4 * Double.pi)), Double(Float(9 * Double.pi))]
        return .box(low: high.map { -$0 }, high: high, shape: [6], element: .float32)
    }

    /// Of the two joints.
    public var velocities: [Int] { [4, 5] }

    /// The torque: 0 for -1 N m, 1 for none, 2 for 1 N m.
    public var actionSpace: Space { .discrete(3) }

    /// Which way the joint turns.
    public var actionNames: [String] { ["clockwise", "none", "counter-clockwise"] }

    /// Draws angles and angular velocities.
    @inlinable public mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: seed) }
        for index in 0..<4 {
            state[index] = Double(Float(random.uniform(startRange.lowerBound, startRange.upperBound)))
        }
        isAtStart = true
        turn()
    }

    /// Integrates the equations of motion over 0.2 s by the classical Runge-Kutta method.
    ///
    /// The order of the operations is the original's, so that the trajectories are identical bit for bit.
    @inlinable public mutating func step(_ action: Int) -> Step {
        precondition(0 <= action && action <= 2, "Acrobot: the action \(action) is not in Discrete(3)")
        let torque = Double(action - 1)
        let slope1 = Self.slope(state, second, torque)
        let slope2 = Self.slope(state + 0.1 * slope1, torque)
        let slope3 = Self.slope(state + 0.1 * slope2, torque)
        let slope4 = Self.slope(state + 0.2 * slope3, torque)
        let slopes = ((slope1 + 2 * slope2) + 2 * slope3) + slope4
        state += (0.2 / 6) * slopes
        state[0] = Self.wrapped(state[0])
        state[1] = Self.wrapped(state[1])
        state[2] = min(max(state[2], -4 * .pi), 4 * .pi)
        state[3] = min(max(state[3], -9 * .pi), 9 * .pi)
        isAtStart = false
        turn()
        let terminated = -first.cosine - cos(state[1] + state[0]) > 1
        return Step(reward: terminated ? 0 : -1, terminated: terminated)
    }

    @inlinable @inline(__always) mutating func turn() {
        first = rv_sincos(state[0])
        second = rv_sincos(state[1])
    }

    @inlinable @inline(__always) static func wrapped(_ angle: Double) -> Double {
        var angle = angle
        while angle > .pi { angle -= 2 * .pi }
        while angle < -.pi { angle += 2 * .pi }
        return angle
    }

    @inlinable @inline(__always) static func slope(_ state: SIMD4<Double>, _ torque: Double) -> SIMD4<Double> {
        slope(state, rv_sincos(state[1]), torque)
    }

    /// The derivative of a state with respect to time; `second` is sine and cosine of its second angle.
    ///
    /// Both links have mass, length and moment of inertia 1, and their centre of mass in the middle; gravity is 9.8
    /// m/s².
    @inlinable @inline(__always) static func slope(
        _ state: SIMD4<Double>, _ second: rv_sine_and_cosine, _ torque: Double
    ) -> SIMD4<Double> {
        let (angle1, angle2, velocity1, velocity2) = (state[0], state[1], state[2], state[3])
        let inertia1 = ((0.25 + (1.25 + second.cosine)) + 1) + 1
        let inertia2 = (0.25 + 0.5 * second.cosine) + 1
        let weight2 = 4.9 * cos((angle1 + angle2) - .pi / 2)
        let coupling = -0.5 * rv_square(velocity2) * second.sine - velocity2 * velocity1 * second.sine
        let weight1 = (coupling + 14.700000000000001 * cos(angle1 - .pi / 2)) + weight2
        let acceleration2 =
            (((torque + inertia2 / inertia1 * weight1) - 0.5 * rv_square(velocity1) * second.sine) - weight2)
            / (1.25 - rv_square(inertia2) / inertia1)
        let acceleration1 = -(inertia2 * acceleration2 + weight1) / inertia1
        return SIMD4(velocity1, velocity2, acceleration1, acceleration2)
    }

    @inlinable public func observe(into observation: inout MutableSpan<Float>) {
        precondition(observation.count == 6, "Acrobot: an observation has 6 elements, not \(observation.count)")
        if isAtStart {
            let (first, second) = (SinglePrecision.sincos(Float(state[0])), SinglePrecision.sincos(Float(state[1])))
            observation[0] = first.cosine
            observation[1] = first.sine
            observation[2] = second.cosine
            observation[3] = second.sine
        } else {
            observation[0] = Float(first.cosine)
            observation[1] = Float(first.sine)
            observation[2] = Float(second.cosine)
            observation[3] = Float(second.sine)
        }
        observation[4] = Float(state[2])
        observation[5] = Float(state[3])
    }
}

extension Acrobot: StateCodable {
    // Angles are wrapped and velocities clipped in every step; a start is rounded to single precision.
    private static let ranges = [.pi, .pi, 4 * .pi, 9 * .pi].map { (limit: Double) in
        -max(limit, Double(Float(limit)))...max(limit, Double(Float(limit)))
    }

    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        for index in 0..<4 { try coder.code(&state[index], in: Self.ranges[index]) }
        try coder.code(&isAtStart)
        try coder.code(&random)
        turn()
    }
}

extension Acrobot {
    public var frameSize: FrameSize { FrameSize(width: 500, height: 500) }

    /// 15, like the original.
    public var framesPerSecond: Double { 15 }

    /// Draws the bar, the height to reach, and the two links.
    public func draw(into frame: inout Frame) {
        frame.clear(.white)
        let scale = 500 / 4.4
        let bar = Point(x: 250, y: 250)
        let sum = rv_sincos(state[0] + state[1])
        let elbow = Point(x: bar.x + scale * first.sine, y: bar.y + scale * first.cosine)
        let hand = Point(x: elbow.x + scale * sum.sine, y: elbow.y + scale * sum.cosine)
        let goal = bar.y - scale
        for dash in 0..<20 {
            let start = Double(dash) * 25 + 5
            frame.drawLine(
                from: Point(x: start, y: goal), to: Point(x: start + 15, y: goal), width: 3, Color(hex: 0x2E9E5B))
        }
        frame.drawLine(from: Point(x: 0, y: bar.y), to: Point(x: 500, y: bar.y), width: 2, Color(hex: 0xB8B8C0))
        for (from, to) in [(bar, elbow), (elbow, hand)] {
            frame.drawLine(from: from, to: to, width: 20, Color(hex: 0x2FA8B5))
        }
        for joint in [bar, elbow] {
            frame.fillCircle(centerX: joint.x, centerY: joint.y, radius: 12, Color(hex: 0xD9C53B))
            frame.fillCircle(centerX: joint.x, centerY: joint.y, radius: 4, Color(hex: 0x26262B))
        }
        frame.fillCircle(centerX: hand.x, centerY: hand.y, radius: 10, Color(hex: 0x1E7480))
    }
}

extension Acrobot {
    static let entries = [
        EnvironmentEntry(
            "Acrobot-v1", "swing two links up by the joint between them", stepLimit: 500, rewardThreshold: -100,
            rewards: "-1 per step, 0 when the tip passes the line.",
            options: EnvironmentOption.startRange(of: "angles and velocities", usual: usualStart)
        ) { request in
            let startRange = try request.options.startRange(usual: usualStart, in: -Double.pi...Double.pi)
            return try request.batch { Acrobot(startRange: startRange) }
        }
    ]

    private static let usualStart = -0.1...0.1
}
