import Experience

/// Checks whether an environment with actions of type `Action` accepts an action; nil if the type does not have the
/// memory layout of a row of the space's actions.
@frozen @usableFromInline struct ActionCheck<Action: BitwiseCopyable>: BitwiseCopyable {
    @usableFromInline enum Kind: Sendable, BitwiseCopyable { case discrete, floats, doubles, choices, integers }

    @usableFromInline let kind: Kind
    /// The number of discrete actions, or of numbers in an action.
    @usableFromInline let count: Int
    /// The number of choices of each number in a multi-discrete space; nil for other spaces.
    @usableFromInline let choices: UnsafeMutablePointer<Int>?

    /// - Important: call ``deallocate()`` to free its memory.
    @usableFromInline init?(_ space: Space) {
        guard Self.suits(space) else { return nil }
        let counts: [Int]?
        switch space {
        case .discrete(let count): (kind, self.count, counts) = (.discrete, count, nil)
        case .multiDiscrete(let all): (kind, count, counts) = (.choices, all.count, all)
        case .multiBinary: (kind, count, counts) = (.choices, space.count, Array(repeating: 2, count: space.count))
        default:
            let type = space.actionType
            (count, counts) = (space.count, nil)
            kind = type == .float32 ? .floats : type == .float64 ? .doubles : .integers
        }
        choices = counts.map { counts in
            let memory = UnsafeMutablePointer<Int>.allocate(capacity: counts.count)
            memory.initialize(from: counts, count: counts.count)
            return memory
        }
    }

    @usableFromInline func deallocate() { choices?.deallocate() }

    /// Whether the type has the memory layout of a row of the space's actions.
    @usableFromInline static func suits(_ space: Space) -> Bool {
        switch space {
        case .tuple, .dictionary: false
        case .discrete: Action.self == Int.self
        case .multiDiscrete, .multiBinary, .box:
            MemoryLayout<Action>.stride == space.count * space.actionType.size
                && (Action.self != Int.self || space.actionType == .int64)
        }
    }

    /// Whether actions are floats.
    @usableFromInline static func takesFloats(_ space: Space) -> Bool {
        if case .box(_, _, _, .float32) = space { suits(space) } else { false }
    }

    /// False for an integer outside the space and for NaN. Numbers beyond a box's bounds are accepted, as in Gymnasium:
    /// most environments clip them.
    @inlinable @inline(__always) func accepts(_ action: Action) -> Bool {
        withUnsafeBytes(of: action) { bytes in
            if kind == .discrete {
                let number = bytes.load(as: Int.self)
                return 0 <= number && number < count
            }
            guard kind == .floats else { return acceptsEach(bytes) }
            for index in 0..<count where bytes.load(fromByteOffset: 4 * index, as: Float.self).isNaN { return false }
            return true
        }
    }

    // Rare, and kept out of the loops that ask.
    @inline(never) @usableFromInline func acceptsEach(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if kind == .integers { return true }
        guard let choices else {
            return (0..<count).allSatisfy { !bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self).isNaN }
        }
        let isWide = bytes.count == 8 * count
        return (0..<count).allSatisfy { index in
            let number = isWide ? bytes.loadUnaligned(fromByteOffset: 8 * index, as: Int.self) : Int(bytes[index])
            return 0 <= number && number < choices[index]
        }
    }
}
