import Datasets
import Foundation
import Random
import Testing

@testable import GenerativeModels
@testable import NeuralNetworks
@testable import TensorCore

private func makeBelief(
    _ width: Int, hidden: [Int], _ change: (inout DeepBeliefSettings) -> Void = { _ in }
) throws -> DeepBeliefNetwork {
    var settings = DeepBeliefSettings()
    settings.hiddenUnits = hidden
    settings.boltzmann.samplingSteps = 60
    change(&settings)
    return try #require(try settings.makeModel(for: Bits.description(width), seed: 1) as? DeepBeliefNetwork)
}

@Suite struct DeepBeliefTests {
    /// log p(v) of every row: the sum over the states of the first hidden layer of the highest machine's probability and the
    /// directed layer's.
    private func logProbabilities(_ model: DeepBeliefNetwork) throws -> [Double] {
        let (lower, upper) = (model.machines[0], model.machines[1])
        let states = Bits.all(upper.data.width)
        let prior = try upper.logLikelihood(of: states, seed: 0).nats
        let rows = Bits.all(lower.data.width)
        let (b, w) = (lower.layers.biases[0].values, lower.layers.weights[0].values)
        return (0..<rows.count).map { row in
            let terms = (0..<states.count).map { state in
                var sum = prior[state]
                for (i, x) in rows[row].enumerated() {
                    var input = Double(b[i])
                    for (j, h) in states[state].enumerated() { input += Double(w[i * states.width + j] * h) }
                    sum -= log1p(exp(x == 1 ? -input : input))
                }
                return sum
            }
            return log(terms.reduce(0) { $0 + exp($1) })
        }
    }

    @Test func samplesAndBoundAreThoseOfTheTwoParts() throws {
        let model = try makeBelief(4, hidden: [3, 2]) { $0.boundSamples = 400 }
        scramble(model.parameters)
        let exact = try logProbabilities(model)
        #expect(abs(exact.reduce(0) { $0 + exp($1) } - 1) < 1e-5)
        let seen = counts(of: try model.sample(4000, seed: 3), width: 4)
        #expect(chiSquareDeviation(seen, exact.map { exp($0) }) < 4)
        let bound = try model.logLikelihood(of: Bits.all(4), seed: 1)
        #expect(bound.kind == .lowerBound && zip(bound.nats, exact).allSatisfy { $0 < $1 + 0.05 })
        #expect(bound.mean < exact.reduce(0, +) / 16 - 0.01)
    }

    /// With the second machine the first one upside down, the network is the first machine (Hinton, Osindero & Teh 2006): p(h) of the
    /// second is the first one's marginal, q is the exact posterior, and the bound is the likelihood.
    @Test func aMirroredSecondLayerChangesNothing() throws {
        let model = try makeBelief(4, hidden: [3, 4]) { $0.boundSamples = 2000 }
        scramble(model.parameters, deviation: 0.7)
        let (lower, upper) = (model.machines[0].layers, model.machines[1].layers)
        let weights = lower.weights[0].values
        upper.weights[0].set((0..<12).map { weights[$0 % 4 * 3 + $0 / 4] })
        upper.biases[0].copy(from: lower.biases[1])
        upper.biases[1].copy(from: lower.biases[0])
        let machine = try model.machines[0].logLikelihood(of: Bits.all(4), seed: 0).nats
        #expect(zip(try logProbabilities(model), machine).allSatisfy { abs($0 - $1) < 1e-5 })
        let bound = try model.logLikelihood(of: Bits.all(4), seed: 0).nats
        #expect(zip(bound, machine).allSatisfy { abs($0 - $1) < 0.05 }, "\(bound) \(machine)")
    }

    @Test func layersAreLearnedOneAfterAnother() throws {
        let model = try makeBelief(16, hidden: [14, 10]) { $0.boltzmann.gibbsSteps = 5 }
        let rows = Bits.barsAndStripes
        var seen = Set<Int>()
        var step = FitStep()
        step.epochs = 24_000
        for epoch in 0..<24_000 {
            let before = model.machines.map { $0.layers.weights[0].values[0] }
            step.epoch = epoch
            step.learningRate = 0.06 * (1 - Double(epoch % 12_000) / 12_000)
            _ = try model.fit(rows, step)
            if epoch % 1000 == 50 {
                let changed = model.machines.indices.filter {
                    model.machines[$0].layers.weights[0].values[0] != before[$0]
                }
                #expect(changed == [epoch / 12_000])
                seen.formUnion(changed)
            }
        }
        #expect(seen == [0, 1] && model.scoreName == .bound)
        let bound = try model.logLikelihood(of: rows, seed: 1).mean
        #expect(bound > -5 && bound < -log(30.0), "\(bound)")
        let samples = try model.sample(200, seed: 4)
        let pictures = Set((0..<30).map { Array(rows[$0]) })
        let valid = (0..<200).count { pictures.contains(Array(samples[16 * $0..<16 * ($0 + 1)])) }
        #expect(valid > 60, "\(valid) of 200")
        let process = try model.process(count: 30, from: rows, known: [], seed: 1)
        #expect(try process.advance() && process.steps == 1 && process.rows.count == 480)
        #expect(try model.encode(rows).count == 300 && model.reconstruct(rows).count == 480)
    }

    @Test func fitsGoOn() throws {
        try expectResumable(Bits.random(20, [0.3, 0.8, 0.5], seed: 1)) { try makeBelief(3, hidden: [2, 2]) }
    }
}
