import Foundation
import Mathematics
import TensorCore

/// The shift and scale that give every column of the training rows mean 0 and variance 1: (x − μ) / σ with μ = (1/n) Σ
/// xᵢ and σ² = (1/n) Σ (xᵢ − μ)². Validation and test rows are scaled by the training rows' statistics too, never by
/// their own.
public struct Standardizer: Hashable, Sendable {
    /// One per column.
    public let means: [Float]
    /// One per column; 1 for columns that don't vary in the training rows.
    public let deviations: [Float]

    /// Computes shift and scale of `rows`, (n, width) row-major, in one pass.
    public init(_ rows: [Float], width: Int) {
        precondition(
            width > 0 && rows.count % width == 0, "\(rows.count) numbers can't be divided into rows of \(width)")
        var moments = [RunningMoments](repeating: RunningMoments(), count: width)
        for (index, value) in rows.enumerated() { moments[index % width].add(Double(value)) }
        means = moments.map { Float($0.mean) }
        // A deviation below float32's range is treated as none, because rows are divided by it.
        deviations = moments.map { Float($0.populationVariance.squareRoot()) }.map { $0 > 0 ? $0 : 1 }
    }

    /// Uses the given shift and scale.
    ///
    /// - Precondition: as many means as deviations, and all deviations are above 0.
    public init(means: [Float], deviations: [Float]) {
        precondition(
            means.count == deviations.count && deviations.allSatisfy { $0 > 0 },
            "\(means.count) means need as many deviations above 0, given \(deviations)")
        (self.means, self.deviations) = (means, deviations)
    }

    /// A standardizer that changes nothing.
    public static func identity(width: Int) -> Standardizer {
        let zeros = [Float](repeating: 0, count: width)
        return Standardizer(means: zeros, deviations: zeros.map { _ in 1 })
    }

    /// (x − mean) / deviation.
    public func apply(_ rows: [Float]) -> [Float] {
        rows.enumerated().map { ($1 - means[$0 % means.count]) / deviations[$0 % means.count] }
    }

    /// x · deviation + mean.
    public func undo(_ rows: [Float]) -> [Float] {
        rows.enumerated().map { $1 * deviations[$0 % means.count] + means[$0 % means.count] }
    }

    /// The sum of the log deviations: what a log density loses when the data are scaled back.
    public var logVolume: Double { deviations.reduce(0) { $0 + log(Double($1)) } }

    /// `means` and `deviations`: what a checkpoint stores.
    public var variables: Parameters {
        Parameters([
            ("means", Variable(means, shape: [means.count], name: "means")),
            ("deviations", Variable(deviations, shape: [means.count], name: "deviations")),
        ])
    }

    /// Reads shift and scale from the ``variables`` of a checkpoint; nil if they are not valid.
    public init?(_ variables: Parameters) {
        let values = variables.variables.map(\.values)
        guard values.count == 2, values[0].count == values[1].count, values[1].allSatisfy({ $0 > 0 }) else {
            return nil
        }
        self.init(means: values[0], deviations: values[1])
    }
}
