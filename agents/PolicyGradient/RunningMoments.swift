import Environments
import Experience
import NeuralNetworks
import TensorCore

/// Running mean and variance of numbers that arrive in batches (Chan et al. 1979), with the start of Gymnasium's and
/// Stable-Baselines3's `RunningMeanStd`: mean 0 and variance 1, with the weight of 1/10,000 of a sample.
struct RunningMoments: Hashable, Sendable {
    private(set) var mean: [Double]
    private(set) var variance: [Double]
    private(set) var count = 1e-4

    init(width: Int) { (mean, variance) = (Array(repeating: 0, count: width), Array(repeating: 1, count: width)) }

    /// Adds a batch of which the sum and the sum of squares are known.
    mutating func add(sums: [Double], squares: [Double], count more: Double) {
        guard more > 0 else { return }
        let total = count + more
        for place in mean.indices {
            let other = sums[place] / more
            let spread = max(0, squares[place] / more - other * other)
            let distance = other - mean[place]
            let second = variance[place] * count + spread * more + distance * distance * count * more / total
            mean[place] += distance * more / total
            variance[place] = second / total
        }
        count = total
    }

    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&mean)
        try coder.code(&variance)
        try coder.code(&count)
    }
}

/// Normalises a network's inputs by their running mean and deviation, over all environments together, and clips them
/// to ±10, as Stable-Baselines3's `VecNormalize` does.
///
/// The moments that a network sees change only between windows, so that the policy that has acted is the one that an
/// update starts from; ``see(_:_:)`` gathers meanwhile. Acting alone, as in an evaluation, changes nothing.
final class ObservationNormalizer {
    private let encoding: ObservationEncoding
    private let mean, scale: Variable
    private var moments: RunningMoments
    private var sums, squares: [Double]
    private var seen = 0.0
    private var row: [Float]

    /// Nil for numbered observations: numbers of states have no mean.
    init?(_ encoding: ObservationEncoding) {
        guard !encoding.isNumbered else { return nil }
        self.encoding = encoding
        let width = encoding.inputCount
        (sums, squares) = (Array(repeating: 0, count: width), Array(repeating: 0, count: width))
        row = Array(repeating: 0, count: width)
        moments = RunningMoments(width: width)
        mean = Variable(zeros: [width], name: "mean")
        scale = Variable(Array(repeating: 1, count: width), shape: [width], name: "scale")
    }

    /// Gathers the observations of a step, except for those of resets.
    func see(_ transitions: Transitions) {
        let observations = transitions.observations
        for index in 0..<transitions.count where !transitions.isReset[index] {
            row.withUnsafeMutableBufferPointer {
                encoding.encode(observations.row(index), type: observations.type, into: $0.baseAddress!)
            }
            for place in row.indices {
                let number = Double(row[place])
                sums[place] += number
                squares[place] += number * number
            }
            seen += 1
        }
    }

    /// Lets the network see by what has been gathered.
    func refresh() {
        moments.add(sums: sums, squares: squares, count: seen)
        for place in sums.indices { (sums[place], squares[place]) = (0, 0) }
        seen = 0
        mean.set(moments.mean.map { Float($0) })
        scale.set(moments.variance.map { Float(1 / ($0 + 1e-8).squareRoot()) })
    }

    /// (R, …) → (R, …), where a row has the given shape.
    func normalized(_ inputs: Tensor, _ shape: Shape) -> Tensor {
        ((inputs - mean.tensor.reshaped(to: shape)) * scale.tensor.reshaped(to: shape)).clamped(-10, 10)
    }

    /// What normalising needs: part of the parameters that an agent acts by.
    var variables: Parameters { ["observations": Parameters(named: ["mean": mean, "scale": scale])] }

    func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try moments.codeState(with: &coder)
        try coder.code(&sums)
        try coder.code(&squares)
        try coder.code(&seen)
    }
}

/// Divides rewards by the running deviation of the discounted returns of all environments and clips them to ±10, as
/// Stable-Baselines3's `VecNormalize` does.
struct RewardNormalizer {
    private let discount: Double
    private var returns: [Double]
    private var moments = RunningMoments(width: 1)

    init(environments: Int, discount: Double) {
        (self.discount, returns) = (discount, Array(repeating: 0, count: environments))
    }

    /// Takes a step of all environments into account and writes its normalised rewards.
    mutating func normalize(_ transitions: Transitions, into rewards: inout [Float]) {
        var (sum, square, count) = (0.0, 0.0, 0.0)
        for row in returns.indices where !transitions.isReset[row] {
            returns[row] = returns[row] * discount + transitions.rewards[row]
            sum += returns[row]
            square += returns[row] * returns[row]
            count += 1
        }
        moments.add(sums: [sum], squares: [square], count: count)
        let deviation = (moments.variance[0] + 1e-8).squareRoot()
        for row in returns.indices {
            rewards[row] = Float(min(max(transitions.rewards[row] / deviation, -10), 10))
            if transitions.terminated[row] || transitions.truncated[row] { returns[row] = 0 }
        }
    }

    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&returns)
        try moments.codeState(with: &coder)
    }
}
