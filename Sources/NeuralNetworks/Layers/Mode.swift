/// What a network is being recorded for. Layers that behave differently ask ``current``; all others never know.
///
/// A step is recorded once, so its mode is fixed with it. The mode holds for everything that `body` records, through any
/// nesting of networks, and two networks of one step can be in different modes:
///
/// ```swift
/// let fit = Program("fit", inputs: inputs) { inputs in
///     let logits = Mode.training { network(inputs[0]) }
///     let guide = teacher(inputs[0])  // evaluation, as everywhere outside of a mode
///     …
/// }
/// ```
///
/// Name the mode inside of the program's closure: a closure around the program has returned before the recording begins.
public enum Mode: String, Sendable, CaseIterable {
    /// Dropout drops, batch normalisation uses the batch's statistics and updates its averages.
    case training
    /// Nothing is random and nothing is updated. The mode outside of all others.
    case evaluation
    /// As evaluation, but dropout drops: each replay is a sample of the approximate posterior over networks (Gal &
    /// Ghahramani, "Dropout as a Bayesian approximation", 2016).
    case monteCarlo

    /// The mode that is being recorded in.
    @TaskLocal public static var current = Mode.evaluation

    /// Records `body` in this mode.
    public func callAsFunction<Result>(_ body: () throws -> Result) rethrows -> Result {
        try Self.$current.withValue(self, operation: body)
    }
}
