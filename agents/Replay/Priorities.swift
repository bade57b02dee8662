import Environments
import Glibc
import Random

/// Prioritised experience replay, the proportional variant (Schaul et al. 2016): transition i is sampled with the
/// probability
///
///     P(i) = pᵢ^α / Σₖ pₖ^α,   weighted by   wᵢ = (N P(i))^−β / maxⱼ wⱼ
///
/// in its update, over the j of the minibatch. A new transition gets the largest priority so far, so that each is seen
/// at least once. A minibatch is sampled from equal parts of the sum, one transition from each.
final class Priorities {
    /// α: 0 samples uniformly.
    private let exponent: Double
    private var tree: SumTree
    /// The largest p so far.
    private(set) var largest = 1.0
    /// The number of places in use.
    private var count = 0
    /// The places of the last minibatch.
    private(set) var drawn: [Int] = []
    /// The minimum of every priority, so that every transition can be sampled again.
    private static let least = 1e-6

    /// Makes priorities for `capacity` places.
    init(capacity: Int, exponent: Double, batchSize: Int) {
        self.exponent = exponent
        tree = SumTree(count: capacity)
        drawn.reserveCapacity(batchSize)
    }

    /// Gives a new transition at a place its priority.
    func add(_ place: Int) {
        count = max(count, place + 1)
        tree[place] = weight(largest)
    }

    private func weight(_ priority: Double) -> Double { pow(priority, exponent) }

    /// Samples a place into ``drawn`` for each of the weights, which are written.
    ///
    /// - Parameters:
    ///   - held: N, the number of transitions held.
    ///   - correction: β: 1 corrects fully for unequal probabilities.
    func draw(
        _ weights: UnsafeMutableBufferPointer<Float>, held: Int, correction: Double, random: inout RandomStream
    ) {
        drawn.removeAll(keepingCapacity: true)
        let part = tree.sum / Double(weights.count)
        var most: Float = 0
        for row in weights.indices {
            let place = tree.leaf(at: (Double(row) + random.uniform()) * part)
            drawn.append(place)
            let probability = tree[place] / tree.sum
            weights[row] = Float(pow(Double(held) * probability, -correction))
            most = max(most, weights[row])
        }
        for row in weights.indices { weights[row] /= most }
    }

    /// Sets the priorities of the last minibatch's transitions: |δ|, or a loss.
    func update(to priorities: UnsafeBufferPointer<Float>) {
        for (place, priority) in zip(drawn, priorities) {
            let value = max(Double(priority), Self.least)
            largest = max(largest, value)
            tree[place] = weight(value)
        }
    }
}

extension Priorities {
    func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        var length = count
        try coder.code(&length, in: 0...tree.count)
        var largest = largest
        try coder.code(&largest)
        var weights = coder.isReading ? [Double](repeating: 0, count: length) : (0..<length).map { tree[$0] }
        try coder.code(&weights)
        guard coder.isReading else { return }
        guard weights.allSatisfy({ $0 >= 0 && $0.isFinite }), largest.isFinite, largest > 0 else {
            throw .badState(offset: coder.offset, expected: "finite, non-negative priorities")
        }
        (self.largest, count) = (largest, length)
        tree.set(weights)
    }
}
