import Foundation
import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// Attention to one key, attention in linear time, and positions as waves.
@Suite struct HardAndLinearAttentionTests {
    private static var scores: Tensor { Tensor([0.5, -1, 2, 0, 1, 1, -3, 0.25], shape: [2, 4]) }

    /// The best key's value in the forward pass, the soft weights' gradients in the backward pass.
    @Test func hardAttentionTakesTheBestKey() throws {
        let (scores, values) = (Self.scores, uniform([4, 3], seed: 2))
        let (weights, log) = Attention.hardWeights(scores, sampled: false)
        #expect(try weights.floats() == [0, 0, 1, 0, 1, 0, 0, 0])
        #expect(try distance(weights.matmul(values), values.taking(Tensor([2, 0] as [Int32]))) == 0)
        let soft = Attention.weights(scores)
        let probabilities = try soft.floats()
        #expect(try Golden.difference(log.exp().floats(), [Double(probabilities[2]), Double(probabilities[4])]) < 1e-6)
        let factor = uniform([2, 3], seed: 6)
        let hard = gradients(of: (weights.matmul(values) * factor).sum(), withRespectTo: [scores])[0]
        let expected = gradients(of: (soft.matmul(values) * factor).sum(), withRespectTo: [scores])[0]
        #expect(try distance(hard, expected) < 1e-6)
        #expect(try expected.floats().contains { $0 != 0 })
    }

    /// Keys are sampled with the soft weights as probabilities, and REINFORCE with the log-probability of the choice is
    /// an unbiased estimate of the gradient of the expected value.
    @Test func sampledAttentionFollowsTheWeights() throws {
        let draws = 40_000
        let row = Self.scores.sliced(0..<1, axis: 0)
        let values: [Float] = [1, -2, 0.5, 3]
        let outputs = try runOnce {
            let repeated = row.broadcast(to: [draws, 4])
            let (weights, log) = Attention.hardWeights(repeated, sampled: true)
            let rewards = (weights * Tensor(values)).sum([-1]).withoutGradient()
            let estimate = gradients(of: (log * rewards).mean(), withRespectTo: [repeated])[0].sum([0])
            return [weights.mean([0]), estimate]
        }
        let expectation = (Attention.weights(row) * Tensor(values)).sum()
        let exact = try gradients(of: expectation, withRespectTo: [row])[0].floats()
        let probabilities = try Attention.weights(row).floats()
        for key in 0..<4 {
            let p = Double(probabilities[key])
            #expect(abs(Double(outputs[0][key]) - p) < 5 * (p * (1 - p) / Double(draws)).squareRoot())
            // |reward| ≤ 3 and |∇ log p| ≤ 1 bound the estimate's deviation.
            #expect(abs(outputs[1][key] - exact[key]) < 5 * 3 / Float(draws).squareRoot())
        }
    }

    /// A layer samples in training and takes the best key in evaluation.
    @Test func sampledLayersAreHardInEvaluation() throws {
        var random = RandomStream(seed: 1)
        let sampled = MultiHeadAttention(4, heads: 2, kind: .sampled, random: &random)
        let hard = MultiHeadAttention(4, heads: 2, kind: .hard, random: &random)
        hard.parameters.copy(from: sampled.parameters)
        let x = uniform([3, 6, 4], seed: 2)
        let outputs = try runOnce { [sampled(x), hard(x), Mode.training { sampled(x) }, hard.weights(x)] }
        #expect(outputs[0] == outputs[1])
        #expect(outputs[0] != outputs[2])
        #expect(outputs[3].filter { $0 == 1 }.count == 3 * 2 * 6 && outputs[3].allSatisfy { $0 == 0 || $0 == 1 })
    }

    /// Causal linear attention as running sums equals the recurrent network that keeps S and z, step by step, and the
    /// quadratic form with weights φ(q)·φ(k).
    @Test func linearAttentionIsARecurrentNetwork() throws {
        let (q, k, v) = (uniform([2, 6, 3], seed: 1), uniform([2, 6, 3], seed: 2), uniform([2, 6, 4], seed: 3))
        let whole = Attention.linear(q, k, v, causal: true)
        var state = Attention.LinearState(sums: .zeros([2, 3, 4]), normaliser: .zeros([2, 3]))
        var steps: [Tensor] = []
        for t in 0..<6 {
            let (output, next) = Attention.linearStep(
                q.selected(t, axis: 1), k.selected(t, axis: 1), v.selected(t, axis: 1), state)
            steps.append(output)
            state = next
        }
        #expect(try distance(.stacked(steps, axis: 1), whole) < 1e-5)
        let weights = (q.elu() + 1).matmul(k.elu() + 1, transposeRight: true) * .lowerTriangle(6)
        let quadratic = (weights / weights.sum([-1], keepDimensions: true)).matmul(v)
        #expect(try distance(quadratic, whole) < 1e-5)
        // The last step sees everything: there causal attention and full attention are the same.
        let all = Attention.linear(q, k, v).selected(5, axis: 1)
        #expect(try distance(all, whole.selected(5, axis: 1)) < 1e-5)
        #expect(try distance(Attention.linear(q, k, v), whole) > 0.01)
    }

    /// φ keeps its digits far below 0, where the literal elu(x) + 1 is 0 in float32.
    @Test func linearAttentionKeepsSmallWeights() throws {
        let (q, k) = (Tensor([-20], shape: [1, 1]), Tensor([-20, -21], shape: [2, 1]))
        let y = try Attention.linear(q, k, Tensor([1, 0], shape: [2, 1])).item()
        #expect(abs(y - 1 / (1 + Float(exp(-1.0)))) < 1e-5)
    }

    /// E[t, 2i] = sin(t / 10000^{2i/d}), E[t, 2i + 1] = cos: a shift of n steps is the same rotation at all steps.
    @Test func wavesRotateByShifts() throws {
        let (length, features) = (50, 6)
        let table = try PositionalEmbedding.sinusoidal(length: length, features).vectors.floats().map(Double.init)
        #expect(Array(table[0..<6]) == [0, 1, 0, 1, 0, 1])
        for i in 0..<3 {
            let frequency = pow(10_000, -Double(2 * i) / 6)
            #expect(abs(table[7 * 6 + 2 * i] - sin(7 * frequency)) < 1e-6)
            let (c, s) = (cos(5 * frequency), sin(5 * frequency))
            for t in 0..<length - 5 {
                let (sine, cosine) = (table[t * 6 + 2 * i], table[t * 6 + 2 * i + 1])
                #expect(abs(table[(t + 5) * 6 + 2 * i] - (sine * c + cosine * s)) < 1e-5)
                #expect(abs(table[(t + 5) * 6 + 2 * i + 1] - (cosine * c - sine * s)) < 1e-5)
            }
        }
    }
}
