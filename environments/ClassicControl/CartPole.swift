import CMath
import Experience
import Graphics
import Random

/// Gymnasium's `CartPole-v1`: push a cart left or right so that the pole on it stays upright.
///
/// Barto, Sutton and Anderson, "Neuronlike adaptive elements that can solve difficult learning control problems"
/// (1983). The observation is position (m), velocity (m/s), angle (rad) and angular velocity (rad/s).
@frozen public struct CartPole: Environment, Sendable {
    /// Position of the cart, in metres from the middle.
    public var position = 0.0
    /// Velocity of the cart, in metres per second.
    public var velocity = 0.0
    /// Angle of the pole, in radians from upright, clockwise.
    public var angle = 0.0
    /// Angular velocity of the pole, in radians per second.
    public var angularVelocity = 0.0
    public var random = PCG64()
    /// The range that each of the four numbers is sampled from at the start.
    public let startRange: ClosedRange<Double>
    /// Whether the rewards are Sutton and Barto's: -1 at the end and 0 before, instead of 1 per step.
    public let usesBookReward: Bool
    // Stays set until the next reset: steps after the end give 0 outside the limits.
    @usableFromInline var hasEnded = false

    /// Makes an environment; reset it before use.
    @inlinable public init(startRange: ClosedRange<Double> = -0.05...0.05, usesBookReward: Bool = false) {
        self.startRange = startRange
        self.usesBookReward = usesBookReward
    }

    /// The distance from the middle at which the cart leaves the track, in metres.
    @inlinable public static var positionLimit: Double { 2.4 }
    /// The angle at which the pole has fallen, in radians: 12 degrees.
    @inlinable public static var angleLimit: Double { 0.20943951023931953 }

    /// Four numbers; the bounds are twice those at which the episode ends.
    public var observationSpace: Space {
        let angle = Double(Float(2 * Self.angleLimit))
        let high = [Double(Float(2 * Self.positionLimit)), .infinity, angle, .infinity]
        return .box(low: high.map { -$0 }, high: high, shape: [4], element: .float32)
    }

    /// Of the cart and of the pole.
    public var velocities: [Int] { [1, 3] }

    /// 0 pushes to the left, 1 to the right.
    public var actionSpace: Space { .discrete(2) }

    /// Where the cart is pushed.
    public var actionNames: [String] { ["left", "right"] }

    /// Draws the four numbers of the state.
    @inlinable public mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: seed) }
        position = random.uniform(startRange.lowerBound, startRange.upperBound)
        velocity = random.uniform(startRange.lowerBound, startRange.upperBound)
        angle = random.uniform(startRange.lowerBound, startRange.upperBound)
        angularVelocity = random.uniform(startRange.lowerBound, startRange.upperBound)
        hasEnded = false
    }

    /// Integrates the equations of motion over 0.02 s by Euler's explicit method.
    @inlinable public mutating func step(_ action: Int) -> Step {
        let turn = rv_sincos(angle)
        let (acceleration, angularAcceleration) = Self.accelerations(
            Self.force(action), turn.sine, turn.cosine, angularVelocity)
        return move(acceleration, angularAcceleration)
    }

    /// All together: the divisions of one environment depend on each other, those of several don't and run in parallel.
    @inlinable public static func step(
        _ worlds: StridedWorlds<CartPole>, _ actions: UnsafePointer<Int>, into results: UnsafeMutablePointer<Step>
    ) {
        let count = worlds.count
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 6 * count) { memory in
            let force = memory.baseAddress!
            let (sine, cosine, angularVelocity) = (force + count, force + 2 * count, force + 3 * count)
            let (acceleration, angularAcceleration) = (force + 4 * count, force + 5 * count)
            for index in 0..<count {
                let turn = rv_sincos(worlds[index].angle)
                (sine[index], cosine[index]) = (turn.sine, turn.cosine)
                (force[index], angularVelocity[index]) = (Self.force(actions[index]), worlds[index].angularVelocity)
            }
            for index in 0..<count {
                (acceleration[index], angularAcceleration[index]) = accelerations(
                    force[index], sine[index], cosine[index], angularVelocity[index])
            }
            for index in 0..<count {
                results[index] = worlds[index].move(acceleration[index], angularAcceleration[index])
            }
        }
    }

    /// ±10 newtons, without a branch, which random actions would make unpredictable.
    @inlinable @inline(__always) static func force(_ action: Int) -> Double {
        precondition(UInt(bitPattern: action) <= 1, "CartPole: the action \(action) is not in Discrete(2)")
        return Double(20 * action - 10)
    }

    /// The cart's acceleration and the pole's angular acceleration.
    ///
    /// The order of the operations is the original's, so that the trajectories are identical bit for bit.
    @inlinable @inline(__always) static func accelerations(
        _ force: Double, _ sine: Double, _ cosine: Double, _ angularVelocity: Double
    ) -> (Double, Double) {
        let push = (force + (0.05 * (angularVelocity * angularVelocity)) * sine) / 1.1
        let angular = (9.8 * sine - cosine * push) / (0.5 * (4.0 / 3.0 - (0.1 * (cosine * cosine)) / 1.1))
        return (push - ((0.05 * angular) * cosine) / 1.1, angular)
    }

    @inlinable @inline(__always) mutating func move(_ acceleration: Double, _ angularAcceleration: Double) -> Step {
        position += 0.02 * velocity
        velocity += 0.02 * acceleration
        angle += 0.02 * angularVelocity
        angularVelocity += 0.02 * angularAcceleration
        let terminated =
            position < -Self.positionLimit || position > Self.positionLimit || angle < -Self.angleLimit
            || angle > Self.angleLimit
        let reward = usesBookReward ? (terminated ? -1.0 : 0.0) : (terminated && hasEnded ? 0.0 : 1.0)
        hasEnded = hasEnded || terminated
        return Step(reward: reward, terminated: terminated)
    }

    @inlinable public func observe(into observation: inout MutableSpan<Float>) {
        precondition(observation.count == 4, "CartPole: an observation has 4 elements, not \(observation.count)")
        observation[0] = Float(position)
        observation[1] = Float(velocity)
        observation[2] = Float(angle)
        observation[3] = Float(angularVelocity)
    }
}

extension CartPole: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        // Any state that can be reached from a start, also if it is stepped on after its end.
        let range = -1e100...1e100
        try coder.code(&position, in: range)
        try coder.code(&velocity, in: range)
        try coder.code(&angle, in: range)
        try coder.code(&angularVelocity, in: range)
        try coder.code(&hasEnded)
        try coder.code(&random)
    }
}

extension CartPole {
    public var frameSize: FrameSize { FrameSize(width: 600, height: 400) }

    /// 50: a step is 0.02 s.
    public var framesPerSecond: Double { 50 }

    /// Draws the track, the cart, the pole and its axle, 125 pixels per metre.
    public func draw(into frame: inout Frame) {
        frame.clear(.white)
        let scale = 600 / (2 * Self.positionLimit)
        let (cartX, trackY) = (300 + position * scale, 300.0)
        frame.drawLine(from: Point(x: 0, y: trackY), to: Point(x: 600, y: trackY), width: 2, Color(hex: 0x202020))
        for side in [-1.0, 1.0] {
            frame.fillCircle(centerX: cartX + side * 14, centerY: trackY + 14, radius: 6, Color(hex: 0x505058))
        }
        frame.fillPolygon(Self.rectangle(cartX - 25, trackY - 15, 50, 30), Color(hex: 0x202024))

        // The pole's corners turn about the axle; its foot reaches 5 pixels below.
        let axle = Point(x: cartX, y: trackY - 7.5)
        let turn = rv_sincos(angle)
        let (sine, cosine) = (turn.sine, turn.cosine)
        let corners = [(-5.0, -5.0), (-5.0, scale - 5), (5.0, scale - 5), (5.0, -5.0)].map { across, along in
            Point(x: axle.x + across * cosine + along * sine, y: axle.y + across * sine - along * cosine)
        }
        frame.fillPolygon(corners, Color(hex: 0xCA9865))
        frame.fillCircle(centerX: axle.x, centerY: axle.y, radius: 5, Color(hex: 0x8184CB))
    }

    private static func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> [Point] {
        [
            Point(x: x, y: y), Point(x: x + width, y: y), Point(x: x + width, y: y + height),
            Point(x: x, y: y + height),
        ]
    }
}

extension CartPole {
    static let entries = [
        entry("CartPole-v1", stepLimit: 500, rewardThreshold: 475),
        entry("CartPole-v0", stepLimit: 200, rewardThreshold: 195),
    ]

    private static let usualStart = -0.05...0.05

    private static func entry(_ id: String, stepLimit: Int, rewardThreshold: Double) -> EnvironmentEntry {
        EnvironmentEntry(
            id, "balance a pole on a cart", stepLimit: stepLimit, rewardThreshold: rewardThreshold,
            rewards: "1 per step, including the last. It ends when the pole leans more than 12° or the cart leaves the "
                + "track.",
            options: EnvironmentOption.startRange(of: "the four numbers", usual: usualStart)
                + [
                    EnvironmentOption(
                        "sutton_barto_reward", "reward -1 when the pole falls and 0 before, not 1 per step",
                        usual: "false")
                ]
        ) { request in
            let startRange = try request.options.startRange(usual: usualStart, in: -1e6...1e6)
            let usesBookReward = try request.options.flag("sutton_barto_reward") ?? false
            return try request.batch { CartPole(startRange: startRange, usesBookReward: usesBookReward) }
        }
    }
}
