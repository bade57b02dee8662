import Experience

/// The observation as a vector of floats, followed by the number of steps played: Gymnasium's `TimeAwareObservation`,
/// flattened as it is there. With the time observed, a time limit becomes predictable (Pardo et al. 2018).
@frozen public struct TimeAwareObservation<Base: Environment>: Wrapper {
    public typealias Action = Base.Action
    public typealias Element = Float

    public var base: Base
    /// The step after which episodes are truncated.
    public let limit: Int
    /// Whether the time is a share of ``limit``.
    public let isNormalized: Bool
    /// The steps played since the last reset.
    public private(set) var elapsed: Int
    private let layout: FlatLayout
    private var latest: [Base.Element]
    private var floats: [Float]

    /// Appends the time to the observations of `base`, whose episodes take at most `limit` steps.
    ///
    /// - Precondition: `limit` is positive.
    public init(_ base: Base, limit: Int, isNormalized: Bool = false) {
        precondition(limit > 0, "TimeAwareObservation: expected a limit of at least 1 step, found \(limit)")
        self.base = base
        self.limit = limit
        self.isNormalized = isNormalized
        elapsed = 0
        layout = FlatLayout(base.observationSpace)
        latest = Array(repeating: .zero, count: base.observationSpace.count)
        floats = Array(repeating: 0, count: latest.count)
    }

    /// A box with one axis, whose last number is the time.
    public var observationSpace: Space {
        guard case .box(let low, let high, _, _) = base.observationSpace.flattened(element: .float32) else {
            preconditionFailure()
        }
        return .box(
            low: low + [0], high: high + [isNormalized ? 1 : Double(limit)], shape: [low.count + 1], element: .float32)
    }

    /// Resets the wrapped environment and the time.
    public mutating func reset(seed: UInt64?) {
        elapsed = 0
        base.reset(seed: seed)
        look()
    }

    public mutating func step(_ action: Action) -> Step {
        elapsed += 1
        let result = base.step(action)
        look()
        return result
    }

    private mutating func look() {
        base.observe(into: &latest, at: 0, count: latest.count)
        Base.Element.convert(latest, to: &floats)
    }

    public func observe(into observation: inout MutableSpan<Float>) {
        layout.write(floats, into: &observation)
        let time = isNormalized ? Double(elapsed) / Double(limit) : Double(elapsed)
        observation[layout.count] = Float(time)
    }
}

extension TimeAwareObservation: StateCodable where Base: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&elapsed, in: 0...1 << 62)
        try base.codeState(with: &coder)
        look()
    }
}
