/// A value that changes with the step: exploration, learning rate.
public struct LinearSchedule: Hashable, Sendable {
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
