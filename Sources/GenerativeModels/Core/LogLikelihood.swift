/// The log-likelihood of rows, in nats, with the kind of the numbers.
public struct LogLikelihood: Sendable {
    /// How the numbers relate to log p(x).
    public enum Kind: String, Hashable, Sendable {
        /// They are log p(x), up to rounding.
        case exact
        /// They are at most log p(x) in expectation, as the bound of a variational autoencoder is.
        case lowerBound
        /// They estimate log p(x) and may be too high or too low, such as with a partition function from importance
        /// sampling.
        case estimate
    }

    /// How the numbers relate to log p(x).
    public let kind: Kind
    /// One number per row.
    public var nats: [Double]
    /// What the numbers are based on, such as `logZ` and its interval.
    public var details: [Metric]

    /// Makes a result of the given kind.
    public init(_ kind: Kind, _ nats: [Double], details: [Metric] = []) {
        (self.kind, self.nats, self.details) = (kind, nats, details)
    }

    /// The mean over the rows.
    public var mean: Double { nats.reduce(0, +) / Double(nats.count) }

    /// The standard error of the mean over the rows: the deviation to be expected of another test set of this size.
    public var standardError: Double {
        let mean = mean
        let squares = nats.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(max(1, nats.count - 1)) / Double(nats.count)).squareRoot()
    }
}
