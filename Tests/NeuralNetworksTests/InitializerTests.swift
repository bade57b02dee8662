import Foundation
import Mathematics
import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// Initial values: their moments, their ranges, and orthogonality.
@Suite struct InitializerTests {
    private struct Case: Sendable {
        var initializer: Initializer
        var deviation: Double
        /// The largest magnitude that can be.
        var bound = Double.infinity
    }

    /// For weights (60, 3, 3, 20): fan-in 180, fan-out 540.
    private static let cases = [
        Case(initializer: .uniform(bound: 0.3), deviation: 0.3 / 3.0.squareRoot(), bound: 0.3),
        Case(initializer: .normal(deviation: 0.2), deviation: 0.2),
        Case(initializer: .truncatedNormal(deviation: 0.2), deviation: 0.8796256610342398 * 0.2, bound: 0.4),
        Case(
            initializer: .glorotUniform(), deviation: (2.0 / 720).squareRoot(), bound: (6.0 / 720).squareRoot()),
        Case(initializer: .glorotNormal(gain: Gain.tanh), deviation: 5.0 / 3 * (2.0 / 720).squareRoot()),
        Case(
            initializer: .heUniform(), deviation: (2.0 / 180).squareRoot(), bound: (6.0 / 180).squareRoot()),
        Case(initializer: .heNormal(), deviation: (2.0 / 180).squareRoot()),
        Case(initializer: .heNormal(gain: 1, fan: .outputs), deviation: (1.0 / 540).squareRoot()),
        Case(
            initializer: .pyTorchDefault, deviation: (1.0 / 540).squareRoot(), bound: (1.0 / 180).squareRoot()),
    ]

    @Test func moments() {
        for item in Self.cases {
            var random = RandomStream(seed: 5)
            let values = item.initializer.values([60, 3, 3, 20], random: &random)
            var moments = RunningMoments()
            for value in values { moments.add(Double(value)) }
            // 10,800 values: four standard errors of mean and deviation (that of a normal, the widest here).
            #expect(abs(moments.mean) < 4 * item.deviation / 10_800.0.squareRoot(), "\(item.initializer)")
            let ratio = moments.populationVariance.squareRoot() / item.deviation
            #expect(abs(ratio - 1) < 4 / 21_600.0.squareRoot(), "\(item.initializer)")
            let largest = Double(values.map(abs).max()!)
            #expect(largest <= item.bound * (1 + 1e-6), "\(item.initializer)")
            if item.bound.isFinite { #expect(largest > 0.98 * item.bound, "\(item.initializer)") }
            var again = RandomStream(seed: 5)
            #expect(item.initializer.values([60, 3, 3, 20], random: &again) == values)
        }
    }

    @Test func constants() {
        var random = RandomStream(seed: 1)
        let variable = Variable(.constant(0.25), shape: [2, 3], name: "gain", random: &random)
        #expect(variable.values == [Float](repeating: 0.25, count: 6) && variable.name == "gain")
        #expect(random == RandomStream(seed: 1))
    }

    @Test func fans() {
        #expect(Fans([10, 20]) == Fans(inputs: 20, outputs: 10))
        #expect(Fans([32, 3, 5, 16]) == Fans(inputs: 240, outputs: 480))
        var random = RandomStream(seed: 1)
        let bias = Initializer.pyTorchDefault.values([1_000], fans: Fans(inputs: 100, outputs: 1_000), random: &random)
        #expect(bias.map(abs).max()! <= 0.1 && bias.map(abs).max()! > 0.099)
    }

    @Test(arguments: [[6, 6], [4, 9], [9, 4], [5, 3, 3, 2], [1, 7], [64, 64]])
    func orthogonal(_ shape: [Int]) {
        var random = RandomStream(seed: 2)
        let values = Initializer.orthogonal(gain: 2).values(shape, random: &random)
        let matrix = Matrix(rows: shape[0], columns: shape.elementCount / shape[0], values.map { Double($0) / 2 })
        let tall = matrix.rows >= matrix.columns ? matrix : matrix.transposed
        #expect(tall.isOrthogonal(tolerance: 1e-6))
        #expect(matrix.rows != matrix.columns || abs(abs(matrix.determinant) - 1) < 1e-5)
    }

    /// Every rotation is equally likely: elements have mean 0 and variance 1/n, for which R's positive diagonal is
    /// needed.
    @Test func rotationsAreUniform() {
        var random = RandomStream(seed: 3)
        var corner = RunningMoments()
        for _ in 0..<3_000 { corner.add(Double(Initializer.orthogonal().values([4, 4], random: &random)[0])) }
        #expect(abs(corner.mean) < 4 * 0.5 / 3_000.0.squareRoot())
        #expect(abs(corner.populationVariance - 0.25) < 0.03)
    }

    /// The purpose of the gains: ten layers keep the mean square of their signal.
    @Test(arguments: [true, false]) func signalsKeepTheirSize(_ isOrthogonal: Bool) throws {
        var random = RandomStream(seed: 4)
        var x = Tensor((0..<64 * 128).map { _ in Float(random.normal()) }, shape: [64, 128])
        for _ in 0..<10 {
            let initializer = isOrthogonal ? Initializer.orthogonal(gain: Gain.relu) : .heNormal()
            let weight = Variable(initializer, shape: [128, 128], random: &random)
            x = x.relu().matmul(weight.tensor, transposeRight: true)
        }
        let meanSquare = try x.squared().mean().item()
        #expect((0.4...2.5).contains(meanSquare), "\(meanSquare)")
        #expect(abs(Gain.leakyReLU(slope: 1) - 1) < 1e-15 && Gain.leakyReLU(slope: 0) == Gain.relu)
    }
}
