// Random tensors. A value is a function of the program's key, the run's counter, the node and the element, so it is
// the same whether fused or not, and however the work is divided.

extension Tensor {
    /// Uniform numbers in [0, 1), new in each run. For use in programs only.
    public static func randomUniform(_ shape: Shape) -> Tensor { random(.uniform, shape) }

    /// Standard normal numbers, new in each run. For use in programs only.
    public static func randomNormal(_ shape: Shape) -> Tensor { random(.normal, shape) }

    /// Standard normal numbers between the bounds, by the inverse of the distribution function. Bounds beyond ±5 can
    /// hardly be distinguished in float32.
    public static func randomTruncatedNormal(_ shape: Shape, from lower: Double = -2, to upper: Double = 2) -> Tensor {
        precondition(
            lower < upper, "randomTruncatedNormal: the lower bound \(lower) must be below the upper bound \(upper)")
        let root = 2.0.squareRoot()
        let (low, high) = (Foundation.erf(lower / root), Foundation.erf(upper / root))
        let quantile = low + (high - low) * randomUniform(shape)
        return (root * quantile.erfInverse()).clamped(lower, upper)
    }

    /// Standard Gumbel numbers, −log(−log u): the index of the largest sum of logits and these is a categorical sample
    /// (Gumbel 1954).
    public static func randomGumbel(_ shape: Shape) -> Tensor { -(-openUniform(shape).log()).log() }

    /// Standard logistic numbers, log u − log(1 − u): the difference of two Gumbel numbers.
    public static func randomLogistic(_ shape: Shape) -> Tensor {
        let u = openUniform(shape)
        return u.log() - (-u).log1p()
    }

    /// 1 with the probability that each element gives, otherwise 0. No gradient.
    public func bernoulliSample() -> Tensor { Tensor.randomUniform(shape) .< self }

    /// A class sampled from the logits of each last row, int32: (…, N) → (…), by the Gumbel-max trick. No gradient.
    public func categoricalSample() -> Tensor { (self + Tensor.randomGumbel(shape)).argmax() }

    /// Uniform in (0, 1): 0 is replaced by half of the generator's resolution.
    private static func openUniform(_ shape: Shape) -> Tensor { maximum(randomUniform(shape), Tensor(0x1p-25)) }

    private static func random(_ distribution: Operation.Distribution, _ shape: Shape) -> Tensor {
        let ordinal = Recording.current?.nextRandomOrdinal() ?? -1
        return Tensor(Node(.random(distribution, ordinal: ordinal), [], shape: shape, type: .float32))
    }
}

import Foundation
