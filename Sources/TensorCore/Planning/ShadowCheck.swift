import Synchronization

/// The comparison of every run with a plain one, for finding faults of the planner and of kernels.
///
/// If ``isEnabled`` is set before programs are planned, each run of a plan is preceded by a plain run of the same step
/// from the same inputs, variables and random counter. It does one operation after another with the kernels of the
/// smallest instruction set, fuses nothing, uses no memory twice and assigns no variable before the end. The results of
/// each unit of the plan are compared with it, and at the end the outputs and the variables.
///
/// Both are made from the same simplified graph, which tests compare with ``Reference``.
///
/// The plain run is in float32, not float64: it rounds as the plan does, so that differences come from planning; as
/// long as sums are taken in the same order, all bits are the same. A sum in a different order is the exact sum of
/// terms that are each off by a few last bits. The tolerance is therefore the effect of last bits: 2⁻²⁰ of the array's
/// largest element, plus sixteen times the change in the plain run when the last bit of every input and variable that
/// is not a whole number is flipped. The second part allows for computations that amplify rounding, such as Adam's
/// first step with a gradient that is 0 except for rounding; it is computed only if the first part is not enough.
public enum ShadowCheck {
    private static let enabled = Atomic(false)

    /// Whether new plans are compared with plain runs, which makes them many times slower.
    public static var isEnabled: Bool {
        get { enabled.load(ordering: .relaxed) }
        set { enabled.store(newValue, ordering: .relaxed) }
    }
}

/// The largest difference between a result and that of the plain runs.
public struct ShadowDifference: Hashable, Sendable {
    /// The name of the result, such as `output 0 []` or `variable 2 'weight' [128, 4]`.
    public let name: String
    /// The largest difference of an element, in the run where it was the largest fraction of the allowance.
    public internal(set) var largest = 0.0
    /// The allowance in that run: the difference that rounding can explain.
    public internal(set) var allowed = 0.0

    /// Whether all bits were the same.
    public var isNone: Bool { largest == 0 }
}
