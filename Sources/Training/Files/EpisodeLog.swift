import Storage

/// Writes `episodes.csv`, one line per episode in the order in which they ended. It has no times, so that a resumed run
/// writes the same bytes as an uninterrupted one. A last column stands only where wrappers change rewards.
public final class EpisodeLog {
    static let columns = ["episode", "environment", "step", "return", "length", "terminated", "truncated"]
    /// The number of bytes of a log without episodes.
    static let headerLength = columns.joined(separator: ",").utf8.count + 1
    static let wrappedColumn = "wrappedReturn"
    private let table: CSVWriter

    /// One line of the log.
    public struct Episode: Hashable, Sendable {
        /// The episode's number among the finished ones, from 0.
        public var number: Int
        /// The number of the environment that it was played in.
        public var environment: Int
        /// The number of steps of all environments when it ended.
        public var step: Int
        /// The sum of the rewards that the world itself gave.
        public var totalReward: Double
        /// Its number of steps.
        public var length: Int
        /// Whether it ended in a terminal state.
        public var terminated: Bool
        /// Whether it was truncated.
        public var truncated: Bool
        /// The sum of its rewards as wrappers changed them; nil if none changes them.
        public var wrappedReturn: Double?

        public init(
            number: Int, environment: Int, step: Int, totalReward: Double, length: Int, terminated: Bool,
            truncated: Bool, wrappedReturn: Double? = nil
        ) {
            self.number = number
            self.environment = environment
            self.step = step
            self.totalReward = totalReward
            self.length = length
            self.terminated = terminated
            self.truncated = truncated
            self.wrappedReturn = wrappedReturn
        }
    }

    /// Starts a new log.
    ///
    /// - Parameter wrapped: whether episodes have a ``Episode/wrappedReturn``.
    /// - Throws: `StorageError`, with `wouldOverwrite` if the path exists.
    public init(creating path: String, wrapped: Bool = false) throws(StorageError) {
        table = try CSVWriter(creating: path, columns: Self.columns(wrapped))
    }

    /// Continues a log after its first `length` bytes, which have this checksum; the rest is cut off.
    ///
    /// - Parameter wrapped: as when it was created.
    /// - Throws: `StorageError`.
    public init(
        resuming path: String, at length: Int, checksum: UInt32 = 0, wrapped: Bool = false
    ) throws(StorageError) {
        table = try CSVWriter(resuming: path, at: length, checksum: checksum, columns: Self.columns(wrapped))
    }

    private static func columns(_ wrapped: Bool) -> [String] { columns + (wrapped ? [wrappedColumn] : []) }

    /// The number of bytes so far, where the log can be resumed.
    public var length: Int { table.length }
    /// The CRC-32 of these bytes.
    public var checksum: UInt32 { table.checksum }

    /// Appends an episode.
    ///
    /// - Throws: `StorageError`.
    public func append(_ episode: Episode) throws(StorageError) {
        let cells: [CSVWriter.Cell] = [
            .integer(episode.number), .integer(episode.environment), .integer(episode.step),
            .number(episode.totalReward), .integer(episode.length), .integer(episode.terminated ? 1 : 0),
            .integer(episode.truncated ? 1 : 0),
        ]
        try table.append(cells + (episode.wrappedReturn.map { [.number($0)] } ?? []))
    }

    /// Waits until everything so far is on disk.
    ///
    /// - Throws: `StorageError`.
    public func synchronize() throws(StorageError) { try table.synchronize() }
}
