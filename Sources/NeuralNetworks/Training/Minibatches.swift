import Random

/// The rows of each minibatch, in an order that is shuffled anew for each epoch.
///
/// An epoch's order is a function of stream and epoch alone, so that ``position`` (two integers in a checkpoint) is all that an
/// exact resume needs:
///
/// ```swift
/// var batches = Minibatches(rows: images.count, size: 64, stream: RandomStream(seed: 7).split("batches"))
/// while batches.position.epoch < 10 {
///     let rows = batches.next()
///     …
/// }
/// ```
public struct Minibatches: Hashable, Sendable {
    /// Epochs finished, and minibatches of the one under way.
    public struct Position: Hashable, Sendable, Codable {
        /// Epochs finished.
        public var epoch: Int
        /// Minibatches given out of the epoch under way.
        public var batch: Int

        /// Makes a position; by default the beginning.
        public init(epoch: Int = 0, batch: Int = 0) { (self.epoch, self.batch) = (epoch, batch) }
    }

    /// The number of rows.
    public let rows: Int
    /// The rows of a minibatch; the last one of an epoch may hold fewer.
    public let size: Int
    /// The minibatches of an epoch.
    public let batchesPerEpoch: Int
    /// The minibatch that ``next()`` gives.
    public private(set) var position: Position
    private let stream: RandomStream
    private var order: [Int]

    /// Starts at a position; the end of an epoch, and what would lie beyond, is the beginning of the next.
    ///
    /// - Parameter dropsRest: Whether the rows that fill no minibatch are left out of an epoch, others in each.
    /// - Precondition: the rows make a minibatch, and the position isn't negative.
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

    /// The rows of the next minibatch, each in 0..<rows; each row once in an epoch.
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
