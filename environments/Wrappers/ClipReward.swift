/// Rewards cut to a range: Gymnasium's `ClipReward`.
@frozen public struct ClipReward<Base: Environment>: Wrapper {
    /// The actions of the environment within.
    public typealias Action = Base.Action
    /// The element type of the environment within.
    public typealias Element = Base.Element

    /// The environment within.
    public var base: Base
    /// What rewards are cut to.
    public let range: ClosedRange<Double>

    /// Cuts the rewards of `base` to `range`.
    @inlinable public init(_ base: Base, to range: ClosedRange<Double> = -1...1) {
        self.base = base
        self.range = range
    }

    /// Those of the environment within: each step here is one there.
    public var stackedFrames: Int { base.stackedFrames }

    /// Plays one step of the environment within.
    @inlinable public mutating func step(_ action: Action) -> Step {
        var result = base.step(action)
        result.reward = min(max(result.reward, range.lowerBound), range.upperBound)
        return result
    }
}

extension ClipReward: StateCodable where Base: StateCodable {
    /// Codes the environment within.
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try base.codeState(with: &coder)
    }
}
