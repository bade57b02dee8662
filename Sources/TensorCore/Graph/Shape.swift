/// The extents of a tensor's dimensions, outermost first; `[]` is a scalar.
public typealias Shape = [Int]

extension Array where Element == Int {
    /// The number of elements of an array of this shape.
    @inlinable public var elementCount: Int { reduce(1, *) }

    /// The distance in elements between neighbours along each dimension, for row-major storage.
    var rowMajorStrides: [Int] {
        var strides = [Int](repeating: 1, count: count)
        for axis in indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * self[axis + 1] }
        return strides
    }

    /// This shape with extents of 1 prepended until it has `rank` dimensions.
    func padded(toRank rank: Int) -> Shape { [Int](repeating: 1, count: rank - count) + self }

    /// The common shape of two operands by NumPy's broadcasting rule; nil if there is none.
    func broadcast(with other: Shape) -> Shape? {
        let rank = Swift.max(count, other.count)
        var result = Shape()
        for (left, right) in zip(padded(toRank: rank), other.padded(toRank: rank)) {
            guard left == right || left == 1 || right == 1 else { return nil }
            result.append(left == 1 ? right : left)
        }
        return result
    }

    /// Whether an array of this shape can be broadcast to `target`.
    func broadcasts(to target: Shape) -> Bool { count <= target.count && broadcast(with: target) == target }
}

/// The type of a tensor's elements.
public enum ScalarType: String, Hashable, Sendable {
    case float32, int32

    /// Bytes of one element.
    var size: Int { 4 }
}
