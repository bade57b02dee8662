/// The mean and variance of numbers that arrive one by one, without storing them (Welford 1962).
public struct RunningMoments: Hashable, Sendable {
    /// The number of numbers so far.
    public private(set) var count: Int
    /// Their mean; 0 if there are none.
    public private(set) var mean: Double
    /// The sum of their squared distances from the mean.
    public private(set) var squaredDeviations: Double

    /// Starts without numbers, or continues from an earlier value of this type.
    ///
    /// - Precondition: `count` and `squaredDeviations` are not negative.
    public init(count: Int = 0, mean: Double = 0, squaredDeviations: Double = 0) {
        precondition(count >= 0, "the count \(count) must be at least 0")
        precondition(!(squaredDeviations < 0), "the squared deviations \(squaredDeviations) must be at least 0")
        self.count = count
        self.mean = mean
        self.squaredDeviations = squaredDeviations
    }

    /// Adds a number.
    public mutating func add(_ value: Double) {
        count += 1
        let distance = value - mean
        mean += distance / Double(count)
        squaredDeviations += distance * (value - mean)
    }

    /// The variance of the numbers themselves (divided by n); NaN if there are none.
    public var populationVariance: Double { count == 0 ? .nan : squaredDeviations / Double(count) }

    /// The estimated variance of the distribution that the numbers were sampled from (divided by n − 1); NaN for fewer
    /// than two.
    public var sampleVariance: Double { count < 2 ? .nan : squaredDeviations / Double(count - 1) }
}
