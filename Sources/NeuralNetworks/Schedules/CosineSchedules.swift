import Foundation

/// Half a cosine from `start` (at progress 0) to `end` (at 1) (Loshchilov & Hutter 2017):
/// end + (start − end)(1 + cos(π · progress)) / 2.
private func cosine(from start: Double, to end: Double, _ progress: Double) -> Double {
    end + (start - end) * (1 + cos(Double.pi * progress)) / 2
}

/// A linear increase over the warm-up, then half a cosine from the peak to the end, and constant from there. With a
/// warm-up it is nanoGPT's schedule, without one PyTorch's `CosineAnnealingLR`.
public struct CosineSchedule: Schedule, Hashable {
    /// The value after the warm-up.
    public var peak: Double
    /// The value from ``steps`` on.
    public var end: Double
    /// The number of warm-up steps; step i of them has the value peak · (i + 1) / (warm-up + 1).
    public var warmup: Int
    /// The step at which the cosine ends, warm-up included.
    public var steps: Int

    /// Makes a schedule.
    ///
    /// - Precondition: the warm-up is within the steps.
    public init(peak: Double, to end: Double = 0, warmup: Int = 0, over steps: Int) {
        precondition(
            (0...steps).contains(warmup), "the warm-up of \(warmup) steps must be between 0 and the schedule's \(steps)"
        )
        (self.peak, self.end, self.warmup, self.steps) = (peak, end, warmup, steps)
    }

    public func value(at step: Int) -> Double {
        if step < warmup { return peak * Double(step + 1) / Double(warmup + 1) }
        if step >= steps { return end }
        return cosine(from: peak, to: end, Double(step - warmup) / Double(steps - warmup))
    }
}

/// The one-cycle policy (Smith & Topin 2018) as in PyTorch's `OneCycleLR`: half a cosine up from peak / startFactor,
/// then half a cosine down to peak / (startFactor · endFactor) at the last step.
public struct OneCycleSchedule: Schedule, Hashable {
    /// The largest value.
    public var peak: Double
    /// The number of steps of the cycle.
    public var steps: Int
    /// The fraction of the steps in which the value rises.
    public var rise: Double
    /// The ratio of the peak to the first value.
    public var startFactor: Double
    /// The ratio of the first value to the last.
    public var endFactor: Double

    /// Makes a schedule with PyTorch's defaults.
    ///
    /// - Precondition: both parts of the cycle have at least one step: 1 < rise · steps < steps.
    public init(
        peak: Double, over steps: Int, rise: Double = 0.3, startFactor: Double = 25, endFactor: Double = 1e4
    ) {
        precondition(
            1 < rise * Double(steps) && rise * Double(steps) < Double(steps),
            "one cycle: a rise over \(rise) of \(steps) steps leaves no step for one of the parts")
        (self.peak, self.steps, self.rise) = (peak, steps, rise)
        (self.startFactor, self.endFactor) = (startFactor, endFactor)
    }

    /// The value at `step`; constant after the last step.
    public func value(at step: Int) -> Double {
        let (top, last) = (rise * Double(steps) - 1, Double(steps - 1))
        let (start, now) = (peak / startFactor, min(Double(step), last))
        if now <= top { return cosine(from: start, to: peak, now / top) }
        return cosine(from: peak, to: start / endFactor, (now - top) / (last - top))
    }
}
