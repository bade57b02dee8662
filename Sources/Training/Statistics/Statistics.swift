import Mathematics

/// Summaries of a handful of numbers, such as the returns of episodes.
public enum Statistics {
    /// The arithmetic mean; NaN for no values. Finite for any finite values, even if their sum is too large.
    public static func mean(_ values: [Double]) -> Double {
        let sum = values.reduce(0, +)
        guard !sum.isFinite else { return sum / Double(values.count) }
        let scale = largestMagnitude(values)
        guard scale.isFinite else { return sum / Double(values.count) }
        return values.reduce(0) { $0 + $1 / scale / Double(values.count) } * scale
    }

    /// The standard deviation of the values themselves (divided by n, NumPy's default); NaN for no values.
    public static func populationStandardDeviation(_ values: [Double]) -> Double {
        standardDeviation(values, divisor: Double(values.count))
    }

    /// The standard deviation of what the values are a sample of (divided by n − 1, NumPy's `ddof=1`); NaN for fewer
    /// than two values.
    public static func sampleStandardDeviation(_ values: [Double]) -> Double {
        values.count < 2 ? .nan : standardDeviation(values, divisor: Double(values.count - 1))
    }

    private static func standardDeviation(_ values: [Double], divisor: Double) -> Double {
        let mean = mean(values)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        if squares.isNormal || values.isEmpty { return (squares / divisor).squareRoot() }
        // Too large or too small to be squared: in units of the largest deviation.
        let scale = largestMagnitude(values.map { $0 / 2 - mean / 2 })
        guard scale > 0, scale.isFinite else { return scale }
        let scaled = values.reduce(0) { sum, value in
            let deviation = (value / 2 - mean / 2) / scale
            return sum + deviation * deviation
        }
        return (scaled / divisor).squareRoot() * scale * 2
    }

    /// The middle value, or the mean of the two in the middle; NaN for no values.
    public static func median(_ values: [Double]) -> Double {
        quantile(0.5, ofSorted: values.sorted())
    }

    /// The mean of the middle half: a quarter of the values, rounded down, is left out at each end; NaN for no values.
    ///
    /// Robust like the median and nearly as efficient as the mean (Agarwal et al. 2021, "Deep Reinforcement Learning at
    /// the Edge of the Statistical Precipice"); the same as `scipy.stats.trim_mean(values, 0.25)`.
    public static func interquartileMean(_ values: [Double]) -> Double {
        let omitted = values.count / 4
        return mean(Array(values.sorted()[omitted..<values.count - omitted]))
    }

    /// The value that a share of the values lies below, interpolated linearly as NumPy does by default; NaN for no
    /// values.
    ///
    /// - Precondition: `share` is in 0...1.
    static func quantile(_ share: Double, ofSorted values: [Double]) -> Double {
        precondition((0...1).contains(share), "a quantile must be in 0...1, not \(share)")
        guard let last = values.last else { return .nan }
        let place = share * Double(values.count - 1)
        let index = Int(place)
        guard index + 1 < values.count else { return last }
        let (low, high, part) = (values[index], values[index + 1], place - Double(index))
        let difference = high - low
        return difference.isFinite ? low + difference * part : low * (1 - part) + high * part
    }
}
