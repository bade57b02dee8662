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
    /// log p(v) of every row: the sum, over the states of the first hidden layer, of the top machine's probability
    /// times that of the directed layer.
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
        #expect(bound.kind == .bound && zip(bound.nats, exact).allSatisfy { $0 < $1 + 0.05 })
        #expect(bound.mean < exact.reduce(0, +) / 16 - 0.01)
    }

    /// If the second machine is the first one upside down, the network is the first machine (Hinton, Osindero & Teh
    /// 2006): p(h) of the second is the marginal of the first, q is the exact posterior, and the bound is the
    /// likelihood.
    @Test func aMirroredSecondLayerChangesNothing() throws {
        let model = try makeBelief(4, hidden: [3, 4]) { $0.boundSamples = 2000 }
        scramble(model.parameters, deviation: 0.7)
        let (lower, upper) = (model.machines[0].layers, model.machines[1].layers)
        let weights = lower.weights[0].values
        let mirrored = (0..<12).map { (index: Int) -> Float in weights[index % 4 * 3 + index / 4] }
        upper.weights[0].set(mirrored)
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
        #expect(seen == [0, 1] && model.scoreKind == .bound)
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

    /// Wake: ⟨(v − p(v|h)) h⟩ over the data and q. Sleep: ⟨v (h − q(h|v))⟩ over the network's own samples.
    @Test(arguments: [BoltzmannSettings.Algorithm.cd, .pcd])
    func fineTuningFollowsBothExpectations(algorithm: BoltzmannSettings.Algorithm) throws {
        let model = try makeBelief(2, hidden: [2, 2]) {
            $0.fineTuningEpochs = 2
            ($0.algorithm, $0.boltzmann.chains, $0.boltzmann.gibbsSteps) = (algorithm, 40_000, 30)
        }
        let rows = DataRows((0..<40_000).flatMap { $0 % 4 == 0 ? [0, 1] : [1, 0] as [Float] }, width: 2)
        try fit(model, rows, updates: 2, rate: 0, only: 0..<1)
        scramble(model.parameters)
        let (directed, up) = (model.machines[0].layers, model.ways.recognition[0])
        let (b, w) = (directed.biases[0].values, directed.weights[0].values)
        let (c, r) = (up.bias.values, up.weight.values)
        let states = [[0, 0], [1, 0], [0, 1], [1, 1]] as [[Float]]
        func sigmoid(_ x: Float) -> Double { 1 / (1 + exp(-Double(x))) }
        func lower(_ i: Int, _ h: [Float]) -> Double { sigmoid(b[i] + h[0] * w[2 * i] + h[1] * w[2 * i + 1]) }
        func upper(_ j: Int, _ v: [Float]) -> Double { sigmoid(c[j] + v[0] * r[j] + v[1] * r[2 + j]) }
        func chance(_ state: [Float], _ of: (Int) -> Double) -> Double {
            (0..<2).reduce(1.0) { $0 * (state[$1] == 1 ? of($1) : 1 - of($1)) }
        }
        var (wake, wakeBias) = ([Double](repeating: 0, count: 4), [0.0, 0])
        for (v, share) in [([0, 1], 0.25), ([1, 0], 0.75)] as [([Float], Double)] {
            for h in states {
                let weight = share * chance(h) { upper($0, v) }
                for i in 0..<2 {
                    let missing = weight * (Double(v[i]) - lower(i, h))
                    wakeBias[i] += missing
                    for j in 0..<2 { wake[2 * i + j] += missing * Double(h[j]) }
                }
            }
        }
        let prior = try model.machines[1].logLikelihood(of: Bits.all(2), seed: 0).nats.map { exp($0) }
        try fit(model, rows, updates: 2, rate: 1, only: 0..<1)
        func difference(_ after: [Float], _ before: [Float]) -> [Double] { zip(after, before).map { Double($0 - $1) } }
        let directedSteps = difference(directed.weights[0].values, w) + difference(directed.biases[0].values, b)
        #expect(zip(directedSteps, wake + wakeBias).allSatisfy { abs($0 - $1) < 0.015 }, "\(directedSteps) \(wake)")

        // The directed layer has learned before it dreams; the top machine's samples date from before that.
        let (bNew, wNew) = (directed.biases[0].values, directed.weights[0].values)
        func made(_ i: Int, _ h: [Float]) -> Double {
            sigmoid(bNew[i] + h[0] * wNew[2 * i] + h[1] * wNew[2 * i + 1])
        }
        let upSteps = difference(up.weight.values, r) + difference(up.bias.values, c)
        var (sleep, sleepBias) = ([Double](repeating: 0, count: 4), [0.0, 0])
        for (h, share) in zip(states, prior) {
            for v in states {
                let weight = share * chance(v) { made($0, h) }
                for j in 0..<2 {
                    let missing = weight * (Double(h[j]) - upper(j, v))
                    sleepBias[j] += missing
                    for i in 0..<2 { sleep[2 * i + j] += missing * Double(v[i]) }
                }
            }
        }
        #expect(zip(upSteps, sleep + sleepBias).allSatisfy { abs($0 - $1) < 0.02 }, "\(upSteps) \(sleep)")
    }

    /// Greedy layers first, then all layers at once.
    @Test func fineTuningRaisesTheLikelihood() throws {
        func bound(fineTuning: Int) throws -> Double {
            let model = try makeBelief(16, hidden: [14, 10]) {
                ($0.fineTuningEpochs, $0.boltzmann.gibbsSteps) = (fineTuning, 5)
            }
            let rows = Bits.barsAndStripes
            try fit(model, rows, updates: 15_000, rate: 0.03)
            return try model.logLikelihood(of: rows, seed: 1).mean
        }
        let results = try [0, 5000].map { try bound(fineTuning: $0) }
        #expect(results[1] > results[0] + 0.2, "\(results)")
    }

    @Test(arguments: [0, 3, 6])
    func fitsGoOn(fineTuning: Int) throws {
        try expectResumable(Bits.random(20, [0.3, 0.8, 0.5], seed: 1)) {
            try makeBelief(3, hidden: [2, 2]) { $0.fineTuningEpochs = fineTuning }
        }
    }

    /// A bound whose log Z is estimated is neither a bound nor an estimate with a known direction.
    @Test func boundsWithAnEstimatedPartitionSayIt() throws {
        var settings = BoltzmannSettings()
        (settings.samplingSteps, settings.aisChains, settings.aisBetas) = (5, 10, 20)
        var (network, machine) = (DeepBeliefSettings(), DeepBoltzmannSettings())
        (network.hiddenUnits, network.boltzmann, network.boundSamples) = ([22, 22], settings, 1)
        (machine.hiddenUnits, machine.boltzmann) = ([22, 22], settings)
        let rows = Bits.random(3, [Double](repeating: 0.4, count: 24), seed: 1)
        for settings in [network, machine] as [any ModelSettings] {
            let model = try settings.makeModel(for: Bits.description(24), seed: 1)
            let kind = try (model as? any LikelihoodModel)?.logLikelihood(of: rows, seed: 1).kind
            #expect(kind == .estimatedBound)
            #expect(kind?.relation?.contains("too high") == true && kind?.relation?.contains("too low") == true)
        }
    }
}
