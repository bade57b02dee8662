import Environments
import Random

/// The source of an agent's random actions: one stream shared by all rows, as in training, or one stream per row, so
/// that what happens in one environment doesn't depend on how many are stepped beside it.
public struct ActionStreams: Hashable, Sendable {
    private var streams: [RandomStream]
    /// Whether all rows share one stream.
    public let isShared: Bool

    /// One stream, from which the rows sample in turn.
    public init(shared stream: RandomStream) { (streams, isShared) = ([stream], true) }

    /// A stream for each row.
    ///
    /// - Precondition: `rows` is not empty.
    public init(rows: [RandomStream]) {
        precondition(!rows.isEmpty, "an agent needs at least one random stream to sample its actions from")
        (streams, isShared) = (rows, false)
    }

    /// The stream of a row.
    public subscript(row: Int) -> RandomStream {
        get { streams[streams.count == 1 ? 0 : row] }
        _modify { yield &streams[streams.count == 1 ? 0 : row] }
    }
}

extension StateCoder {
    /// Codes the stream that all rows share.
    public mutating func code(_ value: inout ActionStreams) throws(EnvironmentError) { try code(&value[0]) }
}
