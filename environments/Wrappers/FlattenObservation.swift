/// Observations as one row of numbers: Gymnasium's `FlattenObservation`.
///
/// An integer out of n becomes n numbers, 1 at its place and 0 elsewhere; arrays become rows; the parts of tuples and
/// dictionaries follow one another.
@frozen public struct FlattenObservation<Base: Environment>: Wrapper {
    public typealias Action = Base.Action
    public typealias Element = Base.Element

    /// The environment within.
    public var base: Base
    @usableFromInline let layout: FlatLayout
    @usableFromInline var latest: [Element]

    /// Flattens the observations of `base`.
    @inlinable public init(_ base: Base) {
        self.base = base
        layout = FlatLayout(base.observationSpace)
        latest = Array(repeating: .zero, count: base.observationSpace.count)
    }

    /// A box of one axis.
    public var observationSpace: Space { base.observationSpace.flattened(element: Element.elementType) }

    /// Resets the environment within.
    @inlinable public mutating func reset(seed: UInt64?) {
        base.reset(seed: seed)
        base.observe(into: &latest, at: 0, count: latest.count)
    }

    /// Plays one step of the environment within.
    @inlinable public mutating func step(_ action: Action) -> Step {
        let result = base.step(action)
        base.observe(into: &latest, at: 0, count: latest.count)
        return result
    }

    /// Writes the row of numbers.
    @inlinable public func observe(into observation: inout MutableSpan<Element>) {
        layout.write(latest, one: Element(nearest: 1), into: &observation) { $0 }
    }
}

extension FlattenObservation: StateCodable where Base: StateCodable {
    /// Codes the environment within.
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try base.codeState(with: &coder)
        base.observe(into: &latest, at: 0, count: latest.count)
    }
}

/// The observation as a row of floats, followed by the number of steps played: Gymnasium's `TimeAwareObservation`,
/// flattened as it is there. With the time at hand a cut episode's end is no surprise (Pardo et al. 2018).
@frozen public struct TimeAwareObservation<Base: Environment>: Wrapper {
    public typealias Action = Base.Action
    public typealias Element = Float

    /// The environment within.
    public var base: Base
    /// The step in which episodes are cut.
    public let limit: Int
    /// Whether the time is given as a share of ``limit``.
    public let isNormalized: Bool
    /// The steps played since the last reset.
    public private(set) var elapsed: Int
    @usableFromInline let layout: FlatLayout
    @usableFromInline var latest: [Base.Element]

    /// Adds the time to the observations of `base`, the episodes of which take up to `limit` steps.
    ///
    /// - Precondition: `limit` is positive.
    public init(_ base: Base, limit: Int, isNormalized: Bool = false) {
        precondition(limit > 0, "TimeAwareObservation: a limit of \(limit) steps, it must be at least 1")
        self.base = base
        self.limit = limit
        self.isNormalized = isNormalized
        elapsed = 0
        layout = FlatLayout(base.observationSpace)
        latest = Array(repeating: .zero, count: base.observationSpace.count)
    }

    /// A box of one axis, its last number the time.
    public var observationSpace: Space {
        guard case .box(let low, let high, _, _) = base.observationSpace.flattened(element: .float32) else {
            preconditionFailure()
        }
        return .box(
            low: low + [0], high: high + [isNormalized ? 1 : Double(limit)], shape: [low.count + 1], element: .float32)
    }

    /// Resets the environment within and the time.
    public mutating func reset(seed: UInt64?) {
        elapsed = 0
        base.reset(seed: seed)
        base.observe(into: &latest, at: 0, count: latest.count)
    }

    /// Plays one step of the environment within.
    public mutating func step(_ action: Action) -> Step {
        elapsed += 1
        let result = base.step(action)
        base.observe(into: &latest, at: 0, count: latest.count)
        return result
    }

    /// Writes the observation and the time.
    public func observe(into observation: inout MutableSpan<Float>) {
        layout.write(latest, one: 1, into: &observation) { $0.float }
        let time = isNormalized ? Double(elapsed) / Double(limit) : Double(elapsed)
        observation[layout.count] = Float(time)
    }
}

extension TimeAwareObservation: StateCodable where Base: StateCodable {
    /// Codes the time and the environment within.
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&elapsed, in: 0...1 << 62)
        try base.codeState(with: &coder)
        base.observe(into: &latest, at: 0, count: latest.count)
    }
}

/// How the numbers of a space's member become one row.
@usableFromInline struct FlatLayout: Sendable {
    /// For each number how many it becomes: 0 for one that stays as it is.
    @usableFromInline let choices: [Int]
    /// The length of the row.
    @usableFromInline let count: Int

    @usableFromInline init(_ space: Space) {
        choices = Self.choices(space)
        count = choices.reduce(0) { $0 + max(1, $1) }
    }

    private static func choices(_ space: Space) -> [Int] {
        switch space {
        case .discrete(let count): [count]
        case .multiDiscrete(let counts): counts
        case .box, .multiBinary: Array(repeating: 0, count: space.count)
        case .tuple, .dictionary: space.parts.flatMap(choices)
        }
    }

    @inlinable func write<Source: ObservationElement, Target: ObservationElement>(
        _ numbers: [Source], one: Target, into row: inout MutableSpan<Target>, _ convert: (Source) -> Target
    ) {
        var offset = 0
        for index in numbers.indices {
            let count = choices[index]
            if count == 0 {
                row[offset] = convert(numbers[index])
                offset += 1
            } else {
                for choice in 0..<count { row[offset + choice] = .zero }
                row[offset + Int(numbers[index].float)] = one
                offset += count
            }
        }
    }
}
