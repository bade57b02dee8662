import Experience

/// Returns the observation of some steps ago, zeros at first: Gymnasium's `DelayObservation`.
@frozen public struct DelayObservation<Base: Environment>: Wrapper {
    public typealias Action = Base.Action
    public typealias Element = Base.Element

    public var base: Base
    /// The delay in steps.
    public let delay: Int
    @usableFromInline let width: Int
    @usableFromInline let blank: [Element]
    // A ring buffer of `delay + 1` observations; the newest is in the slot `newest`, the one to return in the next
    // slot.
    @usableFromInline var frames: [Element]
    @usableFromInline var newest: Int

    /// Delays the observations of `base` by `delay` steps.
    ///
    /// - Precondition: `delay` is not negative.
    @inlinable public init(_ base: Base, delay: Int) {
        precondition(delay >= 0, "DelayObservation: expected a delay of at least 0 steps, found \(delay)")
        self.base = base
        self.delay = delay
        width = base.observationSpace.count
        blank = base.observationSpace.numbersNearestZero.map(Element.init(nearest:))
        frames = Array(repeating: .zero, count: (delay + 1) * width)
        newest = 0
    }

    /// Resets the wrapped environment and clears the delayed observations.
    @inlinable public mutating func reset(seed: UInt64?) {
        base.reset(seed: seed)
        for slot in 0..<delay { frames.replaceSubrange(slot * width..<(slot + 1) * width, with: blank) }
        newest = delay
        base.observe(into: &frames, at: newest * width, count: width)
    }

    @inlinable public mutating func step(_ action: Action) -> Step {
        let result = base.step(action)
        newest = newest == delay ? 0 : newest + 1
        base.observe(into: &frames, at: newest * width, count: width)
        return result
    }

    @inlinable public func observe(into observation: inout MutableSpan<Element>) {
        let start = (newest == delay ? 0 : newest + 1) * width
        observation.write(frames, start..<start + width)
    }
}

extension DelayObservation: StateCodable where Base: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&newest, in: 0...delay)
        try coder.code(elements: &frames)
        try base.codeState(with: &coder)
    }
}
