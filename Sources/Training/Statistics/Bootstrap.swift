import Random

/// The stratified percentile bootstrap (Efron 1979; Agarwal et al. 2021): how far a summary of scores may be off because
/// only so many runs were made. The runs of each task are drawn anew from those of that task, with replacement.
public struct StratifiedBootstrap: Hashable, Sendable {
    /// The share of samples whose interval holds the true value, in 0...1.
    public var confidence: Double
    /// How often the runs are drawn anew; at least 1.
    public var resampleCount: Int
    /// The same seed gives the same intervals.
    public var seed: UInt64

    /// A value, and the interval that is to hold the true one.
    public struct Estimate: Hashable, Sendable {
        /// Of the scores themselves.
        public var value: Double
        /// The lower end.
        public var lower: Double
        /// The upper end.
        public var upper: Double
    }

    /// A bootstrap.
    public init(confidence: Double = 0.95, resampleCount: Int = 2000, seed: UInt64 = 0) {
        precondition((0...1).contains(confidence), "a confidence is in 0...1, not \(confidence)")
        precondition(resampleCount > 0, "\(resampleCount) resamples; at least 1 is needed")
        (self.confidence, self.resampleCount, self.seed) = (confidence, resampleCount, seed)
    }

    /// Estimates of what `statistics` gives of some tables, which are drawn anew independently of each other.
    ///
    /// - Parameter statistics: Takes as many tables as there are, and gives as many numbers each time.
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

    /// The estimate of one number of one table.
    public func estimate(of table: ScoreTable, _ statistic: (ScoreTable) -> Double) -> Estimate {
        estimates(of: [table]) { [statistic($0[0])] }[0]
    }
}

extension Statistics {
    /// An interval that is to hold the true mean of what the values are a sample of: the percentile bootstrap of the mean.
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
        let bootstrap = StratifiedBootstrap(confidence: confidence, resampleCount: resampleCount, seed: seed)
        guard !values.isEmpty else { return (.nan, .nan) }
        let estimate = bootstrap.estimate(of: ScoreTable(tasks: [values])) { mean($0.tasks[0]) }
        return (estimate.lower, estimate.upper)
    }
}
