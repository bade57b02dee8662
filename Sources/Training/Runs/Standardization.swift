import Foundation

/// The shift and scale that give every data dimension mean 0 and variance 1, found on the training rows.
public struct Standardization: Hashable, Sendable {
    /// One a dimension.
    public let means: [Float]
    /// One a dimension; 1 where the data don't vary.
    public let deviations: [Float]

    /// Finds shift and scale of `rows`, (n, width) row-major.
    public init(_ rows: [Float], width: Int) {
        var moments = [RunningMoments](repeating: RunningMoments(), count: width)
        for (index, value) in rows.enumerated() { moments[index % width].add(Double(value)) }
        means = moments.map { Float($0.mean) }
        // A deviation below float32's range counts as none: rows are divided by it.
        deviations = moments.map { Float($0.populationVariance.squareRoot()) }.map { $0 > 0 ? $0 : 1 }
    }

    /// Takes shift and scale as given.
    public init(means: [Float], deviations: [Float]) { (self.means, self.deviations) = (means, deviations) }

    /// (x − mean) / deviation.
    public func apply(_ rows: [Float]) -> [Float] {
        rows.enumerated().map { ($1 - means[$0 % means.count]) / deviations[$0 % means.count] }
    }

    /// x · deviation + mean.
    public func undo(_ rows: [Float]) -> [Float] {
        rows.enumerated().map { $1 * deviations[$0 % means.count] + means[$0 % means.count] }
    }

    /// The sum of log deviations: what a density loses by scaling the data up again.
    public var logVolume: Double { deviations.reduce(0) { $0 + log(Double($1)) } }
}
