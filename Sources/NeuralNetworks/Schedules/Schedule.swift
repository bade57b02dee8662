/// A value that changes with the step: a learning rate, exploration, a weight in a loss.
///
/// Schedules are pure functions of the step, so that a resumed run goes on exactly. A learning rate follows one by
/// ``Optimizer/follow(_:at:)``.
public protocol Schedule: Sendable {
    /// The value at `step`, which counts from 0.
    func value(at step: Int) -> Double
}

/// The same value at every step.
public struct ConstantSchedule: Schedule, Hashable {
    /// The value.
    public var value: Double

    /// Makes a schedule.
    public init(_ value: Double) { self.value = value }

    /// The value.
    public func value(at step: Int) -> Double { value }
}

/// A straight line, and its end from there on.
public struct LinearSchedule: Schedule, Hashable {
    /// The value at step 0.
    public var start: Double
    /// The value from ``steps`` on.
    public var end: Double
    /// The number of steps over which the value moves in a straight line; 0 means ``end`` at once.
    public var steps: Int

    /// Makes a schedule.
    public init(from start: Double, to end: Double, over steps: Int) {
        (self.start, self.end, self.steps) = (start, end, steps)
    }

    /// The value at `step`.
    public func value(at step: Int) -> Double {
        step >= steps ? end : start + (end - start) * Double(step) / Double(steps)
    }
}
