/// A value that changes with the step: a learning rate, exploration, a weight in a loss.
///
/// Schedules are pure functions of the step, so that a resumed run continues exactly. A learning rate follows one
/// through ``Optimizer/follow(_:at:)``.
public protocol Schedule: Sendable {
    /// The value at `step`, which counts from 0.
    func value(at step: Int) -> Double
}

/// The same value at every step.
public struct ConstantSchedule: Schedule, Hashable {
    public var value: Double

    public init(_ value: Double) { self.value = value }

    public func value(at step: Int) -> Double { value }
}

/// A linear change, then constant.
public struct LinearSchedule: Schedule, Hashable {
    /// The value at step 0.
    public var start: Double
    /// The value from ``steps`` on.
    public var end: Double
    /// The number of steps over which the value changes linearly; 0 gives ``end`` at once.
    public var steps: Int

    public init(from start: Double, to end: Double, over steps: Int) {
        (self.start, self.end, self.steps) = (start, end, steps)
    }

    public func value(at step: Int) -> Double {
        step >= steps ? end : start + (end - start) * Double(step) / Double(steps)
    }
}
