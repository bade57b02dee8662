import Experience

/// How the reward of a sampled transition is computed.
public struct ReplayReturns: Hashable, Sendable {
    /// n, the number of steps joined into one transition (Sutton 1988; Watkins 1989): fewer if the episode ended, or
    /// has not continued yet. In either case the target bootstraps from the last state, unless it is terminal.
    public var steps: Int
    public var discount: Float
    /// Whether rewards are clipped to −1…1 (Mnih et al. 2015).
    public var clipsRewards: Bool

    /// One step with an unclipped reward by default.
    public init(steps: Int = 1, discount: Double = 1, clipsRewards: Bool = false) {
        (self.steps, self.discount, self.clipsRewards) = (steps, Float(discount), clipsRewards)
    }

    /// A stored reward, clipped if rewards are.
    func counted(_ reward: Float) -> Float { clipsRewards ? min(max(reward, -1), 1) : reward }
}

/// The destination of a sampled minibatch: a learner's inputs.
public struct ReplayBatch {
    /// (B, inputs): s.
    public var observations: UnsafeMutableBufferPointer<Float>
    /// (B, …): a, of the type ``ReplayBuffer/actionType``.
    public var actions: MutableRows
    /// (B): the reward, over all steps: Σₖ γᵏ rₖ.
    public var rewards: UnsafeMutableBufferPointer<Float>
    /// (B, inputs): s′.
    public var nextObservations: UnsafeMutableBufferPointer<Float>
    /// (B): 0 if s′ is terminal, otherwise γᵏ⁻¹ for k steps: 1 for one step (also if it was truncated, since truncated
    /// steps bootstrap).
    public var continues: UnsafeMutableBufferPointer<Float>

    public init(
        observations: UnsafeMutableBufferPointer<Float>, actions: MutableRows,
        rewards: UnsafeMutableBufferPointer<Float>, nextObservations: UnsafeMutableBufferPointer<Float>,
        continues: UnsafeMutableBufferPointer<Float>
    ) {
        (self.observations, self.actions, self.rewards) = (observations, actions, rewards)
        (self.nextObservations, self.continues) = (nextObservations, continues)
    }
}
