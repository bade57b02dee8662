import Experience

/// Flattens observations into one vector: Gymnasium's `FlattenObservation`.
///
/// An integer out of n becomes a one-hot vector of n numbers; arrays are flattened; the parts of tuples and
/// dictionaries follow one another.
@frozen public struct FlattenObservation<Base: Environment>: Wrapper {
    public typealias Action = Base.Action
    public typealias Element = Base.Element

    public var base: Base
    @usableFromInline let layout: FlatLayout
    @usableFromInline var latest: [Element]

    /// Flattens the observations of `base`.
    @inlinable public init(_ base: Base) {
        self.base = base
        layout = FlatLayout(base.observationSpace)
        latest = Array(repeating: .zero, count: base.observationSpace.count)
    }

    /// A box with one axis.
    public var observationSpace: Space { base.observationSpace.flattened(element: Element.elementType) }

    @inlinable public mutating func reset(seed: UInt64?) {
        base.reset(seed: seed)
        base.observe(into: &latest, at: 0, count: latest.count)
    }

    @inlinable public mutating func step(_ action: Action) -> Step {
        let result = base.step(action)
        base.observe(into: &latest, at: 0, count: latest.count)
        return result
    }

    @inlinable public func observe(into observation: inout MutableSpan<Element>) {
        layout.write(latest, into: &observation)
    }
}

extension FlattenObservation: StateCodable where Base: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try base.codeState(with: &coder)
        base.observe(into: &latest, at: 0, count: latest.count)
    }
}
