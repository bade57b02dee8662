import Experience

/// Repeats each action and adds up the rewards, until the episode ends: Gymnasium's `RepeatAction`, and with
/// ``poolsLastFrames`` its `MaxAndSkipObservation`.
@frozen public struct FrameSkip<Base: Environment>: Wrapper {
    public typealias Action = Base.Action
    public typealias Element = Base.Element

    public var base: Base
    /// How many times an action is played.
    public let count: Int
    /// Whether an observation is the element-wise maximum of the last two frames, so that flickering objects stay
    /// visible.
    ///
    /// If an episode ends earlier, its last observation is returned unchanged. (Gymnasium takes the maximum with
    /// observations left over from previous steps.)
    public let poolsLastFrames: Bool
    @usableFromInline let width: Int
    // The observation to return instead of that of `base`, if `isPooled`.
    @usableFromInline var pooled: [Element]
    @usableFromInline var latest: [Element]
    @usableFromInline var isPooled: Bool
    // The sum of the world's own rewards over the last action, if a wrapper within changes rewards.
    @usableFromInline var worldTotal = 0.0

    /// Plays each action in `base` `count` times.
    ///
    /// - Precondition: `count` is positive, and at least 2 if frames are pooled.
    @inlinable public init(_ base: Base, count: Int, poolsLastFrames: Bool = false) {
        let least = poolsLastFrames ? 2 : 1
        precondition(count >= least, "FrameSkip: expected at least \(least) repeats of an action, found \(count)")
        self.base = base
        self.count = count
        self.poolsLastFrames = poolsLastFrames
        width = base.observationSpace.count
        pooled = Array(repeating: .zero, count: poolsLastFrames ? width : 0)
        latest = pooled
        isPooled = false
    }

    /// Time steps per second at which people watch it: those of `base` divided by ``count``.
    @inlinable public var framesPerSecond: Double { base.framesPerSecond / Double(count) }

    @inlinable public mutating func reset(seed: UInt64?) {
        base.reset(seed: seed)
        isPooled = false
    }

    /// The sum of the world's own rewards over the last action, if a wrapper within changes rewards.
    @inlinable public var worldReward: Double? { base.worldReward == nil ? nil : worldTotal }

    /// Plays the action `count` times, or until the episode ends.
    @inlinable public mutating func step(_ action: Action) -> Step {
        var total = Step(reward: 0)
        worldTotal = 0
        isPooled = false
        for index in 0..<count {
            let isLast = index + 1 == count
            if isLast, poolsLastFrames { base.observe(into: &pooled, at: 0, count: width) }
            let result = base.step(action)
            total = Step(
                reward: total.reward + result.reward, terminated: result.terminated, truncated: result.truncated)
            worldTotal += base.worldReward ?? 0
            if isLast, poolsLastFrames { pool() }
            if result.ended { break }
        }
        return total
    }

    @inlinable mutating func pool() {
        base.observe(into: &latest, at: 0, count: width)
        Element.keepGreater(of: latest, in: &pooled)
        isPooled = true
    }

    @inlinable public func observe(into observation: inout MutableSpan<Element>) {
        guard isPooled else { return base.observe(into: &observation) }
        observation.write(pooled, 0..<width)
    }
}

extension FrameSkip: StateCodable where Base: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&isPooled)
        try coder.code(elements: &pooled)
        if isPooled && !poolsLastFrames {
            throw .badState(offset: 0, expected: "the state of a FrameSkip that does not pool frames")
        }
        try base.codeState(with: &coder)
    }
}
