/// A summary of a finished episode.
@frozen public struct EpisodeSummary: Hashable, Sendable, BitwiseCopyable {
    /// The number of the environment in the batch that played it.
    public var environment: Int
    /// The environment's seed; nil if its random stream continued from the episode before.
    public var seed: UInt64?
    /// The sum of the rewards that the world itself gave.
    public var `return`: Double
    /// The sum of its rewards as wrappers changed them, which is what an agent learns from; nil if none changes them.
    public var wrappedReturn: Double?
    /// The number of its steps.
    public var length: Int
    /// Whether it was left before its end because it had reached a limit of an evaluation.
    public var isCut = false

    @inlinable public init(
        environment: Int = 0, seed: UInt64? = nil, return: Double = 0, wrappedReturn: Double? = nil, length: Int = 0
    ) {
        (self.environment, self.seed) = (environment, seed)
        (self.return, self.wrappedReturn, self.length) = (`return`, wrappedReturn, length)
    }
}
