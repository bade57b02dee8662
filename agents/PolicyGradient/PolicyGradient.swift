import TensorCore

// The parts of policy losses, as pure functions of tensors. T is the number of steps, A the number of actions.

/// The score function's loss (Williams 1992), −log π(aₜ|sₜ) Âₜ for each step, whose gradient with fixed advantages is
/// the policy gradient.
///
/// - Parameters:
///   - logProbabilities: (T, A): log π(·|sₜ).
///   - actions: (T), int32: aₜ.
///   - advantages: (T): Âₜ.
/// - Returns: (T).
public func policyLoss(_ logProbabilities: Tensor, actions: Tensor, advantages: Tensor) -> Tensor {
    -(logProbabilities.gathered(actions) * advantages)
}

/// The entropy −Σₐ π(a|s) log π(a|s) of each row: (T, A) → (T), in nats.
///
/// - Parameter logProbabilities: log π(·|sₜ).
public func entropy(_ logProbabilities: Tensor) -> Tensor {
    -(logProbabilities.exp() * logProbabilities).sum([-1])
}

/// Shifts and scales numbers to mean 0 and variance 1 over the steps that a mask selects.
///
/// - Parameters:
///   - values: (T).
///   - mask: (T): 1 for a step, 0 for a place to ignore, whose result is 0.
///   - unbiased: Whether the variance is the sum of squares divided by one less than the number of steps.
public func whitened(_ values: Tensor, mask: Tensor, unbiased: Bool = false) -> Tensor {
    let count = mask.sum()
    let centred = (values - (values * mask).sum() / count) * mask
    let divisor = unbiased ? maximum(count - 1, Tensor(1)) : count
    let deviation = (centred.squared().sum() / divisor).squareRoot()
    return centred / (deviation + 1e-8)
}

/// The returns Gₜ = rₜ + γ Gₜ₊₁ of an episode's steps.
///
/// - Parameters:
///   - rewards: rₜ, rounded to single precision.
///   - discount: γ.
///   - rest: the value after the last step: 0 after a terminal state.
///   - returns: as many as rewards, written here.
public func discountedReturns(
    of rewards: UnsafeBufferPointer<Double>, discount: Double, after rest: Double,
    into returns: UnsafeMutableBufferPointer<Float>
) {
    precondition(
        rewards.count == returns.count, "expected as many returns as rewards, \(rewards.count), found \(returns.count)")
    var following = rest
    for step in rewards.indices.reversed() {
        following = Double(Float(rewards[step])) + discount * following
        returns[step] = Float(following)
    }
}
