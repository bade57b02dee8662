import TensorCore

/// Early stopping (Goodfellow, Bengio & Courville 2016, algorithm 7.1): train for n steps, validate; if v′ < v, then v
/// ← v′, θ* ← θ, i* ← i, j ← 0, otherwise j ← j + 1, until j reaches the patience.
///
/// Stopping early keeps the parameters near their start: with steps of size ε along gradients no longer than K, ‖θ₀ −
/// θ*‖ ≤ K ε i*, which limits them as weight decay does.
///
/// ```swift
/// var stopping = EarlyStopping(patience: 5, parameters)
/// while !stopping.isOver {
///     for _ in 0..<n { plan.run() }
///     stopping.record(validationLoss(), steps: n)
/// }
/// stopping.restoreBest()
/// ```
public final class EarlyStopping {
    /// Everything except the parameters: what a checkpoint stores beside ``best``.
    public struct Progress: Hashable, Sendable, Codable {
        /// v: the lowest validation loss so far; infinite before the first.
        public var bestLoss = Double.infinity
        /// i*: the number of steps after which it was measured.
        public var bestStep = 0
        /// i: the number of steps so far.
        public var step = 0
        /// j: the number of validations since the best one.
        public var failures = 0
    }

    /// The number of failures that ends training.
    public let patience: Int
    /// Where training is.
    public var progress = Progress()
    /// θ*: the parameters with the lowest validation loss; the initial ones before any validation.
    public let best: Parameters
    private let parameters: Parameters

    /// Starts to monitor the training of `parameters`.
    ///
    /// - Precondition: the patience is at least 1.
    public init(patience: Int, _ parameters: Parameters) {
        precondition(patience >= 1, "the patience of \(patience) validations must be at least 1")
        (self.patience, self.parameters) = (patience, parameters)
        best = parameters.copied()
    }

    /// Records the validation loss after `steps` more training steps. A loss that isn't a number counts as a failure.
    ///
    /// - Returns: whether it is the lowest so far.
    @discardableResult
    public func record(_ loss: Double, steps: Int = 1) -> Bool {
        progress.step += steps
        guard loss < progress.bestLoss else {
            progress.failures += 1
            return false
        }
        best.copy(from: parameters)
        (progress.bestLoss, progress.bestStep, progress.failures) = (loss, progress.step, 0)
        return true
    }

    /// Whether the patience is used up.
    public var isOver: Bool { progress.failures >= patience }

    /// Restores the best values of the parameters.
    public func restoreBest() { parameters.copy(from: best) }
}
