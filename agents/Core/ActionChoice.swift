import Environments
import Random

/// The index of the largest value; the first of equal ones.
///
/// - Precondition: `values` is not empty.
@inlinable public func argmax(_ values: UnsafeBufferPointer<Float>) -> Int {
    var best = 0
    for index in values.indices where values[index] > values[best] { best = index }
    return best
}

/// The index of the largest value among valid actions, or among all if `valid` is nil; the first of equal ones.
///
/// - Precondition: at least one action is valid.
@inlinable public func argmax(_ values: UnsafeBufferPointer<Float>, among valid: ActionMask?) -> Int {
    guard let valid else { return argmax(values) }
    var best = valid.bits.trailingZeroBitCount
    for index in values.indices where valid.contains(index) && values[index] > values[best] { best = index }
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

/// An index sampled from the valid actions with probabilities in proportion to the given ones; from all if `valid` is
/// nil. If all that is valid has probability 0, its most probable action is the first.
///
/// - Precondition: at least one action is valid.
@inlinable public func sampled(
    _ probabilities: UnsafeBufferPointer<Float>, among valid: ActionMask?, _ random: inout RandomStream
) -> Int {
    guard let valid else { return sampled(probabilities, &random) }
    var sum: Float = 0
    for index in probabilities.indices where valid.contains(index) { sum += probabilities[index] }
    var rest = random.uniformFloat() * sum
    var last = valid.bits.trailingZeroBitCount
    for index in probabilities.indices where valid.contains(index) && probabilities[index] > 0 {
        rest -= probabilities[index]
        if rest < 0 { return index }
        last = index
    }
    return last
}

extension UnsafeBufferPointer where Element == Float {
    /// Row `row` of a matrix of `width` columns.
    @inlinable public func row(_ row: Int, width: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(rebasing: self[row * width..<(row + 1) * width])
    }
}

/// The best of the valid actions by their values, or with the probability ε any one of them.
func epsilonGreedy(
    _ values: UnsafeBufferPointer<Float>, among valid: ActionMask?, _ epsilon: Double, _ random: inout RandomStream
) -> Int {
    epsilon > 0 && random.uniform() < epsilon
        ? random.action(below: values.count, among: valid) : argmax(values, among: valid)
}
