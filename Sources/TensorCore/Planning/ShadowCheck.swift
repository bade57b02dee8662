import Synchronization

/// The comparison of every run with a plain one, for finding faults of the planner and of kernels.
///
/// With ``isEnabled`` set before programs are planned, each run of a plan is preceded by a plain run of the same step from the
/// same inputs, variables and random counter: one operation after another by the kernels of the least instruction set, nothing fused, no memory used
/// twice, no variable assigned before the end. What each unit of the plan computes is then compared with it, and at the end
/// the outputs and the variables.
///
/// Both are made from the same simplified graph; that is compared with ``Reference`` in tests.
///
/// The plain run is in float32, not float64: it rounds as the plan does, so that what differs is what planning did; as
/// long as sums are taken in the same order, all bits are the same. A sum in another order is the exact sum of terms that are each
/// off by some last bits. So the tolerance is what last bits do: 2⁻²⁰ of the array's largest element, and sixteen times the
/// change in the plain run when the last bit of every input and variable that isn't a whole number is flipped. The
/// second part is for what amplifies rounding, such as Adam's first step of a gradient that is 0 but for rounding; it is
/// worked out only where the first part isn't enough.
public enum ShadowCheck {
    private static let enabled = Atomic(false)

    /// Whether plans made from now on are compared with plain runs, which makes them many times slower.
    public static var isEnabled: Bool {
        get { enabled.load(ordering: .relaxed) }
        set { enabled.store(newValue, ordering: .relaxed) }
    }
}

/// How far a result has been from the plain runs'.
public struct ShadowDifference: Hashable, Sendable {
    /// What it is of, such as `output 0 []` or `variable 2 'weight' [128, 4]`.
    public let name: String
    /// The largest difference of an element, in the run where it was the largest part of what was allowed.
    public internal(set) var largest = 0.0
    /// What was allowed then: what rounding explains.
    public internal(set) var allowed = 0.0

    /// Whether all bits were the same.
    public var isNone: Bool { largest == 0 }
}
