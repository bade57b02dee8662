import Datasets
import Foundation
import Random
import Testing

@testable import GenerativeModels
@testable import NeuralNetworks
@testable import TensorCore

private func makeConvolutional(
    _ size: Int, _ change: (inout ConvolutionalBoltzmannSettings) -> Void = { _ in }
) throws -> ConvolutionalBoltzmannMachine {
    var settings = ConvolutionalBoltzmannSettings()
    (settings.filters, settings.kernel, settings.pool, settings.samplingSteps) = (2, 3, 2, 100)
    change(&settings)
    let data = Dataset.Description(name: "pictures", shape: [size, size], kind: .bits)
    return try #require(try settings.makeModel(for: data, seed: 1) as? ConvolutionalBoltzmannMachine)
}

@Suite struct ConvolutionalBoltzmannTests {
    /// p(v) of 2 × 2 images, from the energy as written and all states of the hidden units in which each block has at
    /// most one unit on.
    @Test func probabilitiesAreThoseOfTheEnergy() throws {
        let model = try makeConvolutional(2)
        scramble(model.parameters)
        let p = Dictionary(
            uniqueKeysWithValues: model.parameters.entries.map { ($0.path, $0.variable.values.map(Double.init)) })
        /// The input of unit (y, x) of a filter's map.
        func input(_ row: Int, _ filter: Int, _ y: Int, _ x: Int) -> Double {
            var sum = p["hidden"]![filter]
            for dy in 0..<3 {
                for dx in 0..<3 {
                    let (i, j) = (y + dy - 1, x + dx - 1)
                    guard 0..<2 ~= i, 0..<2 ~= j, row >> (2 * i + j) & 1 == 1 else { continue }
                    sum += p["weight"]![9 * filter + 3 * dy + dx]
                }
            }
            return sum
        }
        var sums = [Double](repeating: 0, count: 16)
        for row in 0..<16 {
            let ones = (0..<4).filter { (index: Int) -> Bool in (row >> index) & 1 == 1 }
            let visible: Double = ones.map { p["visible"]![$0] }.reduce(0, +)
            // A block is the whole map: 4 units or none, of each filter.
            for first in 0..<5 {
                for second in 0..<5 {
                    let inputs = [first, second].enumerated().map { filter, unit in
                        unit == 4 ? 0 : input(row, filter, unit / 2, unit % 2)
                    }
                    sums[row] += exp(visible + inputs[0] + inputs[1])
                }
            }
        }
        let total = sums.reduce(0, +)
        let nats = try model.logLikelihood(of: Bits.all(4), seed: 0).nats
        #expect(zip(nats, sums).allSatisfy { abs($0 - log($1 / total)) < 1e-5 })
        try expectDistribution(model)
        // P(a block has a unit on) = Σ e^a / (1 + Σ e^a): independent units would have a different probability.
        let codes = try model.encode(Bits.all(4))
        for row in 0..<16 {
            for filter in 0..<2 {
                let exponentials = (0..<4).map { exp(input(row, filter, $0 / 2, $0 % 2)) }
                let sum = exponentials.reduce(0, +)
                #expect(abs(Double(codes[2 * row + filter]) - sum / (1 + sum)) < 1e-5)
                let independent = 1 - exponentials.reduce(1) { $0 / (1 + $1) }
                #expect(abs(independent - sum / (1 + sum)) > 1e-4)
            }
        }
    }

    @Test func annealingAgreesWithTheExactPartition() throws {
        let model = try makeConvolutional(4) { ($0.aisChains, $0.aisBetas) = (100, 1000) }
        scramble(model.parameters, deviation: 0.7)
        let exact = try model.logLikelihood(of: Bits.all(16).prefix(1), seed: 0).details[0].value
        let estimate = try model.estimatedPartition(seed: 2)
        #expect(abs(estimate.logZ - exact) < 0.1 && abs(estimate.details[2].value - exact) < 0.15)
    }

    /// With many chains near equilibrium the difference of the free energies has the gradient of the likelihood, which
    /// rises to what small filters can reach.
    @Test(arguments: [BoltzmannSettings.Algorithm.cd, .pcd])
    func picturesAreLearned(algorithm: BoltzmannSettings.Algorithm) throws {
        let model = try makeConvolutional(4) { ($0.algorithm, $0.filters, $0.gibbsSteps) = (algorithm, 8, 2) }
        let rows = Bits.barsAndStripes
        try fit(model, rows, updates: 1, rate: 0)
        let first = try model.score(rows)
        try fit(model, rows, updates: 1500, rate: 0.02, last: 0)
        let last = try model.score(rows)
        #expect(first < -10 && last > first + 2.5, "\(first) \(last)")
        let process = try model.process(count: 30, from: rows, known: [Bool](repeating: true, count: 16), seed: 1)
        #expect(try process.advance() && process.rows == rows.values)
        #expect(try model.reconstruct(rows).count == 480 && model.weightRows.count == 128)
    }

    @Test func sparsityLowersTheActivity() throws {
        func activity(_ weight: Double) throws -> Double {
            let model = try makeConvolutional(4) { $0.sparsityWeight = weight }
            try fit(model, Bits.barsAndStripes, updates: 200, rate: 0.02)
            return try model.fit(Bits.barsAndStripes, FitStep())[1].value
        }
        #expect(try activity(100) < 0.06 && activity(0) > 0.08)
    }

    @Test func fitsGoOn() throws {
        try expectResumable(Bits.random(10, [0.3, 0.8, 0.5, 0.6], seed: 1)) { try makeConvolutional(2) }
    }

    @Test func sizesHaveToFit() {
        let error = #expect(throws: ModelError.self) { try makeConvolutional(4) { $0.pool = 3 } }
        #expect(error?.description.contains("a divisor of the images' height 4 and width 4") == true)
        #expect(throws: ModelError.self) { try makeConvolutional(4) { $0.kernel = 4 } }
        #expect(throws: ModelError.self) {
            try ConvolutionalBoltzmannSettings().makeModel(for: Bits.description(4), seed: 0)
        }
    }
}
