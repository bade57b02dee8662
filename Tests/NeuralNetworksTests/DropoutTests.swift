import Foundation
import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// Dropout's statistics, its masks, its modes, and its relation to bagging.
@Suite struct DropoutTests {
    /// A plan of a layer applied to ones, in a mode.
    private static func plan(_ rate: Double, _ mode: Mode, count: Int = 100_000, seed: UInt64 = 1) throws -> Plan {
        try Program("dropout", seed: seed) { _ in
            let x = Tensor.ones([count])
            return [mode { Dropout(rate)(x) }]
        }.plan()
    }

    @Test(arguments: [0.1, 0.5, 0.8]) func expectationsStay(rate: Double) throws {
        let plan = try Self.plan(rate, .training)
        plan.run()
        let values = plan.output(0).map(Double.init)
        let kept = values.filter { $0 != 0 }
        #expect(kept.allSatisfy { abs($0 - 1 / (1 - rate)) < 1e-6 })
        let error = (rate * (1 - rate) / 100_000).squareRoot()
        #expect(abs(Double(kept.count) / 100_000 - (1 - rate)) < 5 * error)
        #expect(abs(values.reduce(0, +) / 100_000 - 1) < 5 * error / (1 - rate))
    }

    /// A new mask in each replay; the same for the same seed and number of replays.
    @Test func masksAreNewAndReproducible() throws {
        func masks(_ seed: UInt64) throws -> [[Float]] {
            let plan = try Self.plan(0.5, .training, count: 1_000, seed: seed)
            return (0..<3).map { _ in
                plan.run()
                return Array(plan.output(0))
            }
        }
        let first = try masks(1)
        #expect(first[0] != first[1] && first[1] != first[2])
        #expect(try masks(1) == first)
        #expect(try masks(2) != first)
    }

    /// The backward pass uses the mask of the forward pass; two layers of one step have separate masks.
    @Test func gradientsPassTheSameMask() throws {
        let x = uniform([1_000], seed: 3, in: 1...2)
        let outputs = try runOnce {
            let (y, other) = Mode.training { (Dropout(0.3)(x), Dropout(0.3)(x)) }
            return [y] + gradients(of: y.sum(), withRespectTo: [x]) + [other]
        }
        let values = try x.floats()
        for (index, y) in outputs[0].enumerated() { #expect(abs(y - values[index] * outputs[1][index]) < 1e-5) }
        #expect(outputs[0].map { $0 == 0 } != outputs[2].map { $0 == 0 })
    }

    @Test func evaluationIsTheIdentity() throws {
        let x = uniform([4, 3], seed: 2)
        #expect(try Dropout(0.9)(x).floats() == x.floats())
        let outputs = try runOnce { [Mode.training { Dropout(0)(x) }, Mode.training { Dropout(1)(x) }] }
        #expect(try outputs == [x.floats(), [Float](repeating: 0, count: 12)])
    }

    /// In evaluation with dropout, replays are samples of a predictive distribution. For a linear layer it has the mean
    /// that evaluation gives and the variance Σ (w x)² p / (1 − p). Batch normalisation keeps its averages meanwhile.
    @Test func monteCarloSamplesThePrediction() throws {
        var random = RandomStream(seed: 4)
        let norm = BatchNorm(8)
        let network = Sequential([norm, Dropout(0.25), Linear(8, 1, random: &random)])
        let x = uniform([1, 8], seed: 3)
        let plan = try Program("sample") { _ in [Mode.monteCarlo { network(x.broadcast(to: [20_000, 8])) }] }.plan()
        plan.run()
        let samples = plan.output(0).map(Double.init)
        let mean = samples.reduce(0, +) / 20_000
        let variance = samples.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 20_000
        let weight = network.parameters["2.weight"].values
        let expected = try zip(weight, norm(x).floats()).map { Double($0 * $1) * Double($0 * $1) }.reduce(0, +) / 3
        #expect(abs(variance / expected - 1) < 0.1)
        #expect(abs(mean - Double(try network(x).item())) < 5 * (expected / 20_000).squareRoot())
        #expect(norm.buffers["running_mean"].values == [Float](repeating: 0, count: 8))
    }

    /// Dropout and bagging both average an ensemble. Here it consists of the 2ⁿ networks that masks make of one softmax
    /// layer, which share its parameters instead of being trained separately. Evaluation gives their normalised
    /// geometric mean (Goodfellow et al., "Deep learning", 7.12); bagging's arithmetic mean is a different prediction.
    @Test func evaluationIsTheGeometricMeanOfAllMasks() throws {
        var random = RandomStream(seed: 4)
        let layer = Linear(6, 3, random: &random)
        shake(layer, seed: 3)
        let x = uniform([1, 6], seed: 6)
        let masks = (0..<64).flatMap { mask in (0..<6).map { Float(mask >> $0 & 1) } }
        // Kept with probability ½, and doubled where kept.
        let ensemble = layer(x * Tensor(masks, shape: [64, 6]) * 2).logSoftmax()
        let geometric = ensemble.mean([0], keepDimensions: true).softmax()
        let evaluation = layer(x).softmax()
        #expect(try distance(geometric, evaluation) < 1e-6)
        #expect(try distance(ensemble.exp().mean([0], keepDimensions: true), evaluation) > 0.01)
    }
}
