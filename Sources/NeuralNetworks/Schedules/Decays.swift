import Foundation

/// A staircase: start · factor^⌊step / interval⌋ (PyTorch's `StepLR`).
public struct StepSchedule: Schedule, Hashable {
    /// The value at step 0.
    public var start: Double
    /// The factor that the value is multiplied by at each stair.
    public var factor: Double
    /// The number of steps between stairs.
    public var interval: Int

    /// Makes a schedule.
    ///
    /// - Precondition: the interval is at least 1.
    public init(from start: Double, factor: Double, every interval: Int) {
        precondition(interval >= 1, "the interval of \(interval) steps must be at least 1")
        (self.start, self.factor, self.interval) = (start, factor, interval)
    }

    public func value(at step: Int) -> Double { start * pow(factor, Double(step / interval)) }
}

/// Exponential decay: start · factor^step (PyTorch's `ExponentialLR`).
public struct ExponentialSchedule: Schedule, Hashable {
    /// The value at step 0.
    public var start: Double
    /// The factor that the value is multiplied by in each step.
    public var factor: Double

    public init(from start: Double, factor: Double) { (self.start, self.factor) = (start, factor) }

    public func value(at step: Int) -> Double { start * pow(factor, Double(step)) }
}

/// The transformer's schedule (Vaswani et al. 2017): a linear increase over the warm-up, then a decrease as 1/√t. With
/// t = step + 1, the value is peak · min(t / warm-up, √(warm-up / t)); the paper's peak is 1/√(width · warm-up).
public struct InverseSquareRootSchedule: Schedule, Hashable {
    /// The largest value, at the end of the warm-up.
    public var peak: Double
    /// The number of warm-up steps.
    public var warmup: Int

    /// Makes a schedule.
    ///
    /// - Precondition: the warm-up has at least one step.
    public init(peak: Double, warmup: Int) {
        precondition(warmup >= 1, "the warm-up of \(warmup) steps must be at least 1")
        (self.peak, self.warmup) = (peak, warmup)
    }

    public func value(at step: Int) -> Double {
        let (t, warmup) = (Double(step + 1), Double(warmup))
        return peak * min(t / warmup, (warmup / t).squareRoot())
    }
}
