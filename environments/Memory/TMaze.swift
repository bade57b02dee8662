import Experience
import Graphics
import Random

/// The T-maze: a sign at the start of a corridor says in which arm, behind the corridor's end, the goal is.
///
/// Bakker, "Reinforcement Learning with Long Short-Term Memory" (2001). The observation is three numbers: 0 1 1 or 1 1
/// 0 at the start, where the sign points up or down, 1 0 1 everywhere in the corridor, and 0 1 0 at the junction; 0 0 0
/// in an arm, where the episode has ended. Actions: 0 left, 1 down, 2 right, 3 up. The arm with the goal gives 4, the
/// other one -0.1; a step against a wall costs 0.1, all others nothing.
///
/// The best return is ``bestReturn``, 4, after ``length`` + 1 steps. A policy that doesn't remember the sign chooses
/// the right arm half the time: ``memorylessReturn``, 1.95, at best.
public struct TMaze: Environment {
    /// The number of steps from the start to the junction, for which the sign has to be remembered.
    public let length: Int
    /// The agent's place in the corridor: 0 is the start, ``length`` the junction and what lies above and below it.
    public private(set) var position = 0
    /// The arm that the agent has entered; nil as long as the episode lasts.
    public private(set) var arm: Arm?
    /// The arm with the goal.
    public private(set) var goal = Arm.up
    public private(set) var random = PCG64()

    /// One of the two arms at the junction.
    public enum Arm: UInt8, Sendable {
        case up, down
    }

    /// Makes an environment; reset it before use.
    ///
    /// - Parameter length: the number of steps from the start to the junction, positive.
    public init(length: Int = 10) {
        precondition(length >= 1, "TMaze: expected a corridor of at least 1 step, found \(length)")
        self.length = length
    }

    /// The return of the best policy: 4 at the goal, and not a step against a wall.
    public static let bestReturn = 4.0
    /// The mean return of the best policy that knows the latest observation only.
    public static let memorylessReturn = (4 - 0.1) / 2

    /// A step limit that lets a wandering agent find the junction: 20 steps per cell.
    public static func stepLimit(length: Int) -> Int { 20 * (length + 1) }

    /// Three numbers of 0 or 1.
    public var observationSpace: Space { .box(0...1, shape: [3]) }
    /// Left, down, right, up.
    public var actionSpace: Space { .discrete(4) }

    /// Left, down, right, up.
    public var actionNames: [String] { GridMove.names }

    /// Puts the agent at the start and samples the goal.
    public mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: seed) }
        (position, arm) = (0, nil)
        goal = random.integers(2) == 0 ? .up : .down
    }

    /// Moves, unless there is a wall. In an arm the agent stays.
    public mutating func step(_ action: Int) -> Step {
        precondition(0 <= action && action < 4, "TMaze: the action \(action) is not in Discrete(4)")
        if arm != nil { return Step(reward: 0, terminated: true) }
        switch GridMove(rawValue: action)! {
        case .left where position > 0: position -= 1
        case .right where position < length: position += 1
        case .up where position == length: return enter(.up)
        case .down where position == length: return enter(.down)
        default: return Step(reward: -0.1)
        }
        return Step(reward: 0)
    }

    private mutating func enter(_ arm: Arm) -> Step {
        self.arm = arm
        return Step(reward: arm == goal ? Self.bestReturn : -0.1, terminated: true)
    }

    public func observe(into observation: inout MutableSpan<Float>) {
        precondition(observation.count == 3, "TMaze: an observation has 3 elements, not \(observation.count)")
        let isInCorridor = 0 < position && position < length
        observation[0] = arm == nil && (isInCorridor || position == 0 && goal == .down) ? 1 : 0
        observation[1] = arm == nil && !isInCorridor ? 1 : 0
        observation[2] = arm == nil && (isInCorridor || position == 0 && goal == .up) ? 1 : 0
    }
}

extension TMaze: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        var (arm, goal) = (arm.map { $0.rawValue + 1 } ?? 0, goal.rawValue)
        try coder.code(&arm, in: 0...2)
        // The arms are at the junction.
        try coder.code(&position, in: (arm == 0 ? 0 : length)...length)
        try coder.code(&goal, in: 0...1)
        try coder.code(&random)
        self.arm = arm == 0 ? nil : Arm(rawValue: arm - 1)
        self.goal = Arm(rawValue: goal)!
    }
}

extension TMaze {
    static let entries = [
        EnvironmentEntry(
            "Memory/TMaze-v0", "remember a sign to the end of a corridor", stepLimit: stepLimit(length: usualLength),
            rewards:
                "4 in the arm that the sign at the start points to, -0.1 in the other; a step against a wall costs "
                + "0.1. The best return is 4, without memory 1.95.",
            options: [
                EnvironmentOption(
                    "length", "the steps from the sign to the junction, 1 to 10000; the step limit is 20 per cell",
                    usual: "\(usualLength)")
            ]
        ) { request in
            let length = try request.options.integer("length", in: 1...10_000) ?? usualLength
            return try request.limited(to: stepLimit(length: length)).batch { TMaze(length: length) }
        }
    ]

    private static let usualLength = 10
}
