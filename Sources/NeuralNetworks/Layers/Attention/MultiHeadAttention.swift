import Foundation
import Random
import TensorCore

/// Multi-head attention (Vaswani et al., "Attention is all you need", 2017): queries, keys and values are linear maps
/// of the inputs, split into heads that attend independently; their concatenated outputs are mapped once more.
///
/// Without positions it is equivariant: permuted inputs give the same outputs, permuted. Parameters have PyTorch's
/// names: `in_proj_weight` (queries, keys and values stacked), `in_proj_bias`, `out_proj.weight`, `out_proj.bias`. If
/// the context has a different width, `q_proj_weight`, `k_proj_weight` and `v_proj_weight` take the place of the first.
public struct MultiHeadAttention: Layer {
    public let heads: Int
    /// How scores become outputs.
    public let kind: Attention.Kind
    /// Whether each step sees only itself and earlier steps.
    public let causal: Bool
    /// b_{i−j}, added to the scores; nil for none.
    public let relativePositions: RelativePositionBias?
    /// The map of the concatenated outputs of the heads.
    public let output: Linear
    private let inputWeights: [(path: String, variable: Variable)]
    private let inputBias: Variable?
    private let dropout: Dropout

    /// Makes the layer with Glorot uniform input weights, zero input biases, and the output map as PyTorch initialises
    /// it.
    ///
    /// - Parameters:
    ///   - context: the number of features that keys and values are computed from, if it differs.
    ///   - relativeDistance: the distance beyond which all relative positions share a bias; nil for no relative
    ///     positions.
    ///   - dropout: the dropout rate of the weights; linear attention has none.
    /// - Precondition: the features are divisible by the heads; linear attention has no relative positions.
    public init(
        _ features: Int, heads: Int, context: Int? = nil, kind: Attention.Kind = .soft, causal: Bool = false,
        relativeDistance: Int? = nil, dropout: Double = 0, bias: Bool = true, random: inout RandomStream
    ) {
        precondition(
            heads > 0 && features % heads == 0, "attention: \(features) features can't be divided into \(heads) heads")
        precondition(
            kind != .linear || relativeDistance == nil, "attention: linear attention has no scores to add positions to")
        func weight(_ path: String, _ rows: Int, _ columns: Int) -> (path: String, variable: Variable) {
            (path, Variable(.glorotUniform(), shape: [rows, columns], name: path, random: &random))
        }
        if let context, context != features {
            inputWeights = [
                weight("q_proj_weight", features, features), weight("k_proj_weight", features, context),
                weight("v_proj_weight", features, context),
            ]
        } else {
            inputWeights = [weight("in_proj_weight", 3 * features, features)]
        }
        inputBias = bias ? Variable(zeros: [3 * features], name: "in_proj_bias") : nil
        output = Linear(features, features, bias: bias, random: &random)
        output.bias?.set([Float](repeating: 0, count: features))
        relativePositions = relativeDistance.map { RelativePositionBias(heads: heads, distance: $0) }
        (self.heads, self.kind, self.causal, self.dropout) = (heads, kind, causal, Dropout(dropout))
    }

    /// Attends from each step of `input` (B, T, features) to all of them.
    public func callAsFunction(_ input: Tensor) -> Tensor { self(input, context: nil) }

    /// Attends from each step of `input` (B, T, features) to those of `context` (B, K, C), or of the input itself.
    ///
    /// - Parameter padding: (B, K), 1 for valid steps and 0 for others; nil if all are valid.
    public func callAsFunction(_ input: Tensor, context: Tensor?, padding: Tensor? = nil) -> Tensor {
        let (queries, keys, values) = projections(input, context ?? input)
        let result =
            kind == .linear
            ? Attention.linear(queries, keys, values, causal: causal, padding: padding)
            : dropout(weights(queries, keys, padding)).matmul(values)
        return output(result.permuted([0, 2, 1, 3]).reshaped(to: input.shape))
    }

    /// The weights with which each step of `input` attends to each step of the context: (B, heads, T, K).
    ///
    /// - Precondition: the attention is not linear, which has no such weights.
    public func weights(_ input: Tensor, context: Tensor? = nil, padding: Tensor? = nil) -> Tensor {
        precondition(kind != .linear, "attention: linear attention computes no weights")
        let (queries, keys, _) = projections(input, context ?? input)
        return weights(queries, keys, padding)
    }

    private func weights(_ queries: Tensor, _ keys: Tensor, _ padding: Tensor?) -> Tensor {
        let bias = relativePositions?(queries: queries.shape[2], keys: keys.shape[2])
        let scores = Attention.scores(queries, keys, bias: bias, causal: causal, padding: padding)
        if kind == .soft { return Attention.weights(scores) }
        let sampled = kind == .sampled && Mode.current != .evaluation
        return Attention.hardWeights(scores, sampled: sampled).weights
    }

    /// Queries, keys and values, (B, heads, T or K, features / heads).
    private func projections(_ input: Tensor, _ context: Tensor) -> (Tensor, Tensor, Tensor) {
        let weights =
            inputWeights.count == 1
            ? inputWeights[0].variable.tensor.split(into: 3, axis: 0) : inputWeights.map(\.variable.tensor)
        let biases = inputBias?.tensor.split(into: 3, axis: 0)
        func heads(_ part: Int, of x: Tensor) -> Tensor {
            precondition(
                x.rank == 3 && x.shape[2] == weights[part].shape[1],
                "attention: sequences (B, T, \(weights[part].shape[1])) are needed, given \(x.shape)")
            let product = x.matmul(weights[part], transposeRight: true)
            let y = biases.map { product + $0[part] } ?? product
            return y.reshaped(to: [x.shape[0], x.shape[1], self.heads, weights[part].shape[0] / self.heads])
                .permuted([0, 2, 1, 3])
        }
        return (heads(0, of: input), heads(1, of: context), heads(2, of: context))
    }

    /// PyTorch's names, and `relative_positions.weight`.
    public var parameters: Parameters {
        let own = Parameters(inputWeights) + Parameters(named: ["in_proj_bias": inputBias])
        let positions: Parameters = relativePositions.map { ["relative_positions": $0.parameters] } ?? [:]
        return own + ["out_proj": output.parameters] + positions
    }
}

/// Relative positions (Shaw et al. 2018, in the form of Raffel et al. 2020): a learned number b_{i−j} for each head and
/// distance between a query i and a key j, added to their score.
public struct RelativePositionBias: Module {
    /// (2 · distance − 1, heads): row r is the distance i − j = r − (distance − 1).
    public let weight: Variable

    /// Makes a table of zeros, which prefers no position.
    ///
    /// - Parameter distance: the distance beyond which all positions share a bias, at least 1.
    public init(heads: Int, distance: Int) {
        precondition(distance > 0, "relative positions: the distance \(distance) must be positive")
        weight = Variable(zeros: [2 * distance - 1, heads], name: "weight")
    }

    /// The biases of all pairs, (heads, queries, keys); if there are fewer queries than keys, they are the last steps.
    public func callAsFunction(queries: Int, keys: Int) -> Tensor {
        let farthest = weight.shape[0] / 2
        let rows = (0..<queries).flatMap { query in
            (0..<keys).map { key in
                let distance = query + keys - queries - key
                return Int32(max(-farthest, min(farthest, distance)) + farthest)
            }
        }
        return weight.tensor.taking(Tensor(rows, shape: [queries, keys])).permuted([2, 0, 1])
    }

    public var parameters: Parameters { Parameters(named: ["weight": weight]) }
}
