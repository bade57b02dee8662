import Foundation
import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// Noisy layers: the distribution of their noise, when there is none, and how it is learned.
@Suite struct NoisyLinearTests {
    private static func layer(_ inputs: Int = 40, _ outputs: Int = 30, deviation: Double = 0.5) -> NoisyLinear {
        var random = RandomStream(seed: 5)
        return NoisyLinear(inputs, outputs, deviation: deviation, random: &random)
    }

    /// The layer's outputs for the rows of an identity matrix and a row of zeros: its weights and biases.
    private static func weights(_ layer: NoisyLinear, _ mode: Mode, runs: Int, seed: UInt64 = 1) throws -> [[Float]] {
        let inputs = layer.mean.weight.shape[1]
        let rows = (0...inputs).flatMap { row in (0..<inputs).map { Float($0 == row ? 1 : 0) } }
        let plan = try Program("noisy", seed: seed) { _ in
            let outputs = mode { layer(Tensor(rows, shape: [inputs + 1, inputs])) }
            let bias = outputs.sliced(inputs..<inputs + 1, axis: 0)
            return [outputs.sliced(0..<inputs, axis: 0) - bias, bias]
        }.plan()
        return (0..<runs).map { _ in
            plan.run()
            return Array(plan.output(0)) + Array(plan.output(1))
        }
    }

    @Test func evaluationHasNoNoise() throws {
        let layer = Self.layer()
        let found = try Self.weights(layer, .evaluation, runs: 2)
        #expect(found[0] == found[1])
        for output in 0..<30 {
            for input in 0..<40 {
                #expect(abs(found[0][input * 30 + output] - layer.mean.weight.values[output * 40 + input]) < 1e-6)
            }
        }
        #expect(Array(found[0].suffix(30)) == layer.mean.bias!.values)
    }

    /// f(ε) has the variance E|ε| = √(2/π), and a weight's noise that of two such factors: σ² · 2/π.
    @Test func noiseHasItsMoments() throws {
        let layer = Self.layer()
        let runs = 400
        let samples = try Self.weights(layer, .training, runs: runs)
        let mean = try Self.weights(layer, .evaluation, runs: 1)[0]
        let sigma = 0.5 / 40.0.squareRoot()
        func moments(_ range: Range<Int>) -> (mean: Double, variance: Double) {
            var (sum, squares) = (0.0, 0.0)
            for sample in samples {
                for index in range {
                    let difference = Double(sample[index] - mean[index]) / sigma
                    sum += difference
                    squares += difference * difference
                }
            }
            let count = Double(range.count * runs)
            return (sum / count, squares / count)
        }
        let (weights, biases) = (moments(0..<1200), moments(1200..<1230))
        #expect(abs(weights.mean) < 0.01 && abs(biases.mean) < 0.05)
        #expect(abs(weights.variance - 2 / Double.pi) < 0.05, "\(weights)")
        #expect(abs(biases.variance - (2 / Double.pi).squareRoot()) < 0.05, "\(biases)")
    }

    /// New in each replay, different in each application, the same for a seed; the noise of the weights is an outer
    /// product.
    @Test func noiseIsFactorisedAndReproducible() throws {
        let layer = Self.layer(3, 2)
        let (first, again) = (
            try Self.weights(layer, .training, runs: 2), try Self.weights(layer, .training, runs: 2)
        )
        #expect(first == again && first[0] != first[1])
        #expect(try Self.weights(layer, .training, runs: 1, seed: 2)[0] != first[0])
        let mean = try Self.weights(layer, .evaluation, runs: 1)[0]
        let noise = zip(first[0], mean).map { $0 - $1 }
        #expect(abs(noise[0] * noise[3] - noise[1] * noise[2]) < 1e-6)
        let x = Tensor([1, 2, 3], shape: [1, 3])
        let plan = try Program("twice") { _ in Mode.training { [layer(x), layer(x)] } }.plan()
        plan.run()
        #expect(Array(plan.output(0)) != Array(plan.output(1)))
    }

    /// ∂/∂σ is the gradient of the weight times its noise; ∂/∂μ that of the weight.
    @Test func deviationsAreLearned() throws {
        let layer = Self.layer(3, 2)
        let variables = layer.parameters.variables
        let plan = try Program("gradients") { _ in
            let outputs = Mode.training { layer(Tensor([1, 2, 3, -1, 0.5, 2], shape: [2, 3])) }
            let weights = Tensor([1, -2, 0.5, 3], shape: [2, 2])
            return [outputs] + gradients(of: (outputs * weights).sum(), withRespectTo: variables.map(\.tensor))
        }.plan()
        plan.run()
        let sample = try Self.weights(layer, .training, runs: 1)[0]
        let mean = try Self.weights(layer, .evaluation, runs: 1)[0]
        let sigma = Float(0.5 / 3.0.squareRoot())
        let noise = zip(sample, mean).map { ($0 - $1) / sigma }
        #expect(layer.parameters.entries.map(\.path) == ["weight", "bias", "weightDeviation", "biasDeviation"])
        // The noise of program "noisy" is that of "gradients": the same key, counter and order.
        for output in 0..<2 {
            for input in 0..<3 {
                let expected = plan.output(1)[output * 3 + input] * noise[input * 2 + output]
                #expect(abs(plan.output(3)[output * 3 + input] - expected) < 1e-4)
            }
            #expect(abs(plan.output(4)[output] - plan.output(2)[output] * noise[6 + output]) < 1e-4)
        }
    }
}
