import CMath
import Experience
import Graphics
import Random

/// Gymnasium's `Pendulum-v1`: swing a pendulum up and hold it there, by a torque at its axle.
///
/// The observation is the angle's cosine and sine (1, 0 is upright) and the angular velocity (-8...8 rad/s). An action
/// is a torque in -2...2 N m. The reward is the negative of a cost: the square of the angle, a tenth of the square of
/// the velocity and a thousandth of the square of the torque. Episodes end only at their time limit.
@frozen public struct Pendulum: Environment, Sendable {
    /// Angle, in radians from upright, counter-clockwise; never wrapped.
    public private(set) var angle = 0.0
    /// Angular velocity, in radians per second.
    public private(set) var angularVelocity = 0.0
    /// The torque of the last step, for drawing.
    public private(set) var torque: Float = 0
    public var random = PCG64()
    /// The angle at the start is sampled between minus and plus this.
    public let startAngle: Double
    /// The angular velocity at the start is sampled between minus and plus this.
    public let startVelocity: Double
    /// The acceleration of gravity, in m/s².
    public let gravity: Double
    // Sine and cosine of `angle`, which are observed after one step and needed by the next.
    private var turn = rv_sincos(0)

    /// Makes an environment; reset it before use.
    ///
    /// - Parameters:
    ///   - startAngle: the largest angle at the start, not negative.
    ///   - startVelocity: the largest angular velocity at the start, 0...8.
    ///   - gravity: the acceleration of gravity, in m/s².
    public init(startAngle: Double = .pi, startVelocity: Double = 1, gravity: Double = 10) {
        self.startAngle = startAngle
        self.startVelocity = startVelocity
        self.gravity = gravity
    }

    /// Cosine, sine and angular velocity.
    public var observationSpace: Space {
        .box(low: [-1, -1, -8], high: [1, 1, 8], shape: [3], element: .float32)
    }

    /// The angular velocity.
    public var velocities: [Int] { [2] }

    /// The torque.
    public var actionSpace: Space { .box(-2...2, shape: [1]) }

    /// Samples the angle and the angular velocity.
    public mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: seed) }
        angle = random.uniform(-startAngle, startAngle)
        angularVelocity = random.uniform(-startVelocity, startVelocity)
        torque = 0
        turn = rv_sincos(angle)
    }

    /// Integrates the equation of motion over 0.05 s; a torque beyond the bounds is clipped, as in the original.
    ///
    /// The order of the operations is the original's, so that the trajectories are identical bit for bit.
    public mutating func step(_ action: Float) -> Step {
        precondition(!action.isNaN, "Pendulum: the action is not a number")
        let action = min(max(action, -2), 2)
        let effort = 0.001 * rv_square_single(action)
        let cost = (rv_square(fromUpright) + 0.1 * rv_square(angularVelocity)) + Double(effort)
        let acceleration = 3 * gravity / 2 * turn.sine + Double(3 * action)
        angularVelocity = min(max(angularVelocity + acceleration * 0.05, -8), 8)
        angle += angularVelocity * 0.05
        torque = action
        turn = rv_sincos(angle)
        return Step(reward: -cost)
    }

    /// The angle, wrapped to -π...<π.
    private var fromUpright: Double {
        let rest = (angle + .pi).truncatingRemainder(dividingBy: 2 * .pi)
        return (rest < 0 ? rest + 2 * .pi : rest) - .pi
    }

    public func observe(into observation: inout MutableSpan<Float>) {
        precondition(observation.count == 3, "Pendulum: an observation has 3 elements, not \(observation.count)")
        observation[0] = Float(turn.cosine)
        observation[1] = Float(turn.sine)
        observation[2] = Float(angularVelocity)
    }
}

extension Pendulum: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        // Velocities are clipped in every step. Angles are never wrapped, but beyond this a step changes nothing.
        try coder.code(&angle, in: -1e15...1e15)
        try coder.code(&angularVelocity, in: -8...8)
        try coder.code(&torque, in: -2...2)
        try coder.code(&random)
        turn = rv_sincos(angle)
    }
}

extension Pendulum {
    public var frameSize: FrameSize { FrameSize(width: 500, height: 500) }

    /// Draws the rod, its axle, and an arrow about it for the torque.
    public func draw(into frame: inout Frame) {
        frame.clear(.white)
        let (axle, length) = (Point(x: 250, y: 250), 190.0)
        let bob = Point(x: axle.x - length * turn.sine, y: axle.y - length * turn.cosine)
        for end in [axle, bob] {
            frame.fillCircle(centerX: end.x, centerY: end.y, radius: 22, Color(hex: 0xCC4D4D))
        }
        frame.drawLine(from: axle, to: bob, width: 44, Color(hex: 0xCC4D4D))
        frame.fillCircle(centerX: axle.x, centerY: axle.y, radius: 9, Color(hex: 0x26262B))
        if torque != 0 { drawTorque(about: axle, into: &frame) }
    }

    /// An arc from the top in the direction of the torque, whose length shows its size.
    private func drawTorque(about axle: Point, into frame: inout Frame) {
        let (radius, color) = (52.0, Color(hex: 0x2F5FB3))
        // A positive torque turns counter-clockwise, the direction in which angles grow.
        let sweep = Double(torque) / 2 * 2.4
        func point(_ angle: Double, _ radius: Double) -> Point {
            let turn = rv_sincos(angle)
            return Point(x: axle.x - radius * turn.sine, y: axle.y - radius * turn.cosine)
        }
        let steps = 24
        let arc = (0...steps).map { point(sweep * Double($0) / Double(steps), radius) }
        for (from, to) in zip(arc, arc.dropFirst()) { frame.drawLine(from: from, to: to, width: 5, color) }
        let tip = sweep + (sweep < 0 ? -0.3 : 0.3)
        frame.fillPolygon([point(sweep, radius - 12), point(tip, radius), point(sweep, radius + 12)], color)
    }
}

extension Pendulum {
    static let entries = [
        EnvironmentEntry(
            "Pendulum-v1", "swing a pendulum up and hold it there", stepLimit: 200,
            rewards:
                "at each step, minus the squared angle, a tenth of the squared speed and a thousandth of the squared "
                + "torque.",
            options: [
                EnvironmentOption("g", "the acceleration of gravity, in m/s²", usual: "10"),
                EnvironmentOption("x_init", "the largest angle at the start, in radians", usual: "\(Double.pi)"),
                EnvironmentOption("y_init", "the largest angular velocity at the start, in rad/s", usual: "1"),
            ]
        ) { request in
            let gravity = try request.options.number("g", in: -1000...1000) ?? 10
            let startAngle = try request.options.number("x_init", in: 0...1000) ?? .pi
            let startVelocity = try request.options.number("y_init", in: 0...8) ?? 1
            return try request.batch {
                Pendulum(startAngle: startAngle, startVelocity: startVelocity, gravity: gravity)
            }
        }
    ]
}
