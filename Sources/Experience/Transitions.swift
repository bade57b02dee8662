/// One step of n environments, for an agent to learn from. The rows are valid only during the call that receives them.
public struct Transitions {
    /// (n, …): the observations before the actions.
    public var observations: Rows
    /// (n, …): the chosen actions.
    public var actions: Rows
    /// (n): the rewards.
    public var rewards: UnsafeBufferPointer<Double>
    /// (n): whether a terminal state was reached: the value of the next state is 0.
    public var terminated: UnsafeBufferPointer<Bool>
    /// (n): whether the episode was truncated: a learner bootstraps from ``nextObservations``.
    public var truncated: UnsafeBufferPointer<Bool>
    /// (n, …): the observations after the step, even after the last one (never those of the next episode).
    public var nextObservations: Rows
    /// (n): whether no step was played, only a reset; nothing is learned from such rows.
    public var isReset: UnsafeBufferPointer<Bool>

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

    /// The rows of a column; nil for a column that steps of environments don't have.
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
