/// Mean and variance of a growing number of samples, as Gymnasium's `RunningMeanStd` keeps them.
///
/// They begin as if a ten-thousandth of a sample with mean 0 and variance 1 had been seen. The operations are the
/// original's in their order, so that the numbers are identical bit for bit.
@frozen
public struct NormalizerMoments<Number: BinaryFloatingPoint & BitwiseCopyable & Sendable>: Hashable, Sendable,
    BitwiseCopyable
{
    /// The mean.
    public var mean: Number = 0
    /// The variance.
    public var variance: Number = 1

    /// The moments before the first sample.
    @inlinable public init() {}

    /// How many samples are taken to have been seen before the first.
    @inlinable public static var initialCount: Double { 1e-4 }

    /// Takes in one sample, the `count` of samples before it being known.
    @inlinable public mutating func add(_ sample: Number, count: Double) {
        let delta = sample - mean
        let (before, after) = (Number(count), Number(count + 1))
        mean += delta / after
        variance = (variance * before + delta * delta * before / after) / after
    }
}
