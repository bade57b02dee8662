/// A thing that moves along a row of the grid.
public struct Mover: BitwiseCopyable, Sendable {
    /// Its column.
    public internal(set) var x: Int8 = 0
    /// Its row.
    public internal(set) var y: Int8 = 0
    /// 1 to the right, -1 to the left.
    public internal(set) var direction: Int8 = 0
    /// Time steps until it moves, if it doesn't move in each.
    public internal(set) var moveCountdown: Int8 = 0
    /// Time steps until it shoots, if it shoots.
    public internal(set) var shotCountdown: Int8 = 0

    /// The column behind it.
    var behind: Int8 { x - direction }
}

/// A short list of things in the order of their appearance, without memory of its own.
///
/// A game never has more than ``capacity`` at a time; a list filled by a damaged state ignores further ones.
public struct MoverList: BitwiseCopyable, Sendable {
    private var movers = InlineArray<48, Mover>(repeating: Mover())

    /// The number of things.
    public private(set) var count = 0
    /// The largest number of things.
    public static var capacity: Int { 48 }

    /// The indices of the list, the oldest thing first.
    public var indices: Range<Int> { 0..<count }

    /// The thing at an index in `0..<count`.
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

    /// Removes a thing; those after it move up.
    mutating func remove(at index: Int) {
        count -= 1
        for place in index..<count { movers[place] = movers[place + 1] }
    }

    /// Whether a thing in the mover's row moves in the opposite direction.
    func opposes(_ mover: Mover) -> Bool {
        for index in indices where movers[index].y == mover.y && movers[index].direction == -mover.direction {
            return true
        }
        return false
    }

    /// Removes the oldest thing in a cell; returns whether there was one.
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
