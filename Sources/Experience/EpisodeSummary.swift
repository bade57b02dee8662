/// What is left to say of an episode when it has ended.
@frozen public struct EpisodeSummary: Hashable, Sendable, BitwiseCopyable {
    /// The environment of the batch that played it.
    public var environment: Int
    /// What the environment was seeded with; nil where its random stream ran on.
    public var seed: UInt64?
    /// The sum of its rewards.
    public var `return`: Double
    /// The number of its steps.
    public var length: Int

    /// Describes an episode.
    @inlinable public init(environment: Int = 0, seed: UInt64? = nil, return: Double = 0, length: Int = 0) {
        (self.environment, self.seed) = (environment, seed)
        (self.return, self.length) = (`return`, length)
    }
}
