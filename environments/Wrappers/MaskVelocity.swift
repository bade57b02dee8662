/// Hides the velocities in observations, so that an agent has to infer them from how positions change: RL Zoo's
/// `MaskVelocityWrapper`.
///
/// The observation keeps its shape and its space; velocities are 0.
@frozen public struct MaskVelocity<Base: Environment>: Wrapper {
    public typealias Action = Base.Action
    public typealias Element = Base.Element

    public var base: Base
    @usableFromInline let places: [Int]

    /// Hides the velocities of `base`.
    ///
    /// - Precondition: `base` says where its ``Environment/velocities`` are.
    @inlinable public init(_ base: Base) {
        requireFit("MaskVelocity", Self.misfit(base))
        self.base = base
        places = base.velocities
    }

    @usableFromInline static func misfit(_ base: Base) -> String? {
        base.velocities.isEmpty ? "an environment that says which of the numbers it observes are velocities" : nil
    }

    /// As in the wrapped environment: each step here is one step there.
    public var stackedFrames: Int { base.stackedFrames }

    /// Plays one step of each wrapped environment.
    @inlinable @inline(__always) public static func step(
        _ worlds: StridedWorlds<Self>, _ actions: UnsafePointer<Action>, into results: UnsafeMutablePointer<Step>
    ) {
        Base.step(worlds.parts(\.base)!, actions, into: results)
    }

    @inlinable public func observe(into observation: inout MutableSpan<Element>) {
        base.observe(into: &observation)
        for place in places { observation[place] = .zero }
    }
}

extension MaskVelocity: StateCodable where Base: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try base.codeState(with: &coder)
    }
}
