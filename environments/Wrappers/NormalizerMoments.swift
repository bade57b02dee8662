/// Running mean and variance of samples, as in Gymnasium's `RunningMeanStd`.
///
/// They start as if 1/10,000 of a sample with mean 0 and variance 1 had been seen. The operations are the original's,
/// in the same order, so that the numbers are identical bit for bit.
@frozen
public struct NormalizerMoments<Number: BinaryFloatingPoint & BitwiseCopyable & Sendable>: Hashable, Sendable,
    BitwiseCopyable
{
    public var mean: Number = 0
    public var variance: Number = 1

    /// The moments before the first sample.
    @inlinable public init() {}

    /// The number of samples assumed to have been seen at the start.
    @inlinable public static var initialCount: Double { 1e-4 }

    /// Adds a sample, given the number of samples before it.
    @inlinable public mutating func add(_ sample: Number, count: Double) {
        let delta = sample - mean
        let (before, after) = (Number(count), Number(count + 1))
        mean += delta / after
        variance = (variance * before + delta * delta * before / after) / after
    }
}
