import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// Properties of the normalisations, in training and in evaluation.
@Suite struct NormalizationTests {
    /// The mean and the biased variance of the given values.
    private static func moments(_ values: [Float]) -> (mean: Double, variance: Double) {
        let (numbers, count) = (values.map(Double.init), Double(values.count))
        let mean = numbers.reduce(0, +) / count
        return (mean, numbers.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / count)
    }

    /// Over the batch and all places, each channel has mean 0 and variance s² / (s² + ε).
    @Test func batchesAreStandardized() throws {
        let x = uniform([4, 3, 5, 2], seed: 3) * Tensor([1, 10]) + Tensor([5, -3])
        let outputs = try runOnce {
            let layer = BatchNorm(2)
            return [Mode.training { layer(x) }.reshaped(to: [60, 2]).transposed()]
        }
        for channel in 0..<2 {
            let (mean, variance) = Self.moments(Array(outputs[0][channel * 60..<(channel + 1) * 60]))
            #expect(abs(mean) < 1e-5 && abs(variance - 1) < 1e-4)
        }
    }

    /// Replays move the averages towards the mean and the unbiased variance; evaluation then uses them and moves
    /// nothing.
    @Test func averagesFollowTheBatches() throws {
        let layer = BatchNorm(1, momentum: 0.25)
        let step = try Program("step", inputs: [.float32(3, 1)]) { x in [Mode.training { layer(x[0]) }] }.plan()
        var (mean, variance) = (0.0, 1.0)
        for batch in [[1, 2, 6], [-4, 0, 1], [3, 3, 3]] as [[Float]] {
            _ = step.input(0).update(fromContentsOf: batch)
            step.run()
            let (m, biased) = Self.moments(batch)
            mean += 0.25 * (m - mean)
            variance += 0.25 * (biased * 3 / 2 - variance)
            #expect(Golden.difference(layer.buffers["running_mean"].values, [mean]) < 1e-6)
            #expect(Golden.difference(layer.buffers["running_var"].values, [variance]) < 1e-6)
        }
        let expected = [0.0, 10].map { ($0 - mean) / (variance + 1e-5).squareRoot() }
        let version = layer.buffers["running_mean"].version
        #expect(try Golden.difference(layer(Tensor([0, 10], shape: [2, 1])).floats(), expected) < 1e-6)
        #expect(try layer(Tensor.zeros([0, 1])).floats().isEmpty)
        #expect(layer.buffers["running_mean"].version == version)
    }

    /// A bias before batch normalisation is redundant: it changes nothing and has no gradient.
    @Test func aBiasBeforeIsRedundant() throws {
        var random = RandomStream(seed: 1)
        let (linear, norm) = (Linear(3, 2, random: &random), BatchNorm(2))
        shake(norm)
        let x = uniform([6, 3], seed: 2)
        func outputs() throws -> [[Float]] {
            try runOnce {
                let y = Mode.training { norm(linear(x)) }
                let loss = (y * uniform([6, 2], seed: 4)).sum()
                return [y] + gradients(of: loss, withRespectTo: [linear.bias!, linear.weight])
            }
        }
        let first = try outputs()
        linear.bias!.set([100, -7])
        let second = try outputs()
        #expect(Golden.difference(second[0], first[0].map(Double.init)) < 1e-4)
        #expect(first[1].allSatisfy { abs($0) < 1e-6 })
        #expect(first[2].contains { abs($0) > 1e-3 })
    }

    /// Each row has mean 0 and variance 1, whatever its scale, and rows don't affect each other.
    @Test func rowsAreStandardized() throws {
        let layer = LayerNorm(64)
        let x = uniform([5, 64], seed: 3) * Tensor([1, 10, 100, 3, 7], shape: [5, 1]) + 4
        let y = try layer(x).floats()
        for row in 0..<5 {
            let (mean, variance) = Self.moments(Array(y[row * 64..<(row + 1) * 64]))
            #expect(abs(mean) < 1e-5 && abs(variance - 1) < 1e-4)
        }
        let alone = try layer(x.sliced(2..<3, axis: 0)).floats()
        #expect(alone == Array(y[128..<192]))
    }

    /// One group is layer normalisation over all channels and places; examples don't affect each other.
    @Test func oneGroupIsLayerNormalization() throws {
        let x = uniform([3, 2, 2, 4], seed: 3)
        let layer = GroupNorm(groups: 1, 4)
        #expect(try distance(layer(x).reshaped(to: [3, 16]), LayerNorm(16)(x.reshaped(to: [3, 16]))) < 1e-5)
        #expect(try distance(layer(x.sliced(1..<2, axis: 0)), layer(x).sliced(1..<2, axis: 0)) < 1e-6)
    }

    /// Each example is scaled and shifted by its own class.
    @Test func classesChooseScaleAndShift() throws {
        let layer = ConditionalBatchNorm(1, classes: 3)
        layer.weight.set([1, 2, 3])
        layer.bias.set([0, 10, 20])
        let y = try layer(Tensor([1, 1, 1], shape: [3, 1]), classes: Tensor([2, 0, 1] as [Int32])).floats()
        #expect(Golden.difference(y, [23, 1, 12]) < 1e-4)
    }
}
