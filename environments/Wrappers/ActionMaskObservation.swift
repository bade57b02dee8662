import Experience

/// The observation as a vector of floats, followed by the action mask, 1 for valid actions and 0 for the others: for
/// agents that know nothing of masks.
public struct ActionMaskObservation<Base: Environment>: LookingWrapper {
    public typealias Action = Base.Action
    public typealias Element = Float

    public var base: Base
    private let count: Int
    private let layout: FlatLayout
    private var latest: [Base.Element]
    private var floats: [Float]

    /// Appends the action mask to the observations of `base`.
    ///
    /// - Precondition: `base` has discrete actions and an action mask.
    public init(_ base: Base) {
        requireFit("ActionMaskObservation", Self.misfit(base))
        self.base = base
        count = base.actionSpace.discreteCount ?? 0
        layout = FlatLayout(base.observationSpace)
        latest = Array(repeating: .zero, count: base.observationSpace.count)
        floats = Array(repeating: 0, count: latest.count)
    }

    static func misfit(_ base: Base) -> String? {
        base.actionMask == nil || base.actionSpace.discreteCount == nil
            ? "an environment that says which of its discrete actions are valid" : nil
    }

    /// A box with one axis, which ends with the mask.
    public var observationSpace: Space {
        guard case .box(let low, let high, _, _) = base.observationSpace.flattened(element: .float32) else {
            preconditionFailure()
        }
        return .box(
            low: low + Array(repeating: 0, count: count), high: high + Array(repeating: 1, count: count),
            shape: [low.count + count], element: .float32)
    }

    /// Stores the observation as floats.
    public mutating func look() {
        base.observe(into: &latest, at: 0, count: latest.count)
        Base.Element.convert(latest, to: &floats)
    }

    public func observe(into observation: inout MutableSpan<Float>) {
        layout.write(floats, into: &observation)
        guard let mask = base.actionMask else { preconditionFailure("the environment no longer has an action mask") }
        for action in 0..<count { observation[layout.count + action] = mask.contains(action) ? 1 : 0 }
    }
}

extension ActionMaskObservation: StateCodable where Base: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try base.codeState(with: &coder)
        look()
    }
}
