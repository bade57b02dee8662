import Datasets

/// The log-likelihood of rows, in nats, with the kind of the numbers.
public struct LogLikelihood: Sendable {
    /// How the numbers relate to log p(x).
    public let kind: ScoreKind
    /// log p of each row, for sequences the sum over its steps.
    public var nats: [Double]
    /// What the numbers are based on, such as `logZ` and its interval.
    public var details: [Metric]

    /// Makes a result of the given kind.
    public init(_ kind: ScoreKind, _ nats: [Double], details: [Metric] = []) {
        (self.kind, self.nats, self.details) = (kind, nats, details)
    }

    /// The mean over the rows.
    public var mean: Double { nats.reduce(0, +) / Double(nats.count) }

    /// The standard error of the mean over the rows: the deviation to be expected of another test set of this size. It
    /// is NaN for less than two rows, which say nothing about it.
    public var standardError: Double {
        guard nats.count > 1 else { return .nan }
        let mean = mean
        let squares = nats.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(nats.count - 1) / Double(nats.count)).squareRoot()
    }
}
