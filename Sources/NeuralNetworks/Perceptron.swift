/// Rosenblatt's perceptron (1958): ŷ = [⟨w, x⟩ > 0] of an input with a 1 prepended, and for each mistake
///
///     w ← w + η (y − ŷ) x
///
/// If a hyperplane separates the two classes with the margin γ, and no input is longer than R, the rule makes at most
/// (R/γ)² mistakes (Novikoff 1962) and then none. If no hyperplane does, it never converges.
public struct Perceptron: Hashable, Sendable {
    /// The weight of the threshold, then one weight per input.
    public private(set) var weights: [Double]
    /// η.
    public let learningRate: Double

    /// Starts with zero weights.
    public init(inputs: Int, learningRate: Double = 1) {
        weights = [Double](repeating: 0, count: inputs + 1)
        self.learningRate = learningRate
    }

    /// The class of an input: whether ⟨w, x⟩ > 0.
    public func callAsFunction(_ input: [Double]) -> Bool {
        precondition(input.count == weights.count - 1, "\(input.count) inputs for \(weights.count - 1) weights")
        return zip(input, weights.dropFirst()).reduce(weights[0]) { $0 + $1.0 * $1.1 } > 0
    }

    /// Repeats passes through the examples in order until all are classified correctly, for at most `epochs` passes.
    ///
    /// - Returns: the number of mistakes made, and whether the last pass made none.
    public mutating func fit(
        _ examples: [(input: [Double], isPositive: Bool)], epochs: Int
    ) -> (mistakes: Int, isSeparated: Bool) {
        var mistakes = 0
        for _ in 0..<epochs {
            let before = mistakes
            for (input, isPositive) in examples where self(input) != isPositive {
                mistakes += 1
                let step = isPositive ? learningRate : -learningRate
                weights[0] += step
                for index in input.indices { weights[index + 1] += step * input[index] }
            }
            if mistakes == before { return (mistakes, true) }
        }
        return (mistakes, false)
    }
}
