import Random

/// The stratified percentile bootstrap (Efron 1979; Agarwal et al. 2021): how uncertain a summary of scores is because
/// only so many runs were made. The runs of each task are resampled from those of that task, with replacement.
public struct StratifiedBootstrap: Hashable, Sendable {
    /// The share of intervals that contain the true value, in 0...1.
    public var confidence: Double
    /// The number of resamples; at least 1.
    public var resampleCount: Int
    /// The same seed gives the same intervals.
    public var seed: UInt64

    /// A value with its confidence interval.
    public struct Estimate: Hashable, Sendable {
        /// The statistic of the scores themselves.
        public var value: Double
        public var lower: Double
        public var upper: Double
    }

    public init(confidence: Double = 0.95, resampleCount: Int = 2000, seed: UInt64 = 0) {
        precondition((0...1).contains(confidence), "a confidence must be in 0...1, not \(confidence)")
        precondition(resampleCount > 0, "a bootstrap needs at least 1 resample, not \(resampleCount)")
        (self.confidence, self.resampleCount, self.seed) = (confidence, resampleCount, seed)
    }

    /// Estimates of what `statistics` returns for some tables, which are resampled independently of each other.
    ///
    /// - Parameter statistics: Takes as many tables as there are, and returns the same number of values each time.
    /// - Complexity: O(resamples × (scores + what `statistics` takes)).
    public func estimates(of tables: [ScoreTable], _ statistics: ([ScoreTable]) -> [Double]) -> [Estimate] {
        let values = statistics(tables)
        var generator = PCG64(seed: seed)
        var resamples = values.map { _ in [Double]() }
        for index in resamples.indices { resamples[index].reserveCapacity(resampleCount) }
        for _ in 0..<resampleCount {
            let drawn = tables.map { table in
                table.resampled(table.tasks.map { scores in scores.map { _ in generator.integers(scores.count) } })
            }
            for (index, value) in statistics(drawn).enumerated() { resamples[index].append(value) }
        }
        let outside = (1 - confidence) / 2
        return zip(values, resamples).map { value, resamples in
            let sorted = resamples.sorted()
            return Estimate(
                value: value, lower: Statistics.quantile(outside, ofSorted: sorted),
                upper: Statistics.quantile(1 - outside, ofSorted: sorted))
        }
    }

    /// The estimate of one statistic of one table.
    public func estimate(of table: ScoreTable, _ statistic: (ScoreTable) -> Double) -> Estimate {
        estimates(of: [table]) { [statistic($0[0])] }[0]
    }
}

extension Statistics {
    /// A confidence interval for the true mean of what the values are a sample of: the percentile bootstrap of the
    /// mean.
    ///
    /// - Parameters:
    ///   - values: The sample. One value gives an interval of no width, none gives NaN.
    ///   - confidence: The share of intervals that contain the true mean, in 0...1.
    ///   - resampleCount: The number of resamples of the values, with replacement; at least 1.
    ///   - seed: The same seed gives the same interval.
    /// - Returns: The (1 − confidence) / 2 and (1 + confidence) / 2 quantiles of the resamples' means.
    /// - Complexity: O(resamples × values).
    public static func bootstrapInterval(
        ofMeanOf values: [Double], confidence: Double = 0.95, resampleCount: Int = 2000, seed: UInt64 = 0
    ) -> (lower: Double, upper: Double) {
        let bootstrap = StratifiedBootstrap(confidence: confidence, resampleCount: resampleCount, seed: seed)
        guard !values.isEmpty else { return (.nan, .nan) }
        let estimate = bootstrap.estimate(of: ScoreTable(tasks: [values])) { mean($0.tasks[0]) }
        return (estimate.lower, estimate.upper)
    }
}
