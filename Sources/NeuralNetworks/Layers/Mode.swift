/// The mode that a network is recorded in. Layers that behave differently in training read ``current``; all others
/// ignore it.
///
/// A step is recorded once, so its mode is fixed at that time. The mode applies to everything that `body` records,
/// through any nesting of networks, and two networks of one step can be in different modes:
///
/// ```swift
/// let fit = Program("fit", inputs: inputs) { inputs in
///     let logits = Mode.training { network(inputs[0]) }
///     let guide = teacher(inputs[0])  // evaluation, as everywhere outside of a mode
///     …
/// }
/// ```
///
/// Choose the mode inside the program's closure: a closure around the program has returned before the recording begins.
public enum Mode: String, Sendable, CaseIterable {
    /// Dropout drops, batch normalisation uses the batch's statistics and updates its averages.
    case training
    /// Nothing is random and nothing is updated. This is the default mode.
    case evaluation
    /// Like evaluation, but with dropout: each run is a sample of the approximate posterior over networks (Gal &
    /// Ghahramani, "Dropout as a Bayesian approximation", 2016).
    case monteCarlo

    /// The mode of the current recording.
    @TaskLocal public static var current = Mode.evaluation

    /// Records `body` in this mode.
    public func callAsFunction<Result>(_ body: () throws -> Result) rethrows -> Result {
        try Self.$current.withValue(self, operation: body)
    }
}
