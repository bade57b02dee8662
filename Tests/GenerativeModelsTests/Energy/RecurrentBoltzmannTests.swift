import Datasets
import Foundation
import Random
import Testing

@testable import GenerativeModels
@testable import NeuralNetworks
@testable import TensorCore

private func makeRecurrent(
    _ width: Int, _ change: (inout RecurrentBoltzmannSettings) -> Void = { _ in }
) throws -> RecurrentBoltzmannMachine {
    var settings = RecurrentBoltzmannSettings()
    (settings.hiddenUnits, settings.recurrentUnits, settings.steps, settings.gibbsSteps) = (3, 4, 4, 5)
    change(&settings)
    let data = Dataset.Description(name: "notes", shape: [width], kind: .bits, isSequential: true)
    return try #require(try settings.makeModel(for: data, seed: 1) as? RecurrentBoltzmannMachine)
}

@Suite struct RecurrentBoltzmannTests {
    /// Every sequence of three steps of two bits.
    private var allSequences: DataRows {
        DataRows(sequences: Bits.all(6).values, width: 2, lengths: [Int](repeating: 3, count: 64))
    }

    /// However sequences are cut into pieces, the probabilities of all sequences of one length sum to 1, and the
    /// beginnings of samples follow them.
    @Test(arguments: [2, 4])
    func probabilitiesOfSequencesSumToOne(steps: Int) throws {
        let model = try makeRecurrent(2) { ($0.steps, $0.sampleSteps, $0.gibbsSteps) = (steps, 3, 40) }
        scramble(model.parameters)
        let likelihood = try model.logLikelihood(of: allSequences, seed: 0)
        let probabilities = likelihood.nats.map { exp($0) }
        #expect(likelihood.kind == .exact && abs(probabilities.reduce(0, +) - 1) < 1e-5)
        let samples = try model.sample(6000, seed: 2)
        #expect(chiSquareDeviation(counts(of: samples, width: 6), probabilities) < 4)
    }

    /// The first steps by the equations as written, in float64.
    @Test func biasesFollowTheRecurrence() throws {
        let model = try makeRecurrent(2) { ($0.hiddenUnits, $0.recurrentUnits) = (1, 1) }
        scramble(model.parameters)
        let p = Dictionary(
            uniqueKeysWithValues: model.parameters.entries.map { ($0.path, $0.variable.values.map(Double.init)) })
        let sequence: [[Double]] = [[1, 0], [1, 1]]
        func energy(_ v: [Double], _ u: Double) -> Double {
            var (sum, input) = (0.0, p["hidden"]![0] + u * p["hiddenInput"]![0])
            for i in 0..<2 {
                sum += v[i] * (p["visible"]![i] + u * p["visibleInput"]![i])
                input += v[i] * p["weight"]![i]
            }
            return sum + log1p(exp(input))
        }
        var (u, expected) = (0.0, 0.0)
        for v in sequence {
            let logZ = log([[0.0, 0], [1, 0], [0, 1], [1, 1]].reduce(0.0) { $0 + exp(energy($1, u)) })
            expected += energy(v, u) - logZ
            var input = p["state"]![0] + u * p["recurrent"]![0]
            for i in 0..<2 { input += v[i] * p["stateInput"]![i] }
            u = tanh(input)
        }
        let rows = DataRows(sequences: sequence.flatMap { $0.map { Float($0) } }, width: 2, lengths: [2])
        #expect(abs(try model.logLikelihood(of: rows, seed: 0).nats[0] - expected) < 1e-5)
    }

    /// Two bits that take turns, then both, then none: the past determines everything. Sequences have different
    /// lengths.
    private var melody: DataRows {
        let steps: [[Float]] = [[1, 0], [0, 1], [1, 1], [0, 0]]
        let lengths = [9, 4, 11, 6]
        let values = lengths.enumerated().flatMap { start, length in (0..<length).flatMap { steps[($0 + start) % 4] } }
        return DataRows(sequences: values, width: 2, lengths: lengths)
    }

    @Test func sequencesAreLearned() throws {
        let model = try makeRecurrent(2) { ($0.hiddenUnits, $0.recurrentUnits) = (6, 12) }
        let first = try model.score(melody)
        try fit(model, melody, updates: 400, rate: 0.02)
        let last = try model.score(melody)
        let nats = try model.logLikelihood(of: melody, seed: 0).nats.reduce(0, +) / 30
        // The first step of each of four sequences is arbitrary: 4 log 4 / 30 = 0.185 nats per step at best.
        #expect(first < -1.3 && last > -0.22 && nats > -0.22, "\(first) \(last) \(nats)")
    }

    @Test func annealingAgreesWithTheExactPartitions() throws {
        let model = try makeRecurrent(3) { ($0.aisChains, $0.aisBetas) = (100, 200) }
        scramble(model.parameters)
        var stream = RandomStream(seed: 3)
        let visible = (0..<9).map { _ in Float(stream.normal()) }
        let hidden = (0..<9).map { _ in Float(stream.normal()) }
        let estimates = try model.estimatedPartitions((visible, hidden), seed: 1)
        let weights = model.weightRows.map(Double.init)
        for step in 0..<3 {
            let states = StateEnumeration(
                fewBiases: hidden[3 * step..<3 * step + 3].map(Double.init),
                manyBiases: visible[3 * step..<3 * step + 3].map(Double.init), weights: weights)
            #expect(abs(states.logPartition() - estimates[step]) < 0.1)
        }
        let large = try makeRecurrent(3) { ($0.hiddenUnits, $0.aisChains, $0.aisBetas) = (20, 5, 20) }
        let rows = DataRows(sequences: Bits.all(3).values, width: 3, lengths: [8])
        #expect(try large.logLikelihood(of: rows, seed: 0).kind == .estimate)
    }

    /// Σᵢ log p(vᵢ | the others, the past), compared with the likelihoods of the changed steps.
    @Test func scoresArePseudoLikelihoodsOfSteps() throws {
        let model = try makeRecurrent(2)
        scramble(model.parameters)
        let single = DataRows(sequences: Bits.all(2).values, width: 2, lengths: [1, 1, 1, 1])
        let nats = try model.logLikelihood(of: single, seed: 0).nats
        var expected = 0.0
        for row in 0..<4 {
            for bit in 0..<2 { expected += (nats[row] - log(exp(nats[row]) + exp(nats[row ^ 1 << bit]))) / 4 }
        }
        #expect(abs(try model.score(single) - expected) < 1e-5)
    }

    @Test func fitsGoOn() throws { try expectResumable(melody) { try makeRecurrent(2) } }

    @Test func rowsAreRefused() {
        let error = #expect(throws: ModelError.self) {
            try RecurrentBoltzmannSettings().makeModel(for: Bits.description(3), seed: 0)
        }
        #expect(error?.description == "rnn-rbm needs sequences of bits, but the data hold rows of bits")
    }
}
