import Mathematics

/// How far a minimiser goes along a direction d in which f decreases: a step t from the point x, φ(t) = f(x + t d).
public enum LineSearch: Hashable, Sendable {
    /// Always the same step.
    case fixed(Double)
    /// Halved from the first guess until φ(t) ≤ φ(0) + c₁ t φ′(0) (Armijo 1966), c₁ = 10⁻⁴.
    case backtracking
    /// Armijo's condition and |φ′(t)| ≤ c₂ |φ′(0)|, c₂ = 0.9: the strong Wolfe conditions, which keep the curvature
    /// estimates of ``LBFGS`` positive (Nocedal & Wright 2006, algorithms 3.5 and 3.6).
    case strongWolfe

    fileprivate static let decrease = 1e-4
    private static let curvature = 0.9
    private static let evaluationLimit = 40

    /// A point along the direction.
    struct Trial {
        var step: Double
        var point: [Double]
        var value: Double
        var gradient: [Double]
        /// φ′(t).
        var slope: Double
    }

    /// A point that meets the search's condition; nil if none was found.
    ///
    /// - Precondition: the slope along the direction is negative, except for a fixed step.
    func search(_ f: some Objective, from start: Trial, along direction: [Double], guess: Double) throws -> Trial? {
        func trial(_ step: Double) throws -> Trial {
            let point = zip(start.point, direction).map { $0 + step * $1 }
            let (value, gradient) = try f.evaluate(at: point)
            let slope = innerProduct(gradient, direction)
            return Trial(step: step, point: point, value: value, gradient: gradient, slope: slope)
        }
        switch self {
        case .fixed: return try trial(guess)
        case .backtracking:
            var step = guess
            for _ in 0..<Self.evaluationLimit {
                let next = try trial(step)
                if start.isLowered(by: next) { return next }
                step /= 2
            }
            return nil
        case .strongWolfe: return try Self.wolfe(from: start, guess: guess, trial)
        }
    }

    /// Doubles the step until it has passed a minimum, then narrows the interval.
    private static func wolfe(from start: Trial, guess: Double, _ trial: (Double) throws -> Trial) throws -> Trial? {
        var previous = start
        var step = guess
        for _ in 0..<evaluationLimit {
            let next = try trial(step)
            if !start.isLowered(by: next) || (previous.step > 0 && next.value >= previous.value) {
                return try zoom(from: start, low: previous, high: next, trial)
            }
            if abs(next.slope) <= -curvature * start.slope { return next }
            if next.slope >= 0 { return try zoom(from: start, low: next, high: previous, trial) }
            previous = next
            step *= 2
        }
        return nil
    }

    /// Narrows an interval between the lowest point that meets Armijo's condition and one beyond a minimum.
    private static func zoom(
        from start: Trial, low: Trial, high: Trial, _ trial: (Double) throws -> Trial
    ) throws -> Trial? {
        var (low, high) = (low, high)
        for _ in 0..<evaluationLimit {
            let next = try trial(minimumOfCubic(low, high))
            if !start.isLowered(by: next) || next.value >= low.value {
                high = next
            } else {
                if abs(next.slope) <= -curvature * start.slope { return next }
                if next.slope * (high.step - low.step) >= 0 { high = low }
                low = next
            }
            if abs(high.step - low.step) * abs(low.slope) <= 1e-16 * max(1, abs(low.value)) { break }
        }
        // Rounding can make the curvature condition unreachable; the lowest point found is still an improvement.
        return low.step > 0 ? low : nil
    }

    /// The minimum of the cubic with the values and slopes of two points, kept a tenth of the interval away from its
    /// ends; the midpoint if the cubic has no minimum.
    private static func minimumOfCubic(_ a: Trial, _ b: Trial) -> Double {
        let (lower, upper) = (min(a.step, b.step), max(a.step, b.step))
        let margin = 0.1 * (upper - lower)
        let d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step)
        let square = d1 * d1 - a.slope * b.slope
        guard square >= 0 else { return (lower + upper) / 2 }
        let d2 = square.squareRoot() * (b.step > a.step ? 1 : -1)
        let step = b.step - (b.step - a.step) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2)
        return step.isFinite ? min(max(step, lower + margin), upper - margin) : (lower + upper) / 2
    }
}

extension LineSearch.Trial {
    /// Armijo's condition on a point further along; a value that isn't a number never meets it.
    fileprivate func isLowered(by next: LineSearch.Trial) -> Bool {
        next.value <= value + LineSearch.decrease * next.step * slope
    }
}
