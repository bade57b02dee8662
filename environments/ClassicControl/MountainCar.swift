import Experience
import Graphics
import Random

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Gymnasium's `MountainCar-v0`: drive a car out of a valley with an engine that is too weak to climb the hill, by
/// swinging to and fro.
///
/// Moore, "Efficient memory-based learning for robot control" (1990). The observation is position (-1.2...0.6) and
/// velocity (-0.07...0.07 per step). Each step costs 1; the episode ends at position 0.5.
@frozen public struct MountainCar: Environment, Sendable {
    /// Position of the car; the valley's lowest point is -π/6.
    public var position = 0.0
    /// Velocity of the car: the change of position per step.
    public var velocity = 0.0
    public var random = PCG64()
    /// The bounds of the position at the start.
    public let startRange: ClosedRange<Double>
    /// The velocity that the car must have at the goal.
    public let goalVelocity: Double

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
    @inlinable public static var goalPosition: Double { 0.5 }

    /// Position and velocity.
    public var observationSpace: Space { MountainValley.observationSpace }

    /// The second number.
    public var velocities: [Int] { [1] }

    /// 0 drives to the left, 1 not at all, 2 to the right.
    public var actionSpace: Space { .discrete(3) }

    /// Where the engine pushes.
    public var actionNames: [String] { ["left", "none", "right"] }

    /// Draws the position; the car stands still.
    @inlinable public mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: seed) }
        position = random.uniform(startRange.lowerBound, startRange.upperBound)
        velocity = 0
    }

    /// Adds the engine's force and the slope's to the velocity, and the velocity to the position.
    ///
    /// The order of the operations is the original's, so that the trajectories are identical bit for bit.
    @inlinable public mutating func step(_ action: Int) -> Step {
        precondition(0 <= action && action <= 2, "MountainCar: the action \(action) is not in Discrete(3)")
        velocity += Double(action - 1) * 0.001 + cos(3 * position) * -0.0025
        velocity = min(max(velocity, -0.07), 0.07)
        position = min(max(position + velocity, -1.2), 0.6)
        if position == -1.2 && velocity < 0 { velocity = 0 }
        return Step(reward: -1, terminated: position >= Self.goalPosition && velocity >= goalVelocity)
    }

    @inlinable public func observe(into observation: inout MutableSpan<Float>) {
        precondition(observation.count == 2, "MountainCar: an observation has 2 elements, not \(observation.count)")
        observation[0] = Float(position)
        observation[1] = Float(velocity)
    }
}

extension MountainCar: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&position, in: MountainValley.reachablePositions)
        try coder.code(&velocity, in: MountainValley.reachableSpeeds)
        try coder.code(&random)
    }
}

extension MountainCar {
    public var frameSize: FrameSize { MountainValley.frameSize }

    /// Draws the valley, the car and the flag.
    public func draw(into frame: inout Frame) {
        MountainValley.draw(carAt: position, flagAt: Self.goalPosition, into: &frame)
    }
}

extension MountainCar {
    static let entries = [
        EnvironmentEntry(
            "MountainCar-v0", "swing a car with a weak engine out of a valley", stepLimit: 200, rewardThreshold: -110,
            rewards: "-1 per step, until the flag.", options: MountainValley.options
        ) { request in
            let startRange = try MountainValley.startRange(request.options)
            let goalVelocity = try MountainValley.goalVelocity(request.options)
            return try request.batch { MountainCar(startRange: startRange, goalVelocity: goalVelocity) }
        }
    ]
}
