/// A thing that moves along a row of the grid.
public struct Mover: BitwiseCopyable, Sendable {
    /// Its column.
    public internal(set) var x: Int8 = 0
    /// Its row.
    public internal(set) var y: Int8 = 0
    /// 1 to the right, -1 to the left.
    public internal(set) var direction: Int8 = 0
    /// Time steps until it moves, where it does not move in each.
    public internal(set) var moveCountdown: Int8 = 0
    /// Time steps until it shoots, where it does.
    public internal(set) var shotCountdown: Int8 = 0

    /// The column behind it.
    var behind: Int8 { x - direction }
}

/// A few things in the order of their appearance, without memory of their own.
///
/// More than ``capacity`` never come together in play; a list that a damaged state has filled takes no more.
public struct MoverList: BitwiseCopyable, Sendable {
    private var movers = InlineArray<48, Mover>(repeating: Mover())

    /// How many there are.
    public private(set) var count = 0
    /// How many there can be.
    public static var capacity: Int { 48 }

    /// The places in the list, the oldest thing's first.
    public var indices: Range<Int> { 0..<count }

    /// The thing at a place in `0..<count`.
    public internal(set) subscript(index: Int) -> Mover {
        @inline(__always) get { movers[index] }
        @inline(__always) set { movers[index] = newValue }
    }

    /// Adds the newest thing.
    mutating func append(_ mover: Mover) {
        if count == Self.capacity { return }
        movers[count] = mover
        count += 1
    }

    /// Removes a thing; those after it close up.
    mutating func remove(at index: Int) {
        count -= 1
        for place in index..<count { movers[place] = movers[place + 1] }
    }

    /// Whether a thing in the mover's row moves towards the other side.
    func opposes(_ mover: Mover) -> Bool {
        for index in indices where movers[index].y == mover.y && movers[index].direction == -mover.direction {
            return true
        }
        return false
    }

    /// Removes the oldest thing in a cell; whether there was one.
    mutating func removeFirst(_ x: Int8, _ y: Int8) -> Bool {
        for index in indices where movers[index].x == x && movers[index].y == y {
            remove(at: index)
            return true
        }
        return false
    }
}

extension MoverList: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&count, in: 0...Self.capacity)
        for index in indices {
            try coder.code(&movers[index].x, in: 0...MinAtar.last)
            try coder.code(&movers[index].y, in: 0...MinAtar.last)
            try coder.code(direction: &movers[index].direction)
            try coder.code(&movers[index].moveCountdown, in: 0...5)
            try coder.code(&movers[index].shotCountdown, in: 0...10)
        }
    }
}
