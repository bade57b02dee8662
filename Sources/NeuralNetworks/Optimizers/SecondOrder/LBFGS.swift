import Mathematics

/// The limited-memory BFGS method (Nocedal 1980; Liu & Nocedal 1989): steps along −H⁻¹g, with an inverse Hessian built
/// from the last steps s = x′ − x and gradient changes y = g′ − g, which the two-loop recursion applies without a
/// matrix. It is for smooth functions over all their data; the noise of minibatches breaks it.
public struct LBFGS: Hashable, Sendable {
    /// The number of steps that are remembered.
    public var historySize: Int
    /// How the length of each step is chosen.
    public var lineSearch: LineSearch
    /// The maximum number of steps.
    public var iterations: Int
    /// The minimum counts as reached when no element of the gradient is larger.
    public var tolerance: Double

    /// Makes a minimiser.
    ///
    /// - Precondition: at least one step is remembered.
    public init(
        historySize: Int = 10, lineSearch: LineSearch = .strongWolfe, iterations: Int = 100, tolerance: Double = 1e-7
    ) {
        precondition(historySize >= 1, "L-BFGS: the history size \(historySize) must be at least 1")
        (self.historySize, self.lineSearch) = (historySize, lineSearch)
        (self.iterations, self.tolerance) = (iterations, tolerance)
    }

    /// A remembered step.
    private struct Pair {
        var step, change: [Double]
        /// 1 / yᵀs.
        var scale: Double
    }

    /// Minimises `f` from a starting point.
    ///
    /// - Throws: any error that `f` throws.
    public func minimize(_ f: some Objective, from start: [Double]) throws -> Minimum {
        let (value, gradient) = try f.evaluate(at: start)
        var here = LineSearch.Trial(step: 0, point: start, value: value, gradient: gradient, slope: 0)
        var history: [Pair] = []
        var made = 0
        while made < iterations && here.largestSlope > tolerance {
            let direction = direction(for: here.gradient, history)
            here.slope = innerProduct(here.gradient, direction)
            guard here.slope < 0 else { break }
            here.step = 0
            let guess = firstGuess(here.gradient, isFirst: made == 0)
            guard let next = try lineSearch.search(f, from: here, along: direction, guess: guess) else { break }
            remember(from: here, to: next, in: &history)
            here = next
            made += 1
        }
        return here.minimum(iterations: made, tolerance: tolerance)
    }

    /// The first step is at most 1 long in the sum of its magnitudes, since nothing is known of the curvature yet.
    private func firstGuess(_ gradient: [Double], isFirst: Bool) -> Double {
        let length: Double
        if case .fixed(let step) = lineSearch { length = step } else { length = 1 }
        return isFirst ? length * min(1, 1 / gradient.reduce(0) { $0 + abs($1) }) : length
    }

    /// −H⁻¹ g by the two-loop recursion, starting from H⁻¹ = (sᵀy / yᵀy) I of the last step.
    private func direction(for gradient: [Double], _ history: [Pair]) -> [Double] {
        var q = gradient.map { -$0 }
        var shares: [Double] = []
        for pair in history.reversed() {
            let share = pair.scale * innerProduct(pair.step, q)
            for i in q.indices { q[i] -= share * pair.change[i] }
            shares.append(share)
        }
        if let last = history.last {
            let size = 1 / (last.scale * innerProduct(last.change, last.change))
            for i in q.indices { q[i] *= size }
        }
        for (pair, share) in zip(history, shares.reversed()) {
            let correction = share - pair.scale * innerProduct(pair.change, q)
            for i in q.indices { q[i] += correction * pair.step[i] }
        }
        return q
    }

    /// Remembers the step if the curvature along it is positive, so that H⁻¹ stays positive definite.
    private func remember(from here: LineSearch.Trial, to next: LineSearch.Trial, in history: inout [Pair]) {
        let step = zip(next.point, here.point).map { $0 - $1 }
        let change = zip(next.gradient, here.gradient).map { $0 - $1 }
        let curvature = innerProduct(step, change)
        guard curvature > 1e-10 else { return }
        if history.count == historySize { history.removeFirst() }
        history.append(Pair(step: step, change: change, scale: 1 / curvature))
    }
}

extension LineSearch.Trial {
    /// NaN if an element of the gradient is.
    var largestSlope: Double { largestMagnitude(gradient) }

    func minimum(iterations: Int, tolerance: Double) -> Minimum {
        Minimum(
            point: point, value: value, largestSlope: largestSlope, iterations: iterations,
            isConverged: value.isFinite && largestSlope <= tolerance)
    }
}
