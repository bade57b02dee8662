import Random

/// Numbers uniform in a range, the same for the same seed.
func numbers(_ count: Int, seed: UInt64, in range: ClosedRange<Double> = -2...2) -> [Double] {
    var random = RandomStream(seed: seed)
    return (0..<count).map { _ in range.lowerBound + (range.upperBound - range.lowerBound) * random.uniform() }
}

/// A distribution over `count` values, all of them possible.
func distribution(_ count: Int, seed: UInt64) -> [Double] {
    let weights = numbers(count, seed: seed, in: 0.05...1)
    return weights.map { $0 / weights.reduce(0, +) }
}

/// Whether two numbers agree, relative to max(1, |expected|).
func isClose(_ value: Double, _ expected: Double, _ tolerance: Double = 1e-12) -> Bool {
    abs(value - expected) <= tolerance * max(1, abs(expected))
}

/// Whether all numbers agree one by one.
func areClose(_ values: [Double], _ expected: [Double], _ tolerance: Double = 1e-12) -> Bool {
    values.count == expected.count && zip(values, expected).allSatisfy { isClose($0, $1, tolerance) }
}

/// (f(x + h) − f(x − h)) / 2h.
func centralDifference(at x: Double, step: Double = 1e-5, of f: (Double) -> Double) -> Double {
    (f(x + step) - f(x - step)) / (2 * step)
}
