import Foundation
import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// What attention sees, and formulas that are not attention.
@Suite struct AttentionTests {
    private static let shape: Shape = [2, 5, 4]

    /// softmax(QKᵀ/√q + M) V with M = 0 where j ≤ i and −∞ elsewhere, row by row.
    @Test func causalAttentionIsItsFormula() throws {
        let (q, k, v) = (uniform([4, 3], seed: 1), uniform([4, 3], seed: 2), uniform([4, 2], seed: 3))
        let found = try Attention.weights(Attention.scores(q, k, causal: true)).matmul(v).floats()
        let (a, b, c) = try (q.floats(), k.floats(), v.floats())
        for i in 0..<4 {
            var (total, sums) = (0.0, [0.0, 0.0])
            for j in 0...i {
                let product: Double = (0..<3).reduce(0) { $0 + Double(a[3 * i + $1] * b[3 * j + $1]) }
                let weight = exp(product / 3.0.squareRoot())
                total += weight
                for column in 0..<2 { sums[column] += weight * Double(c[2 * j + column]) }
            }
            for column in 0..<2 { #expect(abs(Double(found[2 * i + column]) - sums[column] / total) < 1e-6) }
        }
    }

    /// The mask is added. As a factor M ∈ {1, −∞}, it turns a negative score of a later step into +∞, and a row of such
    /// scores into NaN.
    @Test func aMaskMultipliedInIsWrong() throws {
        let (q, k) = (Tensor([1, 1], shape: [2, 1]), Tensor([1, -1], shape: [2, 1]))
        #expect(try Attention.weights(Attention.scores(q, k, causal: true)).floats()[0..<2] == [1, 0])
        let factors = Tensor([1, -.infinity, 1, 1], shape: [2, 2])
        let wrong = try (Attention.scores(q, k) * factors).softmax().floats()
        #expect(wrong[0].isNaN || wrong[1].isNaN)
        // A score of 0 at a later step becomes NaN too.
        let zero = try (Attention.scores(q, Tensor([1, 0], shape: [2, 1])) * factors).softmax().floats()
        #expect(zero[0].isNaN)
    }

    /// The inputs (B, T, C) that reach the output at one step of the first example.
    private static func seen(_ layer: some Layer, place: Int) throws -> [Bool] {
        let x = uniform(shape, seed: 3)
        let y = layer(x).selected(place, axis: 1).selected(0, axis: 0)
        let gradient = try gradients(of: (y * uniform([4], seed: 5)).sum(), withRespectTo: [x])[0].floats()
        return (0..<10).map { t in gradient[4 * t..<4 * t + 4].contains { $0 != 0 } }
    }

    @Test(arguments: [Attention.Kind.soft, .hard, .linear]) func causalLayersSeeNoFuture(_ kind: Attention.Kind) throws
    {
        var random = RandomStream(seed: 1)
        let layer = MultiHeadAttention(4, heads: 2, kind: kind, causal: true, random: &random)
        let block = TransformerBlock(4, heads: 2, kind: kind, causal: true, random: &random)
        for place in 0..<5 {
            let past = (0..<10).map { $0 <= place }
            #expect(try Self.seen(layer, place: place) == past)
            #expect(try Self.seen(block, place: place) == past)
        }
    }

    /// Without positions, permuted inputs give permuted outputs; positions, added or concatenated, break that.
    @Test func attentionIsEquivariantWithoutPositions() throws {
        var random = RandomStream(seed: 1)
        let order: [Int32] = [3, 0, 4, 1, 2]
        func permuted(_ x: Tensor) -> Tensor { x.permuted([1, 0, 2]).taking(Tensor(order)).permuted([1, 0, 2]) }
        /// The difference between permuting before and permuting after.
        func loss(_ layer: some Layer) throws -> Double {
            let x = uniform(Self.shape, seed: 3)
            return try distance(layer(permuted(x)), permuted(layer(x)))
        }
        let attention = MultiHeadAttention(4, heads: 2, random: &random)
        #expect(try loss(attention) < 1e-6)
        #expect(try loss(TransformerBlock(4, heads: 2, norm: .post, random: &random)) < 1e-5)
        #expect(try loss(MultiHeadAttention(4, heads: 2, kind: .linear, random: &random)) < 1e-6)
        let learned = PositionalEmbedding.learned(length: 8, 4, random: &random)
        shake(learned)
        #expect(try loss(Sequential([learned, attention])) > 0.01)
        #expect(try loss(Sequential([PositionalEmbedding.sinusoidal(length: 8, 4), attention])) > 0.01)
        let beside = PositionalEmbedding.sinusoidal(length: 5, 2, combination: .concatenation)
        #expect(try loss(Sequential([beside, MultiHeadAttention(6, heads: 2, random: &random)])) > 0.01)
        let relative = MultiHeadAttention(4, heads: 2, relativeDistance: 4, random: &random)
        shake(relative)
        #expect(try loss(relative) > 0.01)
        #expect(try loss(MultiHeadAttention(4, heads: 2, causal: true, random: &random)) > 0.01)
    }

    /// b_{i−j} depends only on the distance, and is constant beyond the largest one.
    @Test func relativePositionsAreDistances() throws {
        let bias = RelativePositionBias(heads: 2, distance: 3)
        bias.weight.set((0..<10).map(Float.init))
        let table = try bias(queries: 6, keys: 6).floats()
        for (head, i, j) in (0..<72).map({ ($0 / 36, $0 / 6 % 6, $0 % 6) }) {
            #expect(table[head * 36 + i * 6 + j] == Float(2 * (max(-2, min(2, i - j)) + 2) + head))
        }
        // The last two queries of six.
        let last = try bias(queries: 2, keys: 6).floats()
        #expect(Array(last[0..<12]) == Array(table[24..<36]))
    }

    /// From convolution to attention: Σ_j g(j − i) x_j moves with its input, Σ_j g(i + j) x_j does not.
    @Test func nonLocalSumsMoveWithTheirInput() throws {
        let (size, shift) = (8, 3)
        let kernel = try uniform([size], seed: 3).floats()
        let x = uniform([size, 2], seed: 4)
        func rolled(_ x: Tensor) -> Tensor {
            .concatenated([x.sliced(shift..<size, axis: 0), x.sliced(0..<shift, axis: 0)], axis: 0)
        }
        /// Σ_j g(place(i, j)) x_j on a circle.
        func sum(_ x: Tensor, _ place: (Int, Int) -> Int) -> Tensor {
            let matrix = (0..<size * size).map { kernel[(place($0 / size, $0 % size) + size) % size] }
            return Tensor(matrix, shape: [size, size]).matmul(x)
        }
        #expect(try distance(sum(rolled(x)) { $1 - $0 }, rolled(sum(x) { $1 - $0 })) < 1e-5)
        #expect(try distance(sum(rolled(x)) { $0 + $1 }, rolled(sum(x) { $0 + $1 })) > 0.1)
    }

    /// Attention's weights are positive and sum to 1, so that equal values are preserved at any length; a sum Σ_j
    /// α(x_i, x_j) x_j without the division grows with the length, and the weights alone are not an output.
    @Test func weightsAddUpToOne() throws {
        let x = uniform([6, 3], seed: 4)
        let weights = Attention.weights(Attention.scores(x, x))
        #expect(try Golden.difference(weights.sum([-1]).floats(), [Double](repeating: 1, count: 6)) < 1e-6)
        let constant = Tensor.full(2, shape: [6, 3])
        #expect(try distance(weights.matmul(constant), constant) < 1e-6)
        let raw = Attention.scores(x, x).exp()
        let twice = Tensor.concatenated([x, x], axis: 0)
        let longer = Attention.scores(x, twice)
        #expect(try distance(Attention.weights(longer).matmul(twice), weights.matmul(x)) < 1e-6)
        #expect(try distance(longer.exp().matmul(twice), 2 * raw.matmul(x)) < 1e-4)
        #expect(weights.shape != x.shape)
    }

    /// Scores of independent numbers with variance 1 have the variance D, which √D scales back to 1.
    @Test func theScaleKeepsScoresInRange() throws {
        let scores = try runOnce { [Attention.scores(.randomNormal([300, 64]), .randomNormal([300, 64]))] }[0]
        let variance = scores.map { Double($0 * $0) }.reduce(0, +) / Double(scores.count)
        #expect(abs(variance - 1) < 0.05)
    }

    /// Padding has no influence, and a query without valid keys gets zeros and passes finite gradients.
    @Test(arguments: [Attention.Kind.soft, .hard, .linear]) func paddingIsUnseen(_ kind: Attention.Kind) throws {
        var random = RandomStream(seed: 1)
        let layer = MultiHeadAttention(4, heads: 2, kind: kind, random: &random)
        let x = uniform(Self.shape, seed: 3)
        let padding = Tensor([1, 1, 1, 0, 0, 0, 0, 0, 0, 0], shape: [2, 5])
        let y = layer(x, context: nil, padding: padding)
        let short = layer(x.sliced(0..<3, axis: 1))
        let example = y.sliced(0..<1, axis: 0).sliced(0..<3, axis: 1)
        #expect(try distance(example, short.sliced(0..<1, axis: 0)) < 1e-6)
        #expect(try y.sliced(1..<2, axis: 0).floats().allSatisfy { $0 == 0 })
        let gradient = try gradients(of: y.sum(), withRespectTo: [x])[0].floats()
        #expect(gradient.allSatisfy(\.isFinite) && gradient[20...].allSatisfy { $0 == 0 })
    }
}
