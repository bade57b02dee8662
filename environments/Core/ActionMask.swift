/// The discrete actions that are valid in a state, those that have an effect: a hint to agents, not a rule.
///
/// Any action of the space may still be taken. A mask covers the actions 0...63.
@frozen public struct ActionMask: Hashable, Sendable, BitwiseCopyable {
    /// Bit a is set if action a is valid.
    public var bits: UInt64

    /// Makes a mask from its bits.
    @inlinable public init(bits: UInt64) { self.bits = bits }

    /// Makes a mask of the actions for which `isAllowed` is true; it is called for each of 0...63.
    @inlinable public init(where isAllowed: (Int) -> Bool) {
        bits = 0
        for action in 0..<64 where isAllowed(action) { bits |= 1 << UInt64(action) }
    }

    /// Whether an action in 0...63 is valid.
    @inlinable public func contains(_ action: Int) -> Bool { bits >> UInt64(action) & 1 == 1 }

    /// An entry for each of the actions `0..<count`, as ``SpaceSampler/sample(allowed:)`` takes them.
    public func flags(count: Int) -> [Bool] { (0..<count).map(contains) }
}
