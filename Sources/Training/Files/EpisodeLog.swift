import Storage

/// Writes `episodes.csv`, one line an episode in the order in which they ended. It has no times: a run that was resumed
/// has the same bytes as one that was not.
public final class EpisodeLog {
    static let columns = ["episode", "environment", "step", "return", "length", "terminated", "truncated"]
    private let table: CSVWriter

    /// One line of the log.
    public struct Episode: Hashable, Sendable {
        /// The episode's number among those that have ended, from 0.
        public var number: Int
        /// The number of the environment in which it was played.
        public var environment: Int
        /// The steps of all environments when it ended.
        public var step: Int
        /// The sum of its rewards.
        public var totalReward: Double
        /// Its number of steps.
        public var length: Int
        /// Whether it ended in a terminal state.
        public var terminated: Bool
        /// Whether it was cut.
        public var truncated: Bool

        /// Makes a line.
        public init(
            number: Int, environment: Int, step: Int, totalReward: Double, length: Int, terminated: Bool,
            truncated: Bool
        ) {
            self.number = number
            self.environment = environment
            self.step = step
            self.totalReward = totalReward
            self.length = length
            self.terminated = terminated
            self.truncated = truncated
        }
    }

    /// Starts a new log.
    ///
    /// - Throws: `StorageError`, with `wouldOverwrite` where the path exists.
    public init(creating path: String) throws(StorageError) {
        table = try CSVWriter(creating: path, columns: Self.columns)
    }

    /// Goes on after the first `length` bytes of a log; what follows them is cut off.
    ///
    /// - Throws: `StorageError`.
    public init(resuming path: String, at length: Int) throws(StorageError) {
        table = try CSVWriter(resuming: path, at: length, columns: Self.columns)
    }

    /// The bytes so far, to resume at.
    public var length: Int { table.length }

    /// Appends an episode.
    ///
    /// - Throws: `StorageError`.
    public func append(_ episode: Episode) throws(StorageError) {
        try table.append([
            .integer(episode.number), .integer(episode.environment), .integer(episode.step),
            .number(episode.totalReward), .integer(episode.length), .integer(episode.terminated ? 1 : 0),
            .integer(episode.truncated ? 1 : 0),
        ])
    }

    /// Makes everything so far durable.
    ///
    /// - Throws: `StorageError`.
    public func synchronize() throws(StorageError) { try table.synchronize() }
}
