// Advantages and returns from a window of T steps × n environments, rows in the order of the steps. Pure functions of
// memory; nothing is allocated.

/// What the estimators read of a window.
public struct AdvantageInputs {
    /// (T × n): rₜ.
    public var rewards: UnsafeBufferPointer<Float>
    /// (T × n): V(sₜ).
    public var values: UnsafeBufferPointer<Float>
    /// (T × n): V(sₜ₊₁), of the observation that the step led to, never that of the next episode.
    public var nextValues: UnsafeBufferPointer<Float>
    /// (T × n): whether sₜ₊₁ is terminal: its value is 0.
    public var terminated: UnsafeBufferPointer<Bool>
    /// (T × n): whether the episode was truncated after the step: nothing that follows belongs to it, but sₜ₊₁ has a
    /// value.
    public var truncated: UnsafeBufferPointer<Bool>
    /// (T × n): whether no step was played, only a reset.
    public var reset: UnsafeBufferPointer<Bool>

    public init(
        rewards: UnsafeBufferPointer<Float>, values: UnsafeBufferPointer<Float>,
        nextValues: UnsafeBufferPointer<Float>, terminated: UnsafeBufferPointer<Bool>,
        truncated: UnsafeBufferPointer<Bool>, reset: UnsafeBufferPointer<Bool>
    ) {
        (self.rewards, self.values, self.nextValues) = (rewards, values, nextValues)
        (self.terminated, self.truncated, self.reset) = (terminated, truncated, reset)
    }
}

/// Generalised advantage estimates (Schulman et al. 2016, equation 16): Âₜ = δₜ + γλ Âₜ₊₁ with δₜ = rₜ + γ V(sₜ₊₁) −
/// V(sₜ). The sum ends with the episode and with the window; after a terminal state V is 0, after truncation and after
/// the window's last step it is the value of the state reached.
///
/// With λ = 0 they are temporal differences, with λ = 1 returns minus values. Âₜ + V(sₜ) is the λ-return.
///
/// - Parameters:
///   - environments: n.
///   - discount: γ.
///   - lambda: λ.
///   - advantages: (T × n), written here; 0 where no step was played.
public func generalizedAdvantages(
    _ window: AdvantageInputs, environments: Int, discount: Float, lambda: Float,
    into advantages: UnsafeMutableBufferPointer<Float>
) {
    let count = window.rewards.count
    precondition(
        advantages.count == count && count % environments == 0,
        "expected \(count) advantages, for whole steps of \(environments) environments, found \(advantages.count)")
    for row in (0..<count).reversed() {
        guard !window.reset[row] else {
            advantages[row] = 0
            continue
        }
        let ends = window.terminated[row] || window.truncated[row]
        let next = window.terminated[row] ? 0 : window.nextValues[row]
        let difference = window.rewards[row] + discount * next - window.values[row]
        let following = ends || row + environments >= count ? 0 : advantages[row + environments]
        advantages[row] = difference + discount * lambda * following
    }
}
