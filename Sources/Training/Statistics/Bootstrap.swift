import Random

extension Statistics {
    /// An interval that is to hold the true mean of what the values are a sample of: the percentile bootstrap (Efron
    /// 1979) of the mean.
    ///
    /// - Parameters:
    ///   - values: The sample. One value gives an interval of no width, none gives NaN.
    ///   - confidence: The share of samples whose interval holds the true mean, in 0...1.
    ///   - resampleCount: How many samples are drawn from the values, with replacement; at least 1.
    ///   - seed: The same seed gives the same interval.
    /// - Returns: The means below which (1 − confidence) / 2 and (1 + confidence) / 2 of the resamples' means lie.
    /// - Complexity: O(resamples × values).
    public static func bootstrapInterval(
        ofMeanOf values: [Double], confidence: Double = 0.95, resampleCount: Int = 2000, seed: UInt64 = 0
    ) -> (lower: Double, upper: Double) {
        precondition((0...1).contains(confidence), "a confidence is in 0...1, not \(confidence)")
        precondition(resampleCount > 0, "\(resampleCount) resamples; at least 1 is needed")
        guard !values.isEmpty else { return (.nan, .nan) }
        var generator = PCG64(seed: seed)
        var means = (0..<resampleCount).map { _ in
            var sum = 0.0
            for _ in values.indices { sum += values[generator.integers(values.count)] }
            return sum / Double(values.count)
        }
        means.sort()
        let outside = (1 - confidence) / 2
        return (quantile(outside, ofSorted: means), quantile(1 - outside, ofSorted: means))
    }
}
