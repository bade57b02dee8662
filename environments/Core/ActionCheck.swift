/// Whether an action is one that an environment with actions of type `Action` takes; nil where the type doesn't suit
/// the space.
@frozen @usableFromInline struct ActionCheck<Action: BitwiseCopyable>: Sendable, BitwiseCopyable {
    /// How many discrete actions there are, or numbers in an action.
    @usableFromInline let count: Int
    /// Whether actions are floats.
    @usableFromInline let isContinuous: Bool

    @usableFromInline init?(_ space: Space) {
        switch space {
        case .discrete(let count) where Action.self == Int.self:
            (self.count, isContinuous) = (count, false)
        case .box(_, _, _, .float32)
        where Action.self != Int.self && MemoryLayout<Action>.stride == space.count * MemoryLayout<Float>.stride:
            (count, isContinuous) = (space.count, true)
        default: return nil
        }
    }

    /// False for an integer outside the space and for what is not a number. Numbers beyond a box's bounds are taken,
    /// as in Gymnasium: most environments cut them.
    @inlinable @inline(__always) func accepts(_ action: Action) -> Bool {
        withUnsafeBytes(of: action) { bytes in
            guard isContinuous else {
                let number = bytes.load(as: Int.self)
                return 0 <= number && number < count
            }
            for index in 0..<count where bytes.load(fromByteOffset: 4 * index, as: Float.self).isNaN { return false }
            return true
        }
    }
}
