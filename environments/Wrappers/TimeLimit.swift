/// Truncates episodes after a number of steps: `truncated` becomes true and `terminated` is passed on, so that both can
/// be true in one step. Steps after the limit stay truncated.
@frozen public struct TimeLimit<Base: Environment>: Wrapper {
    public typealias Action = Base.Action
    public typealias Element = Base.Element

    public var base: Base
    /// The step after which an episode is truncated; `Int.max` for no limit.
    public let limit: Int
    /// The steps played since the last reset.
    public var elapsed: Int

    /// Limits the episodes of `base` to `steps`; nil sets no limit.
    ///
    /// - Precondition: `steps` is positive.
    @inlinable public init(_ base: Base, steps: Int?) {
        precondition(steps ?? 1 > 0, "TimeLimit: expected a limit of at least 1 step, found \(steps ?? 0)")
        self.base = base
        limit = steps ?? .max
        elapsed = 0
    }

    /// Resets the wrapped environment and the number of steps.
    @inlinable public mutating func reset(seed: UInt64?) {
        elapsed = 0
        base.reset(seed: seed)
    }

    /// As in the wrapped environment: each step here is one step there.
    public var stackedFrames: Int { base.stackedFrames }

    /// Plays one step of each wrapped environment.
    @inlinable @inline(__always) public static func step(
        _ worlds: StridedWorlds<Self>, _ actions: UnsafePointer<Action>, into results: UnsafeMutablePointer<Step>
    ) {
        Base.step(worlds.parts(\.base)!, actions, into: results)
        for index in 0..<worlds.count {
            worlds[index].elapsed += 1
            if worlds[index].elapsed >= worlds[index].limit { results[index].truncated = true }
        }
    }

    @inlinable public mutating func step(_ action: Base.Action) -> Step {
        var result = base.step(action)
        elapsed += 1
        if elapsed >= limit { result.truncated = true }
        return result
    }
}

extension TimeLimit: StateCodable where Base: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&elapsed, in: 0...1 << 62)
        try base.codeState(with: &coder)
    }
}

extension TimeLimit: TabularModel where Base: TabularModel {
    public var stateCount: Int { base.stateCount }
    public var actionCount: Int { base.actionCount }

    /// The outcomes in the wrapped environment: the limit is not part of the task.
    public func outcomes(state: Int, action: Int) -> [Outcome] {
        base.outcomes(state: state, action: action)
    }
}
