import Experience

/// Normalises observations by the running mean and standard deviation: Gymnasium's `NormalizeObservation`.
///
/// Each environment of a batch has its own statistics. An evaluation takes over those of the first training environment
/// (``BatchedEnvironment/takeOver(statistics:)``).
@frozen public struct NormalizeObservation<Base: Environment>: Wrapper {
    public typealias Action = Base.Action
    public typealias Element = Float

    public var base: Base
    /// Whether observations update the statistics.
    public var isUpdating = true
    /// Added to the variance, which may be 0.
    public let epsilon: Double
    /// Mean and variance of each element of an observation.
    public var moments: [NormalizerMoments<Float>]
    /// The number of observations seen, plus 1/10,000.
    public var count: Double
    @usableFromInline var latest: [Base.Element]
    @usableFromInline var floats: [Float]

    /// Normalises the observations of `base`.
    ///
    /// - Precondition: `epsilon` is positive, and the observations are not tuples or dictionaries.
    @inlinable public init(_ base: Base, epsilon: Double = 1e-8) {
        precondition(epsilon > 0, "NormalizeObservation: expected epsilon above 0, found \(epsilon)")
        requireFit("NormalizeObservation", Self.misfit(base.observationSpace))
        self.base = base
        self.epsilon = epsilon
        latest = Array(repeating: .zero, count: base.observationSpace.count)
        floats = Array(repeating: 0, count: latest.count)
        moments = Array(repeating: NormalizerMoments(), count: latest.count)
        count = NormalizerMoments<Float>.initialCount
    }

    @usableFromInline static func misfit(_ space: Space) -> String? {
        space.parts.isEmpty ? nil : "observations that are one array, not \(space)"
    }

    /// Unbounded, in the shape of the wrapped environment's space.
    public var observationSpace: Space {
        .box(-Double.infinity...Double.infinity, shape: base.observationSpace.shape)
    }

    /// Resets the wrapped environment but not the statistics.
    @inlinable public mutating func reset(seed: UInt64?) {
        base.reset(seed: seed)
        see()
    }

    public mutating func codeStatistics(with coder: inout StateCoder) throws(EnvironmentError) {
        try codeMoments(with: &coder)
        isUpdating = isUpdating && !coder.isReading
        try base.codeStatistics(with: &coder)
    }

    private mutating func codeMoments(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&count)
        for index in moments.indices {
            try coder.code(&moments[index].mean)
            try coder.code(&moments[index].variance)
        }
    }

    @inlinable public mutating func step(_ action: Action) -> Step {
        let result = base.step(action)
        see()
        return result
    }

    @inlinable mutating func see() {
        look()
        guard isUpdating else { return }
        for index in floats.indices { moments[index].add(floats[index], count: count) }
        count += 1
    }

    @inlinable mutating func look() {
        base.observe(into: &latest, at: 0, count: latest.count)
        Base.Element.convert(latest, to: &floats)
    }

    @inlinable public func observe(into observation: inout MutableSpan<Float>) {
        for index in floats.indices {
            let deviation = (moments[index].variance + Float(epsilon)).squareRoot()
            observation[index] = (floats[index] - moments[index].mean) / deviation
        }
    }
}

extension NormalizeObservation: StateCodable where Base: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try codeMoments(with: &coder)
        try base.codeState(with: &coder)
        look()
    }
}
