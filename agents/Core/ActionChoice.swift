import Random

/// The index of the largest value; the first one of equal ones.
///
/// - Precondition: there is at least one.
@inlinable public func argmax(_ values: UnsafeBufferPointer<Float>) -> Int {
    var best = 0
    for index in values.indices where values[index] > values[best] { best = index }
    return best
}

/// An index drawn with the given probabilities, which need only sum to 1 up to rounding.
@inlinable public func sampled(_ probabilities: UnsafeBufferPointer<Float>, _ random: inout RandomStream) -> Int {
    var rest = random.uniformFloat()
    for index in probabilities.indices {
        rest -= probabilities[index]
        if rest < 0 { return index }
    }
    return probabilities.indices.last { probabilities[$0] > 0 } ?? 0
}

extension UnsafeBufferPointer where Element == Float {
    /// Row `row` of a matrix of `width` columns.
    @inlinable public func row(_ row: Int, width: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(rebasing: self[row * width..<(row + 1) * width])
    }
}
