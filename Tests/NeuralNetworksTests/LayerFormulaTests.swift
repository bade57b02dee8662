import Foundation
import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// The library's layers against their formulas, number by number, and against the wrong forms in circulation.
@Suite struct LayerFormulaTests {
    private static func named(_ parameters: Parameters, _ path: String) throws -> [Double] {
        try #require(parameters.entries.first { $0.path == path }).variable.values.map(Double.init)
    }

    /// h_t = tanh(x_t W_xh + h_{t−1} W_hh + b_h), o_t = h_t W_ho + b_o. The form tanh(x_{t−1}) + U x_t + b has neither
    /// the state nor the bound.
    @Test func recurrentLayerIsItsFormula() throws {
        var random = RandomStream(seed: 1)
        let (network, output) = (RNN(2, 3, random: &random), Linear(3, 2, random: &random))
        shake(network)
        shake(output, seed: 8)
        let x = uniform([1, 5, 2], seed: 3)
        let found = try output(network(x).outputs).floats()
        let parameters = network.parameters
        let (w, u) = try (Self.named(parameters, "weight_ih_l0"), Self.named(parameters, "weight_hh_l0"))
        let biases = try zip(Self.named(parameters, "bias_ih_l0"), Self.named(parameters, "bias_hh_l0")).map { $0 + $1 }
        let (v, c) = try (
            Self.named(output.parameters, "weight"), Self.named(output.parameters, "bias")
        )
        let inputs = try x.floats().map(Double.init)
        var h = [0.0, 0, 0]
        for step in 0..<5 {
            h = (0..<3).map { unit in
                let own = (0..<2).reduce(0.0) { $0 + w[2 * unit + $1] * inputs[2 * step + $1] }
                return tanh(own + (0..<3).reduce(0.0) { $0 + u[3 * unit + $1] * h[$1] } + biases[unit])
            }
            for place in 0..<2 {
                let expected = (0..<3).reduce(c[place]) { $0 + v[3 * place + $1] * h[$1] }
                #expect(abs(Double(found[2 * step + place]) - expected) < 1e-5, "step \(step)")
            }
        }
        let large = network(100 * x).outputs
        #expect(try large.absolute().max().item() <= 1)
        // The first step reaches the last one, through the state alone.
        let slopes = try gradients(of: network(x).outputs.selected(4, axis: 1).sum(), withRespectTo: [x])[0].floats()
        #expect(slopes[..<2].contains { abs($0) > 1e-6 })
    }

    /// h_i = Σ_j g(j − i) x_j with a continuous kernel g, sampled at whole distances, is what a convolution computes;
    /// Σ_j g(i + j) x_j is not.
    @Test func convolutionIsASumOverDistances() throws {
        func g(_ distance: Int) -> Double { exp(-0.5 * pow(Double(distance) - 0.7, 2)) + 0.1 * Double(distance) }
        var random = RandomStream(seed: 1)
        let size = 6
        let layer = Conv1d(
            1, 1, kernel: 2 * size - 1, padding: Padding(left: size - 1, right: size - 1), bias: false, random: &random)
        layer.weight.set((1 - size..<size).map { Float(g($0)) })
        let x = uniform([1, size, 1], seed: 4)
        let (values, found) = try (x.floats().map(Double.init), layer(x).floats())
        #expect(found.count == size)
        var wrong = 0.0
        for i in 0..<size {
            let expected = (0..<size).reduce(0.0) { $0 + g($1 - i) * values[$1] }
            #expect(abs(Double(found[i]) - expected) < 1e-5, "step \(i)")
            wrong = max(wrong, abs(Double(found[i]) - (0..<size).reduce(0.0) { $0 + g($1 + i) * values[$1] }))
        }
        #expect(wrong > 0.1)
    }

    /// softmax(QKᵀ/√D + mask) V for each head of width D, with the mask 0 where j ≤ i and −∞ elsewhere, then the output
    /// map. Without the softmax's division, the scale, the mask or V the numbers are others.
    @Test(arguments: [true, false]) func attentionLayerIsItsFormula(causal: Bool) throws {
        var random = RandomStream(seed: 1)
        let layer = MultiHeadAttention(4, heads: 2, causal: causal, random: &random)
        shake(layer)
        let x = uniform([1, 5, 4], seed: 3)
        let (inputs, found) = try (x.floats().map(Double.init), layer(x).floats())
        let (weight, bias) = try (
            Self.named(layer.parameters, "in_proj_weight"), Self.named(layer.parameters, "in_proj_bias")
        )
        let (map, shift) = try (
            Self.named(layer.parameters, "out_proj.weight"), Self.named(layer.parameters, "out_proj.bias")
        )
        /// Row i of queries (0), keys (1) or values (2).
        func projected(_ part: Int, _ step: Int, _ column: Int) -> Double {
            let row = 4 * part + column
            return (0..<4).reduce(bias[row]) { $0 + weight[4 * row + $1] * inputs[4 * step + $1] }
        }
        for i in 0..<5 {
            var heads = [Double](repeating: 0, count: 4)
            for head in 0..<2 {
                var total = 0.0
                for j in 0..<5 where !causal || j <= i {
                    let score = (2 * head..<2 * head + 2).reduce(0.0) { $0 + projected(0, i, $1) * projected(1, j, $1) }
                    let share = exp(score / 2.0.squareRoot())
                    total += share
                    for column in 2 * head..<2 * head + 2 { heads[column] += share * projected(2, j, column) }
                }
                for column in 2 * head..<2 * head + 2 { heads[column] /= total }
            }
            for column in 0..<4 {
                let expected = (0..<4).reduce(shift[column]) { $0 + map[4 * column + $1] * heads[$1] }
                #expect(abs(Double(found[4 * i + column]) - expected) < 1e-4, "step \(i)")
            }
        }
    }
}
