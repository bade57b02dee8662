import Random

/// The index of the largest value; the first of equal ones.
///
/// - Precondition: `values` is not empty.
@inlinable public func argmax(_ values: UnsafeBufferPointer<Float>) -> Int {
    var best = 0
    for index in values.indices where values[index] > values[best] { best = index }
    return best
}

/// An index sampled with the given probabilities, which need to sum to 1 only up to rounding.
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
