import Experience

/// Stacks the last observations of the wrapped environment, the oldest first: Gymnasium's `FrameStackObservation`.
///
/// Observations get a leading axis of ``count``; those of a discrete environment become that many integers.
@frozen public struct FrameStack<Base: Environment>: Wrapper {
    public typealias Action = Base.Action
    public typealias Element = Base.Element

    /// What fills the stack before the first observations.
    public enum Padding: String, Hashable, Sendable, CaseIterable {
        /// The first observation of the episode.
        case reset
        /// Zeros, or the numbers nearest to zero in the space.
        case zero
    }

    public var base: Base
    public let count: Int
    /// What fills the stack before the first observations.
    public let padding: Padding
    @usableFromInline let width: Int
    @usableFromInline let blank: [Element]
    // A ring buffer: the newest observation is in the slot `newest`, the oldest in the next one.
    @usableFromInline var frames: [Element]
    @usableFromInline var newest: Int

    /// Stacks `count` observations of `base`.
    ///
    /// - Precondition: `count` is positive, and the observations are not tuples or dictionaries.
    @inlinable public init(_ base: Base, count: Int, padding: Padding = .reset) {
        precondition(count > 0, "FrameStack: expected a stack of at least 1 observation, found \(count)")
        requireFit("FrameStack", Self.misfit(base.observationSpace))
        self.base = base
        self.count = count
        self.padding = padding
        width = base.observationSpace.count
        blank = base.observationSpace.numbersNearestZero.map(Element.init(nearest:))
        frames = Array(repeating: .zero, count: count * width)
        newest = 0
    }

    @usableFromInline static func misfit(_ space: Space) -> String? {
        switch space {
        case .tuple, .dictionary: "observations that are one array, not \(space)"
        default: nil
        }
    }

    /// The space of the wrapped environment, with a leading axis.
    public var observationSpace: Space { base.observationSpace.stacked(count)! }

    /// Resets the wrapped environment and fills the stack.
    @inlinable public mutating func reset(seed: UInt64?) {
        base.reset(seed: seed)
        newest = count - 1
        base.observe(into: &frames, at: newest * width, count: width)
        for slot in 0..<newest {
            if padding == .zero {
                frames.replaceSubrange(slot * width..<(slot + 1) * width, with: blank)
            } else {
                base.observe(into: &frames, at: slot * width, count: width)
            }
        }
    }

    /// Plays one step of the wrapped environment; its observation replaces the oldest.
    @inlinable public mutating func step(_ action: Action) -> Step {
        let result = base.step(action)
        newest = newest + 1 == count ? 0 : newest + 1
        base.observe(into: &frames, at: newest * width, count: width)
        return result
    }

    @inlinable public func observe(into observation: inout MutableSpan<Element>) {
        let older = (newest + 1) * width
        observation.write(frames, older..<frames.count)
        observation.write(frames, 0..<older, at: frames.count - older)
    }
}

extension FrameStack: StateCodable where Base: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&newest, in: 0...count - 1)
        try coder.code(elements: &frames)
        try base.codeState(with: &coder)
    }
}
