import Experience

/// What the reward of a sampled transition is.
public struct ReplayReturns: Hashable, Sendable {
    /// n: how many steps are joined to one (Sutton 1988; Watkins 1989): fewer where the episode ended, or hasn't gone
    /// on yet. Either way the value of what they led to follows, but for a terminal state's.
    public var steps: Int
    /// γ.
    public var discount: Float
    /// Whether a reward counts as −1…1 at most (Mnih et al. 2015).
    public var clipsRewards: Bool

    /// One step of unclipped reward, unless otherwise said.
    public init(steps: Int = 1, discount: Double = 1, clipsRewards: Bool = false) {
        (self.steps, self.discount, self.clipsRewards) = (steps, Float(discount), clipsRewards)
    }

    /// A stored reward as it counts.
    func counted(_ reward: Float) -> Float { clipsRewards ? min(max(reward, -1), 1) : reward }
}

/// Where a sampled batch goes: a learner's inputs.
public struct ReplayBatch {
    /// (B, inputs): what was seen.
    public var observations: UnsafeMutableBufferPointer<Float>
    /// (B, …): what was done, as ``ReplayBuffer/actionType`` has it.
    public var actions: MutableRows
    /// (B): what it gave, over all steps: Σₖ γᵏ rₖ.
    public var rewards: UnsafeMutableBufferPointer<Float>
    /// (B, inputs): where it led.
    public var nextObservations: UnsafeMutableBufferPointer<Float>
    /// (B): 0 where a terminal state was reached, otherwise γᵏ⁻¹ for k steps: 1 for one (truncated steps too: they
    /// bootstrap).
    public var continues: UnsafeMutableBufferPointer<Float>

    /// Names the inputs.
    public init(
        observations: UnsafeMutableBufferPointer<Float>, actions: MutableRows,
        rewards: UnsafeMutableBufferPointer<Float>, nextObservations: UnsafeMutableBufferPointer<Float>,
        continues: UnsafeMutableBufferPointer<Float>
    ) {
        (self.observations, self.actions, self.rewards) = (observations, actions, rewards)
        (self.nextObservations, self.continues) = (nextObservations, continues)
    }
}
