import Datasets
import Foundation
import Random
import Testing

@testable import GenerativeModels
@testable import NeuralNetworks
@testable import TensorCore

/// A machine of real numbers.
private func makeGaussian(
    _ width: Int, hidden: Int, _ change: (inout GaussianBoltzmannSettings) -> Void = { _ in }
) throws -> RestrictedBoltzmannMachine {
    var settings = GaussianBoltzmannSettings()
    settings.hiddenUnits = hidden
    settings.boltzmann.samplingSteps = 100
    change(&settings)
    let data = Dataset.Description(name: "reals", shape: [width], kind: .reals)
    return try #require(try settings.makeModel(for: data, seed: 1) as? RestrictedBoltzmannMachine)
}

@Suite struct GaussianBoltzmannTests {
    /// Two hidden units make a mixture of four Gaussians with means b + Wh and precision β.
    private func scrambled() throws -> RestrictedBoltzmannMachine {
        let model = try makeGaussian(2, hidden: 2)
        model.layers.weights[0].set([1.5, -1, 0.5, 2])
        model.layers.biases[0].set([0.3, -0.6])
        model.layers.biases[1].set([-0.4, -1.2])
        model.layers.logPrecision?.set([Float(log(2.0)), Float(log(0.7))])
        return model
    }

    /// A Gaussian of the mixture: its weight, means and variances.
    private struct Part {
        var weight: Double
        var mean: [Double]
    }

    private let b = [0.3, -0.6], beta = [2, 0.7], w = [[1.5, -1], [0.5, 2]]

    /// p(h) ∝ exp(cᵀh + Σᵢ ½ βᵢ ((b+Wh)ᵢ² − bᵢ²)).
    private var mixture: [Part] {
        var parts: [Part] = []
        for h in [[0.0, 0], [1, 0], [0, 1], [1, 1]] {
            let mean = (0..<2).map { b[$0] + w[$0][0] * h[0] + w[$0][1] * h[1] }
            var exponent = -0.4 * h[0] - 1.2 * h[1]
            for i in 0..<2 { exponent += 0.5 * beta[i] * (mean[i] * mean[i] - b[i] * b[i]) }
            parts.append(Part(weight: exp(exponent), mean: mean))
        }
        let total = parts.reduce(0) { $0 + $1.weight }
        return parts.map { Part(weight: $0.weight / total, mean: $0.mean) }
    }

    private func density(_ x: [Double]) -> Double {
        mixture.reduce(0.0) { sum, part in
            var density = part.weight
            for i in 0..<2 {
                let distance = x[i] - part.mean[i]
                density *= (beta[i] / (2 * Double.pi)).squareRoot() * exp(-0.5 * beta[i] * distance * distance)
            }
            return sum + density
        }
    }

    @Test func densityIsTheMixtureAndIntegratesToOne() throws {
        let model = try scrambled()
        let axis = (0..<161).map { Float(-8 + 0.1 * Double($0)) }
        let points = axis.flatMap { x in axis.flatMap { [x, $0] } }
        let likelihood = try model.logLikelihood(of: DataRows(points, width: 2), seed: 0)
        let integral = likelihood.nats.reduce(0) { $0 + exp($1) } * 0.01
        #expect(likelihood.kind == .exact)
        #expect(abs(integral - 1) < 1e-4, "\(integral)")
        for point in [0, 5_000, 13_000, 20_000] {
            let x = [Double(points[2 * point]), Double(points[2 * point + 1])]
            #expect(abs(likelihood.nats[point] - log(density(x))) < 1e-4)
        }
        // P(h = 1 | v) = σ(c + (β ⊙ v)ᵀW): without β it would be different.
        let code = try model.encode(DataRows([1, 2], width: 2))
        let input = -0.4 + 2 * 1.5 + 1.4 * 0.5
        #expect(abs(Double(code[0]) - 1 / (1 + exp(-input))) < 1e-5)
    }

    @Test func samplesHaveTheMixturesMoments() throws {
        let samples = try scrambled().sample(20_000, seed: 1)
        for column in 0..<2 {
            let values = stride(from: column, to: samples.count, by: 2).map { Double(samples[$0]) }
            let mean = values.reduce(0, +) / 20_000
            let square = values.reduce(0) { $0 + $1 * $1 } / 20_000
            var (expectedMean, expectedSquare) = (0.0, 1 / beta[column])
            for part in mixture {
                expectedMean += part.weight * part.mean[column]
                expectedSquare += part.weight * part.mean[column] * part.mean[column]
            }
            #expect(abs(mean - expectedMean) < 0.03, "\(mean) \(expectedMean)")
            #expect(abs(square / expectedSquare - 1) < 0.04, "\(square) \(expectedSquare)")
        }
    }

    @Test func annealingAgreesWithTheExactPartition() throws {
        let model = try scrambled()
        let exact = try model.partition(seed: 0).logZ
        let sampler = AnnealedImportanceSampling(model.layers, chains: 200, seed: 3)
        let (forward, reverse) = try sampler.estimates(betas: 1000, rest: 100)
        #expect(abs(forward.logZ - exact) < 0.05 && abs(reverse.logZ - exact) < 0.05, "\(forward) \(reverse) \(exact)")
    }

    /// Three clusters, which one Gaussian can't describe.
    @Test(arguments: [true, false])
    func clustersAreLearned(centred: Bool) throws {
        let rows = DataRows.threeClusters
        let model = try makeGaussian(2, hidden: 4) { ($0.boltzmann.centred, $0.boltzmann.gibbsSteps) = (centred, 5) }
        try fit(model, rows, updates: 1, rate: 0)
        let first = try model.score(rows)
        try fit(model, rows, updates: 6000, rate: 0.05, last: 0)
        let last = try model.score(rows)
        // The entropy of the clusters is log 3 + log(2πe 0.16) = 2.10 nats.
        #expect(model.scoreKind == .exact && first < -3 && last > -2.4, "from \(first) to \(last)")
    }

    @Test func fitsGoOn() throws {
        let values = (0..<60).map { Float($0 % 7) - 3 }
        try expectResumable(DataRows(values, width: 3)) { try makeGaussian(3, hidden: 2) }
    }
}
