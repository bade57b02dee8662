import TensorCore

/// Attention as functions of queries (…, T, D), keys (…, K, D) and values (…, K, E). If T < K, the queries are the last
/// T steps of the sequence.
public enum Attention {
    /// How scores become an output.
    public enum Kind: String, Sendable, CaseIterable {
        /// softmax(QKᵀ/√D) V (Vaswani et al. 2017).
        case soft
        /// The value of the best key; its gradients are those of soft attention.
        case hard
        /// In training and ``Mode/monteCarlo``, the value of a key sampled with the soft weights as probabilities;
        /// otherwise that of the best key. Its gradients are those of soft attention.
        case sampled
        /// φ(Q) (φ(K)ᵀ V) with φ = elu + 1, in time linear in the length.
        case linear
    }

    /// QKᵀ/√D + bias + mask, (…, T, K), where the mask is 0 for valid keys and −∞ for others and is added to the
    /// scores. (A multiplicative mask of 1 and −∞ would turn negative scores to +∞ and zero ones to NaN.)
    ///
    /// - Parameters:
    ///   - bias: a tensor that broadcasts to (…, T, K), such as ``RelativePositionBias``.
    ///   - causal: whether query i sees only keys j ≤ i.
    ///   - padding: (B, K), 1 for valid keys and 0 for others; B is the first dimension of all operands.
    public static func scores(
        _ queries: Tensor, _ keys: Tensor, bias: Tensor? = nil, causal: Bool = false, padding: Tensor? = nil
    ) -> Tensor {
        let scale = 1 / Double(queries.shape[queries.rank - 1]).squareRoot()
        var scores = scale * queries.matmul(keys, transposeRight: true)
        if let bias { scores = scores + bias }
        let (length, count) = (scores.shape[scores.rank - 2], scores.shape[scores.rank - 1])
        if causal {
            let allowed = places(count) .<= (places(length) + Double(count - length)).reshaped(to: [length, 1])
            scores = .select(allowed, scores, Tensor(-.infinity))
        }
        if let padding {
            precondition(
                padding.shape == [scores.shape[0], count],
                "attention: the padding mask \(padding.shape) for the scores \(scores.shape) must have the shape "
                    + "\([scores.shape[0], count])")
            let middle = Shape(repeating: 1, count: scores.rank - 2)
            scores = .select(padding.reshaped(to: [scores.shape[0]] + middle + [count]), scores, Tensor(-.infinity))
        }
        return scores
    }

    /// The softmax of each row of scores. A row without valid keys, all of it −∞, has weights of 0.
    public static func weights(_ scores: Tensor) -> Tensor {
        let largest = scores.max([-1], keepDimensions: true).withoutGradient()
        let exponentials = (scores - .select(largest .== Tensor(-.infinity), Tensor(0), largest)).exp()
        // The largest score contributes 1 to its sum, so that the bound affects only rows without valid keys.
        let sum = maximum(exponentials.sum([-1], keepDimensions: true), Tensor(0.5))
        return (exponentials * (1 / sum)).withSoftmaxGradient(of: scores)
    }

    /// One key per row: the best, or with `sampled` one sampled with the probabilities softmax(scores).
    ///
    /// - Returns: weights of 0 and 1 with the gradient of the soft ones (straight through, Bengio et al. 2013), and log
    ///   p of the choice (…, T), whose gradient times a return minus a baseline is REINFORCE's (Xu et al., "Show,
    ///   attend and tell", 2015). A row without valid keys has weights of 0.
    public static func hardWeights(_ scores: Tensor, sampled: Bool) -> (weights: Tensor, logProbability: Tensor) {
        let choice = sampled ? scores.categoricalSample() : scores.argmax()
        let seen = Tensor(-.infinity) .< scores
        let chosen = choice.oneHot(depth: scores.shape[scores.rank - 1]) * seen
        return (chosen.straightThrough(to: weights(scores)), scores.logSoftmax().gathered(choice))
    }

    /// The indices 0 ..< count of a sequence's steps.
    static func places(_ count: Int) -> Tensor { Tensor((0..<count).map(Float.init)) }
}
