/// One step of n environments, as an agent learns from it. The rows live as long as the call that they are handed to.
public struct Transitions {
    /// (n, …): what was seen before the actions.
    public var observations: Rows
    /// (n, …): what was done.
    public var actions: Rows
    /// (n): the rewards.
    public var rewards: UnsafeBufferPointer<Double>
    /// (n): whether a terminal state was reached: the value of what follows is 0.
    public var terminated: UnsafeBufferPointer<Bool>
    /// (n): whether the episode was cut: a learner bootstraps from ``nextObservations``.
    public var truncated: UnsafeBufferPointer<Bool>
    /// (n, …): where the step led, in the episode's last step too (never the next episode's first observation).
    public var nextObservations: Rows
    /// (n): rows in which no step was played, only a reset; they are not to be learned from.
    public var isReset: UnsafeBufferPointer<Bool>

    /// Collects the parts of a step.
    public init(
        observations: Rows, actions: Rows, rewards: UnsafeBufferPointer<Double>,
        terminated: UnsafeBufferPointer<Bool>, truncated: UnsafeBufferPointer<Bool>, nextObservations: Rows,
        isReset: UnsafeBufferPointer<Bool>
    ) {
        (self.observations, self.actions, self.rewards) = (observations, actions, rewards)
        (self.terminated, self.truncated) = (terminated, truncated)
        (self.nextObservations, self.isReset) = (nextObservations, isReset)
    }

    /// The number of environments, n.
    public var count: Int { rewards.count }

    /// The rows of a column; nil for one that steps of environments don't have.
    public subscript(name: Column.Name) -> Rows? {
        switch name {
        case .observations: observations
        case .nextObservations: nextObservations
        case .actions: actions
        case .rewards: Rows(rewards, count: count)
        case .terminated: Rows(terminated, count: count)
        case .truncated: Rows(truncated, count: count)
        case .reset: Rows(isReset, count: count)
        default: nil
        }
    }
}
