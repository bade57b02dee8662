/// Clips rewards to a range: Gymnasium's `ClipReward`.
@frozen public struct ClipReward<Base: Environment>: Wrapper {
    public typealias Action = Base.Action
    public typealias Element = Base.Element

    public var base: Base
    /// The range of rewards.
    public let range: ClosedRange<Double>
    @usableFromInline var unclipped = 0.0

    /// Clips the rewards of `base` to `range`.
    @inlinable public init(_ base: Base, to range: ClosedRange<Double> = -1...1) {
        self.base = base
        self.range = range
    }

    /// As in the wrapped environment: each step here is one step there.
    public var stackedFrames: Int { base.stackedFrames }

    /// The last reward before it was clipped.
    @inlinable public var worldReward: Double? { base.worldReward ?? unclipped }

    @inlinable public mutating func step(_ action: Action) -> Step {
        var result = base.step(action)
        unclipped = result.reward
        result.reward = min(max(result.reward, range.lowerBound), range.upperBound)
        return result
    }
}

extension ClipReward: StateCodable where Base: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try base.codeState(with: &coder)
    }
}
