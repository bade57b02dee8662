import Environments

extension GymnasiumBatch {
    /// The valid actions, if the environments give them as `action_mask` in their info: known after the first reset.
    public var actionMasks: UnsafeBufferPointer<ActionMask>? {
        hasMasks ? buffers.actionMasks.map { UnsafeBufferPointer($0) } : nil
    }

    /// The valid actions in the states that ended an episode, in the same case.
    public var finalActionMasks: UnsafeBufferPointer<ActionMask>? {
        guard hasMasks, autoreset == .sameStep else { return nil }
        return UnsafeBufferPointer(memory.elements(.finalMasks, count: count))
    }

    private var hasMasks: Bool {
        let told: UnsafeMutableBufferPointer<Bool> = memory.elements(.hasMask, count: count)
        return told.contains(true)
    }
}
