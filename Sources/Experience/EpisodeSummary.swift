/// A summary of a finished episode.
@frozen public struct EpisodeSummary: Hashable, Sendable, BitwiseCopyable {
    /// The number of the environment in the batch that played it.
    public var environment: Int
    /// The environment's seed; nil if its random stream continued from the episode before.
    public var seed: UInt64?
    /// The sum of its rewards.
    public var `return`: Double
    /// The number of its steps.
    public var length: Int

    @inlinable public init(environment: Int = 0, seed: UInt64? = nil, return: Double = 0, length: Int = 0) {
        (self.environment, self.seed) = (environment, seed)
        (self.return, self.length) = (`return`, length)
    }
}
