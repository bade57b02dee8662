import Environments

extension GymnasiumBatch {
    /// The valid actions, where the environments tell by an info `action_mask`: known after the first reset.
    public var actionMasks: UnsafeBufferPointer<ActionMask>? {
        let told: UnsafeMutableBufferPointer<Bool> = memory.elements(.hasMask, count: count)
        return told.contains(true) ? buffers.actionMasks.map { UnsafeBufferPointer($0) } : nil
    }
}
