/// Returns and lengths of the episodes of a single environment: Gymnasium's `RecordEpisodeStatistics`.
///
/// Returns are the world's own, wherever in a stack this wrapper is. Where a wrapper inside it changes rewards, the
/// sums of the changed rewards stand beside them (``EpisodeSummary/wrappedReturn``): those that Gymnasium would give at
/// this place. For a batch, training loops use ``EpisodeStatistics``.
public struct RecordEpisodeStatistics<Base: Environment>: Wrapper {
    public typealias Action = Base.Action
    public typealias Element = Base.Element

    public var base: Base
    /// The return and length of the current episode and of the last 100 finished ones.
    public private(set) var statistics: EpisodeStatistics

    /// Keeps statistics of the episodes of `base`.
    public init(_ base: Base) {
        self.base = base
        statistics = EpisodeStatistics(count: 1, changesRewards: base.worldReward != nil)
    }

    /// Resets the wrapped environment and discards the current episode.
    public mutating func reset(seed: UInt64?) {
        statistics.restart(0)
        base.reset(seed: seed)
    }

    /// As in the wrapped environment: each step here is one step there.
    public var stackedFrames: Int { base.stackedFrames }

    public mutating func step(_ action: Action) -> Step {
        let result = base.step(action)
        statistics.record(result, worldReward: base.worldReward)
        return result
    }
}

extension RecordEpisodeStatistics: StateCodable where Base: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try statistics.codeState(with: &coder)
        try base.codeState(with: &coder)
    }
}
