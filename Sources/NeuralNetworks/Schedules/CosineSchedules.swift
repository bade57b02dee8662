import Foundation

/// Half a cosine from `start` (at progress 0) to `end` (at 1) (Loshchilov & Hutter 2017):
/// end + (start − end)(1 + cos(π · progress)) / 2.
private func cosine(from start: Double, to end: Double, _ progress: Double) -> Double {
    end + (start - end) * (1 + cos(Double.pi * progress)) / 2
}

/// A straight line up over the warm-up, then half a cosine from the peak to the end, and the end from there on: with a
/// warm-up nanoGPT's schedule, without one PyTorch's `CosineAnnealingLR`.
public struct CosineSchedule: Schedule, Hashable {
    /// The value after the warm-up.
    public var peak: Double
    /// The value from ``steps`` on.
    public var end: Double
    /// The steps of the warm-up, of which step i has the value peak · (i + 1) / (warm-up + 1).
    public var warmup: Int
    /// The step at which the cosine ends, the warm-up's included.
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

    /// The value at `step`.
    public func value(at step: Int) -> Double {
        if step < warmup { return peak * Double(step + 1) / Double(warmup + 1) }
        if step >= steps { return end }
        return cosine(from: peak, to: end, Double(step - warmup) / Double(steps - warmup))
    }
}

/// The one-cycle policy (Smith & Topin 2018) as PyTorch's `OneCycleLR`: half a cosine up from peak / startFactor, then half
/// a cosine down to peak / (startFactor · endFactor) at the last step.
public struct OneCycleSchedule: Schedule, Hashable {
    /// The largest value.
    public var peak: Double
    /// The number of steps of the cycle.
    public var steps: Int
    /// The share of the steps in which the value rises.
    public var rise: Double
    /// The peak's ratio to the first value.
    public var startFactor: Double
    /// The first value's ratio to the last.
    public var endFactor: Double

    /// Makes a schedule with PyTorch's defaults.
    ///
    /// - Precondition: both parts of the cycle have a step: 1 < rise · steps < steps.
    public init(
        peak: Double, over steps: Int, rise: Double = 0.3, startFactor: Double = 25, endFactor: Double = 1e4
    ) {
        precondition(
            1 < rise * Double(steps) && rise * Double(steps) < Double(steps),
            "one cycle: a rise over \(rise) of \(steps) steps leaves no step for one of the parts")
        (self.peak, self.steps, self.rise) = (peak, steps, rise)
        (self.startFactor, self.endFactor) = (startFactor, endFactor)
    }

    /// The value at `step`; the last step's from there on.
    public func value(at step: Int) -> Double {
        let (top, last) = (rise * Double(steps) - 1, Double(steps - 1))
        let (start, now) = (peak / startFactor, min(Double(step), last))
        if now <= top { return cosine(from: start, to: peak, now / top) }
        return cosine(from: peak, to: start / endFactor, (now - top) / (last - top))
    }
}
