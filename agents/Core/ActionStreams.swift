import Environments
import Random

/// Where an agent's random choices of actions come from: one stream for all rows, as in training, or one a row, so that
/// what happens in one environment doesn't depend on how many play beside it.
public struct ActionStreams: Hashable, Sendable {
    private var streams: [RandomStream]

    /// One stream, which the rows draw from in turn.
    public init(shared stream: RandomStream) { streams = [stream] }

    /// A stream for each row.
    ///
    /// - Precondition: there is at least one.
    public init(rows: [RandomStream]) {
        precondition(!rows.isEmpty, "an agent needs at least one random stream to sample its actions from")
        streams = rows
    }

    /// The stream of a row.
    public subscript(row: Int) -> RandomStream {
        get { streams[streams.count == 1 ? 0 : row] }
        _modify { yield &streams[streams.count == 1 ? 0 : row] }
    }
}

extension StateCoder {
    /// Codes the stream that all rows share.
    mutating func code(_ value: inout ActionStreams) throws(EnvironmentError) { try code(&value[0]) }
}
