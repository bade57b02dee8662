import Random

/// The rows of each minibatch, in an order that is reshuffled for each epoch.
///
/// The order of an epoch is a function of the stream and the epoch only, so that ``position`` (two integers in a
/// checkpoint) is all that an exact resume needs:
///
/// ```swift
/// var batches = Minibatches(rows: images.count, size: 64, stream: RandomStream(seed: 7).split("batches"))
/// while batches.position.epoch < 10 {
///     let rows = batches.next()
///     …
/// }
/// ```
public struct Minibatches: Hashable, Sendable {
    /// The number of finished epochs, and of finished minibatches in the current one.
    public struct Position: Hashable, Sendable, Codable {
        public var epoch: Int
        /// The number of minibatches taken from the current epoch.
        public var batch: Int

        /// Makes a position; by default the start.
        public init(epoch: Int = 0, batch: Int = 0) { (self.epoch, self.batch) = (epoch, batch) }
    }

    /// The number of rows.
    public let rows: Int
    /// The rows per minibatch; the last minibatch of an epoch may have fewer.
    public let size: Int
    /// The number of minibatches per epoch.
    public let batchesPerEpoch: Int
    /// The position of the minibatch that ``next()`` will return.
    public private(set) var position: Position
    private let stream: RandomStream
    private var order: [Int]

    /// Starts at a position; a position at or beyond the end of an epoch is the start of the next.
    ///
    /// - Parameter dropsRest: Whether the rows that don't fill a minibatch are left out, different ones in each epoch.
    /// - Precondition: the rows fill a minibatch, and the position is not negative.
    public init(
        rows: Int, size: Int, stream: RandomStream, dropsRest: Bool = false, from position: Position = Position()
    ) {
        precondition(size >= 1 && rows >= (dropsRest ? size : 1), "\(rows) rows don't fill a minibatch of \(size)")
        (self.rows, self.size, self.stream) = (rows, size, stream)
        batchesPerEpoch = dropsRest ? rows / size : (rows + size - 1) / size
        precondition(
            position.epoch >= 0 && position.batch >= 0,
            "minibatch \(position.batch) of epoch \(position.epoch) must not be negative")
        self.position = position.batch < batchesPerEpoch ? position : Position(epoch: position.epoch + 1)
        order = []
        order = shuffled(self.position.epoch)
    }

    /// The rows of the next minibatch, each in 0..<rows; every row appears once per epoch.
    public mutating func next() -> ArraySlice<Int> {
        if position.batch == 0 { order = shuffled(position.epoch) }
        let start = position.batch * size
        position.batch += 1
        if position.batch == batchesPerEpoch { position = Position(epoch: position.epoch + 1) }
        return order[start..<min(start + size, rows)]
    }

    private func shuffled(_ epoch: Int) -> [Int] {
        var order = Array(0..<rows)
        var random = stream.split(epoch)
        random.shuffle(&order)
        return order
    }
}
