import Datasets
import Foundation
import Random
import Testing

@testable import GenerativeModels
@testable import NeuralNetworks

/// A deep machine whose visible units are real numbers.
private func makeDeep(
    _ width: Int, hidden: [Int], _ change: (inout DeepBoltzmannSettings) -> Void = { _ in }
) throws -> DeepBoltzmannMachine {
    var settings = DeepBoltzmannSettings()
    (settings.hiddenUnits, settings.pretrainingEpochs, settings.meanFieldSteps) = (hidden, 0, 50)
    settings.boltzmann.samplingSteps = 100
    change(&settings)
    let data = Dataset.Description(name: "reals", shape: [width], kind: .reals)
    return try #require(try settings.makeModel(for: data, seed: 1) as? DeepBoltzmannMachine)
}

@Suite struct GaussianDeepBoltzmannTests {
    /// One real number under two layers of two bits each: a mixture of 16 Gaussians.
    private func scrambled() throws -> DeepBoltzmannMachine {
        let model = try makeDeep(1, hidden: [2, 2])
        let layers = model.layers
        layers.weights[0].set([1.5, -1])
        layers.weights[1].set([0.8, -0.6, 0.4, 1.1])
        for (bias, values) in zip(layers.biases, [[0.3], [-0.4, -0.2], [0.1, -0.5]] as [[Float]]) { bias.set(values) }
        layers.logPrecision?.set([Float(log(2.0))])
        return model
    }

    /// −E of a number and the bits above it, as written.
    private func exponent(_ v: Double, _ bits: Int) -> Double {
        let h = (0..<4).map { Double(bits >> $0 & 1) }
        return -(v - 0.3) * (v - 0.3) + 2 * v * (1.5 * h[0] - h[1]) - 0.4 * h[0] - 0.2 * h[1] + 0.1 * h[2] - 0.5 * h[3]
            + h[0] * (0.8 * h[2] - 0.6 * h[3]) + h[1] * (0.4 * h[2] + 1.1 * h[3])
    }

    private let axis = (0..<1201).map { -6 + 0.01 * Double($0) }

    private func density(_ v: Double) -> Double { (0..<16).reduce(0) { $0 + exp(exponent(v, $1)) } }

    @Test func partitionAndBoundAreThoseOfTheEnergy() throws {
        let model = try scrambled()
        let logZ = log(axis.reduce(0) { $0 + density($1) } * 0.01)
        let partition = try model.partition(seed: 0)
        #expect(partition.isExact && abs(partition.logZ - logZ) < 1e-4, "\(partition.logZ) \(logZ)")
        let sampler = AnnealedImportanceSampling(model.layers, chains: 200, seed: 3)
        let (forward, reverse) = try sampler.estimates(betas: 1000, rest: 100)
        #expect(abs(forward.logZ - logZ) < 0.05 && abs(reverse.logZ - logZ) < 0.05, "\(forward) \(reverse) \(logZ)")
        let points = stride(from: 300, to: 900, by: 20).map { axis[$0] }
        let bound = try model.logLikelihood(of: DataRows(points.map { Float($0) }, width: 1), seed: 0)
        #expect(bound.kind == .bound)
        for (point, nats) in zip(points, bound.nats) {
            let exact = log(density(point)) - logZ
            #expect(nats < exact + 1e-4 && nats > exact - 0.3, "\(point): \(nats) \(exact)")
        }
    }

    @Test func samplesHaveTheMixturesMoments() throws {
        let samples = try scrambled().sample(20_000, seed: 1).map(Double.init)
        let total = axis.reduce(0) { $0 + density($1) }
        for power in 1...2 {
            let expected = axis.reduce(0.0) { $0 + density($1) * pow($1, Double(power)) } / total
            let seen = samples.reduce(0.0) { $0 + pow($1, Double(power)) } / 20_000
            #expect(abs(seen - expected) < 0.04, "power \(power): \(seen) \(expected)")
        }
    }

    /// Three clusters, trained greedily first or centred.
    @Test(arguments: [true, false])
    func clustersAreLearned(centred: Bool) throws {
        let rows = DataRows.threeClusters
        let model = try makeDeep(2, hidden: [6, 4]) {
            ($0.boltzmann.centred, $0.boltzmann.gibbsSteps) = (centred, 5)
            $0.pretrainingEpochs = centred ? 0 : 1000
        }
        try fit(model, rows, updates: 1, rate: 0)
        let first = try model.score(rows)
        try fit(model, rows, updates: 8000, rate: 0.05, last: 0)
        let last = try model.score(rows)
        // The entropy of the clusters is log 3 + log(2πe 0.16) = 2.10 nats; one Gaussian has 3.2 at best.
        #expect(model.scoreKind == .bound && first < -3 && last > -2.5, "from \(first) to \(last)")
    }

    @Test func fitsGoOn() throws {
        let values = (0..<60).map { Float($0 % 7) - 3 }
        try expectResumable(DataRows(values, width: 3)) { try makeDeep(3, hidden: [2, 2]) }
    }
}
