import Environments

extension GymnasiumBatch {
    /// The valid actions, if the environments give them as `action_mask` in their info: known after the first reset.
    public var actionMasks: UnsafeBufferPointer<ActionMask>? {
        let told: UnsafeMutableBufferPointer<Bool> = memory.elements(.hasMask, count: count)
        return told.contains(true) ? buffers.actionMasks.map { UnsafeBufferPointer($0) } : nil
    }
}
