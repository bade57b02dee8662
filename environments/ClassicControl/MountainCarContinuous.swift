import Experience
import Graphics
import Random

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Gymnasium's `MountainCarContinuous-v0`: ``MountainCar`` with a continuous force.
///
/// An action is a force in -1...1 and costs a tenth of its square; the goal at position 0.45 gives 100.
@frozen public struct MountainCarContinuous: Environment, Sendable {
    /// Position of the car; the valley's lowest point is -π/6.
    public var position = 0.0
    /// Velocity of the car: the change of position per step.
    public var velocity = 0.0
    public var random = PCG64()
    /// The bounds of the position at the start.
    public let startRange: ClosedRange<Double>
    /// The velocity that the car must have at the goal.
    public let goalVelocity: Double
    // The original samples a state in double precision and stores the results of steps in single precision.
    @usableFromInline var isAtStart = true

    /// Makes an environment; reset it before use.
    ///
    /// - Parameters:
    ///   - startRange: the bounds of the position at the start, within -1.2...0.6.
    ///   - goalVelocity: the velocity that the car must have at the goal, at most 0.07.
    @inlinable public init(startRange: ClosedRange<Double> = -0.6 ... -0.4, goalVelocity: Double = 0) {
        self.startRange = startRange
        self.goalVelocity = goalVelocity
    }

    /// The position of the goal.
    @inlinable public static var goalPosition: Double { 0.45 }

    /// Position and velocity.
    public var observationSpace: Space { MountainValley.observationSpace }

    /// The second number.
    public var velocities: [Int] { [1] }

    /// The engine's force.
    public var actionSpace: Space { .box(-1...1, shape: [1]) }

    /// Samples the position; the velocity is 0.
    @inlinable public mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: seed) }
        position = random.uniform(startRange.lowerBound, startRange.upperBound)
        velocity = 0
        isAtStart = true
    }

    /// Adds the engine's force and the slope's to the velocity, and the velocity to the position. A force beyond the
    /// bounds is clipped, but costs what was asked for, as in the original.
    ///
    /// The order of the operations and their precision are the original's, so that the trajectories are identical bit
    /// for bit.
    @inlinable public mutating func step(_ action: Float) -> Step {
        precondition(!action.isNaN, "MountainCarContinuous: the action is not a number")
        let angle = isAtStart ? 3 * position : Double(3 * Float(position))
        let slope = 0.0025 * cos(angle)
        // A force that is clipped becomes a double in the original, one within the bounds stays a float.
        let isWithin = -1 <= action && action <= 1
        let push = isWithin ? Double(action * 0.0015 - Float(slope)) : (action < 0 ? -0.0015 : 0.0015) - slope
        let hasArrived: Bool
        if isAtStart {
            hasArrived = move(position, velocity + push)
        } else {
            hasArrived = move(Float(position), Float(velocity) + Float(push))
        }
        isAtStart = false
        let force = Double(action)
        return Step(reward: (hasArrived ? 100 : 0) - force * force * 0.1, terminated: hasArrived)
    }

    /// Moves the car in the arithmetic of `Number` and stores the state; returns whether it has reached the goal fast
    /// enough.
    @inlinable @inline(__always) mutating func move<Number: BinaryFloatingPoint>(
        _ start: Number, _ pushed: Number
    ) -> Bool {
        var speed = min(max(pushed, -0.07), 0.07)
        let place = min(max(start + speed, -1.2), 0.6)
        if place == -1.2 && speed < 0 { speed = 0 }
        position = Double(Float(place))
        velocity = Double(Float(speed))
        return place >= Number(Self.goalPosition) && speed >= Number(goalVelocity)
    }

    @inlinable public func observe(into observation: inout MutableSpan<Float>) {
        precondition(
            observation.count == 2, "MountainCarContinuous: an observation has 2 elements, not \(observation.count)")
        observation[0] = Float(position)
        observation[1] = Float(velocity)
    }
}

extension MountainCarContinuous: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&position, in: MountainValley.reachablePositions)
        try coder.code(&velocity, in: MountainValley.reachableSpeeds)
        try coder.code(&isAtStart)
        try coder.code(&random)
    }
}

extension MountainCarContinuous {
    public var frameSize: FrameSize { MountainValley.frameSize }

    /// Draws the valley, the car and the flag.
    public func draw(into frame: inout Frame) {
        MountainValley.draw(carAt: position, flagAt: Self.goalPosition, into: &frame)
    }
}

extension MountainCarContinuous {
    static let entries = [
        EnvironmentEntry(
            "MountainCarContinuous-v0", "swing a car out of a valley, with little force", stepLimit: 999,
            rewardThreshold: 90, rewards: "100 at the flag, minus a tenth of the squared force at each step.",
            options: MountainValley.options
        ) { request in
            let startRange = try MountainValley.startRange(request.options)
            let goalVelocity = try MountainValley.goalVelocity(request.options)
            return try request.batch { MountainCarContinuous(startRange: startRange, goalVelocity: goalVelocity) }
        }
    ]
}
