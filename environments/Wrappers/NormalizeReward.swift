/// Divides rewards by the running standard deviation of their discounted sum: Gymnasium's `NormalizeReward`.
///
/// The sum restarts after a terminal state, but not after truncation. Each environment of a batch has its own
/// statistics.
@frozen public struct NormalizeReward<Base: Environment>: Wrapper {
    public typealias Action = Base.Action
    public typealias Element = Base.Element

    public var base: Base
    /// Whether rewards update the statistics.
    public var isUpdating = true
    /// The discount factor of the sum, 0...1.
    public let discount: Double
    /// Added to the variance, which may be 0.
    public let epsilon: Double
    /// Mean and variance of the discounted sum.
    public var moments: NormalizerMoments<Double>
    /// The number of sums seen, plus 1/10,000.
    public var count: Double
    @usableFromInline var discountedSum: Double
    @usableFromInline var original = 0.0

    /// Normalises the rewards of `base`.
    ///
    /// - Precondition: `discount` is in 0...1 and `epsilon` is positive.
    @inlinable public init(_ base: Base, discount: Double = 0.99, epsilon: Double = 1e-8) {
        precondition(0...1 ~= discount, "NormalizeReward: expected a discount in 0...1, found \(discount)")
        precondition(epsilon > 0, "NormalizeReward: expected epsilon above 0, found \(epsilon)")
        self.base = base
        self.discount = discount
        self.epsilon = epsilon
        moments = NormalizerMoments()
        count = NormalizerMoments<Double>.initialCount
        discountedSum = 0
    }

    public mutating func codeStatistics(with coder: inout StateCoder) throws(EnvironmentError) {
        try codeMoments(with: &coder)
        isUpdating = isUpdating && !coder.isReading
        try base.codeStatistics(with: &coder)
    }

    private mutating func codeMoments(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&count)
        try coder.code(&moments.mean)
        try coder.code(&moments.variance)
    }

    /// As in the wrapped environment: each step here is one step there.
    public var stackedFrames: Int { base.stackedFrames }

    /// The last reward before it was normalised.
    @inlinable public var worldReward: Double? { base.worldReward ?? original }

    @inlinable public mutating func step(_ action: Action) -> Step {
        var result = base.step(action)
        original = result.reward
        discountedSum = discountedSum * discount * (result.terminated ? 0 : 1) + result.reward
        if isUpdating {
            moments.add(discountedSum, count: count)
            count += 1
        }
        result.reward /= (moments.variance + epsilon).squareRoot()
        return result
    }
}

extension NormalizeReward: StateCodable where Base: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try codeMoments(with: &coder)
        try coder.code(&discountedSum)
        try base.codeState(with: &coder)
    }
}
