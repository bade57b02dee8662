/// Summaries of a handful of numbers, such as the returns of episodes.
public enum Statistics {
    /// The arithmetic mean; NaN for no values.
    public static func mean(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(values.count)
    }

    /// The standard deviation of the values themselves (divided by n, NumPy's default); NaN for no values.
    public static func populationStandardDeviation(_ values: [Double]) -> Double {
        (squaredDeviations(values) / Double(values.count)).squareRoot()
    }

    /// The standard deviation of what the values are a sample of (divided by n − 1, NumPy's `ddof=1`); NaN for fewer
    /// than two values.
    public static func sampleStandardDeviation(_ values: [Double]) -> Double {
        values.count < 2 ? .nan : (squaredDeviations(values) / Double(values.count - 1)).squareRoot()
    }

    private static func squaredDeviations(_ values: [Double]) -> Double {
        let mean = mean(values)
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
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
        return values[index] + (values[index + 1] - values[index]) * (place - Double(index))
    }
}
