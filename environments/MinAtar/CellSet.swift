/// A set of cells of MinAtar's grid, one bit per cell: bit 10 × row + column, as in a row-major array.
public struct CellSet: Hashable, Sendable, BitwiseCopyable {
    var bits: UInt128 = 0

    /// All 100 cells.
    static var everything: UInt128 { 1 << 100 - 1 }

    /// The empty set.
    public init() {}

    init(bits: UInt128) { self.bits = bits }

    /// The cells of a rectangle.
    public init(columns: ClosedRange<Int8>, rows: ClosedRange<Int8>) {
        for row in rows { for column in columns { self[column, row] = true } }
    }

    /// Whether the cell in column `x` and row `y`, both 0...9, is a member.
    public subscript(x: Int8, y: Int8) -> Bool {
        @inline(__always) get { bits & Self.bit(x, y) != 0 }
        @inline(__always) set { if newValue { bits |= Self.bit(x, y) } else { bits &= ~Self.bit(x, y) } }
    }

    @inline(__always) private static func bit(_ x: Int8, _ y: Int8) -> UInt128 { 1 &<< UInt128(y * 10 + x) }

    /// The number of members.
    public var count: Int { bits.nonzeroBitCount }
    /// Whether there is no member.
    public var isEmpty: Bool { bits == 0 }
    func intersection(_ other: CellSet) -> CellSet { CellSet(bits: bits & other.bits) }
    mutating func subtract(_ other: CellSet) { bits &= ~other.bits }

    /// The members of one column.
    func column(_ x: Int8) -> CellSet {
        CellSet(bits: bits & 0x401_0040_1004_0100_4010_0401 &<< UInt128(x))
    }

    /// Whether a member is in the last row.
    var reachesBottom: Bool { bits >> 90 != 0 }
    /// The row of the lowest member; -1 if there is none.
    var lowestRow: Int8 { Int8((127 - bits.leadingZeroBitCount + 10) / 10 - 1) }

    /// Moves all members up a row; those of the first row vanish.
    mutating func moveUp() { bits >>= 10 }
    /// Moves all members down a row; those of the last row vanish.
    mutating func moveDown() { bits = bits << 10 & Self.everything }
    /// Moves all members down a row; those of the last row move to the first.
    mutating func rollDown() { bits = bits << 10 & Self.everything | bits >> 90 }
    /// Moves all members to the left or right; none may leave its row.
    mutating func move(across: Int8) { bits = across > 0 ? bits << 1 : bits >> 1 }
}

extension CellSet: Sequence {
    /// Iterates over the members, row by row.
    public struct Iterator: IteratorProtocol {
        var rest: UInt128

        /// The next cell, 10 × row + column.
        @inline(__always) public mutating func next() -> Int? {
            if rest == 0 { return nil }
            defer { rest &= rest &- 1 }
            return rest.trailingZeroBitCount
        }
    }

    @inline(__always) public func makeIterator() -> Iterator { Iterator(rest: bits) }
}

extension StateCoder {
    /// Codes a set of cells; reading rejects one with fewer cells than `minimum`.
    mutating func code(_ cells: inout CellSet, minimum: UInt128 = 0) throws(EnvironmentError) {
        try code(&cells.bits, in: minimum...CellSet.everything)
    }
}
