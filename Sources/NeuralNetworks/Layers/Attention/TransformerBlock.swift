import Random
import TensorCore

/// One block of a transformer (Vaswani et al. 2017): self-attention, attention to a context if there is one, and a
/// perceptron with one hidden layer, each with a skip connection and a layer normalisation:
///
///     post-norm (the paper's):        x ← LayerNorm(x + f(x))
///     pre-norm (Xiong et al. 2020):   x ← x + f(LayerNorm(x))
///
/// A stack of pre-norm blocks needs one more normalisation at its end. Parameters have the names of PyTorch's
/// TransformerEncoderLayer, or with a context those of its TransformerDecoderLayer.
public struct TransformerBlock: Layer {
    /// The place of the normalisation.
    public enum Norm: String, Sendable, CaseIterable {
        case pre, post
    }

    private let attention: MultiHeadAttention
    private let contextAttention: MultiHeadAttention?
    private let widening, narrowing: Linear
    private let norms: [LayerNorm]
    private let norm: Norm
    private let activation: Activation
    private let dropout: Dropout

    /// Makes a block.
    ///
    /// - Parameters:
    ///   - hidden: units of the perceptron's hidden layer, by default 4 · features.
    ///   - context: the number of features of a context to attend to; nil for no context.
    ///   - causal: whether self-attention sees only earlier steps.
    ///   - relativeDistance: as in ``MultiHeadAttention``, for self-attention.
    ///   - dropout: the rate for attention weights, hidden units and the result of each sublayer.
    public init(
        _ features: Int, heads: Int, hidden: Int? = nil, context: Int? = nil, norm: Norm = .pre,
        kind: Attention.Kind = .soft, causal: Bool = false, relativeDistance: Int? = nil,
        activation: Activation = .gelu, dropout: Double = 0, random: inout RandomStream
    ) {
        attention = MultiHeadAttention(
            features, heads: heads, kind: kind, causal: causal, relativeDistance: relativeDistance, dropout: dropout,
            random: &random)
        contextAttention =
            if let context {
                MultiHeadAttention(
                    features, heads: heads, context: context, kind: kind, dropout: dropout, random: &random)
            } else { nil }
        widening = Linear(features, hidden ?? 4 * features, random: &random)
        narrowing = Linear(hidden ?? 4 * features, features, random: &random)
        norms = (0..<(context == nil ? 2 : 3)).map { _ in LayerNorm(features) }
        (self.norm, self.activation, self.dropout) = (norm, activation, Dropout(dropout))
    }

    /// Applies the block to `input` (B, T, features).
    ///
    /// - Precondition: the block attends to no context.
    public func callAsFunction(_ input: Tensor) -> Tensor { self(input, context: nil) }

    /// Applies the block to `input` (B, T, features) with a context (B, K, C) if the block attends to one.
    ///
    /// - Parameters:
    ///   - padding: (B, T), 1 for valid steps of the input and 0 for others.
    ///   - contextPadding: the same for the context, (B, K).
    public func callAsFunction(
        _ input: Tensor, context: Tensor?, padding: Tensor? = nil, contextPadding: Tensor? = nil
    ) -> Tensor {
        precondition(
            (context == nil) == (contextAttention == nil),
            contextAttention == nil
                ? "transformer: the block attends to no context, but one was given"
                : "transformer: the block needs a context, none was given")
        var x = around(input, norms[0]) { attention($0, context: nil, padding: padding) }
        if let contextAttention {
            x = around(x, norms[1]) { contextAttention($0, context: context, padding: contextPadding) }
        }
        return around(x, norms[norms.count - 1]) { narrowing(dropout(activation(widening($0)))) }
    }

    /// `body` with a skip connection and its normalisation.
    private func around(_ x: Tensor, _ layerNorm: LayerNorm, _ body: (Tensor) -> Tensor) -> Tensor {
        switch norm {
        case .pre: x + dropout(body(layerNorm(x)))
        case .post: layerNorm(x + dropout(body(x)))
        }
    }

    /// `self_attn.…`, `multihead_attn.…` with a context, `linear1.…`, `linear2.…`, `norm1.…`, `norm2.…`, and so on.
    public var parameters: Parameters {
        let attentions: Parameters =
            contextAttention.map { ["self_attn": attention.parameters, "multihead_attn": $0.parameters] }
            ?? ["self_attn": attention.parameters]
        let perceptron: Parameters = ["linear1": widening.parameters, "linear2": narrowing.parameters]
        return norms.enumerated().reduce(attentions + perceptron) { all, norm in
            all + ["norm\(norm.offset + 1)": norm.element.parameters]
        }
    }
}
