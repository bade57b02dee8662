import Datasets
import Foundation
import Random
import Testing

@testable import GenerativeModels
@testable import NeuralNetworks
@testable import TensorCore

/// A machine without hidden units.
private func makeMachine(
    _ width: Int, _ change: (inout BoltzmannMachineSettings) -> Void = { _ in }
) throws -> BoltzmannMachine {
    var settings = BoltzmannMachineSettings()
    change(&settings)
    return try #require(try settings.makeModel(for: Bits.description(width), seed: 1) as? BoltzmannMachine)
}

/// Random symmetric weights with a zero diagonal, and biases.
private func scrambleSymmetrically(_ model: BoltzmannMachine, deviation: Double = 1) {
    scramble(model.parameters, deviation: deviation)
    for (variable, order) in [(model.weights, 2), (model.triples, 3)] {
        guard let variable else { continue }
        let values = variable.values
        variable.set(
            values.indices.map { place in
                let units = Couplings.units(place, order, model.data.width)
                guard Set(units).count == order else { return 0 }
                return values[units.sorted().reduce(0) { $0 * model.data.width + $1 }]
            })
    }
}

extension Couplings {
    /// The units that a number couples, from its index.
    fileprivate static func units(_ place: Int, _ order: Int, _ width: Int) -> [Int] {
        var rest = place
        return (0..<order).map { _ in
            defer { rest /= width }
            return rest % width
        }
    }
}

@Suite struct BoltzmannMachineTests {
    @Test(arguments: [2, 3])
    func probabilitiesAreThoseOfTheEnergy(order: Int) throws {
        let model = try makeMachine(5) { $0.order = order }
        scrambleSymmetrically(model)
        let (w, t, b) = (model.weights.values, model.triples?.values ?? [], model.biases.values)
        let rows = Bits.all(5)
        let exponents = (0..<32).map { row in
            let x = Array(rows[row])
            var sum = 0.0
            for i in 0..<5 {
                sum += Double(b[i] * x[i])
                for j in 0..<5 { sum += 0.5 * Double(x[i] * w[5 * i + j] * x[j]) }
            }
            for (place, value) in t.enumerated() {
                sum += Double(value) / 6 * Double(Couplings.units(place, 3, 5).reduce(1) { $0 * x[$1] })
            }
            return sum
        }
        let logZ = log(exponents.reduce(0) { $0 + exp($1) })
        let nats = try model.logLikelihood(of: rows, seed: 0).nats
        #expect(zip(nats, exponents).allSatisfy { abs($0 - ($1 - logZ)) < 1e-5 })
        try expectDistribution(model)
        let estimate = model.estimatedPartition(seed: 3)
        #expect(abs(estimate.logZ - logZ) < 0.1 && abs(estimate.details[2].value - logZ) < 0.1)
    }

    /// Each pair of units is one parameter that occurs twice in W, and each triple one that occurs six times in T.
    @Test(arguments: [BoltzmannMachineSettings.Gradient.exact, .sampled], [2, 3])
    func stepsFollowTheGradient(gradient: BoltzmannMachineSettings.Gradient, order: Int) throws {
        let model = try makeMachine(4) {
            ($0.gradient, $0.chains, $0.gibbsSteps, $0.order) = (gradient, 20_000, 20, order)
        }
        let rows = Bits.random(50, [0.2, 0.9, 0.5, 0.7], seed: 3)
        try fit(model, rows, updates: 1, rate: 0)
        scrambleSymmetrically(model, deviation: 0.7)
        let variables = [(model.biases, 1), (model.weights, 2)] + (model.triples.map { [($0, 3)] } ?? [])
        let expected = try variables.map { variable, order in
            let start = variable.values
            return try start.indices.map { place -> Double in
                let units = Couplings.units(place, order, 4)
                guard Set(units).count == order else { return 0 }
                func mean(_ change: Float) throws -> Double {
                    defer { variable.set(start) }
                    let same = Set(units)
                    variable.set(
                        start.indices.map { start[$0] + (Set(Couplings.units($0, order, 4)) == same ? change : 0) })
                    return try model.logLikelihood(of: rows, seed: 0).mean
                }
                return try (mean(0.01) - mean(-0.01)) / 0.02
            }
        }
        let before = variables.map { $0.0.values }
        try fit(model, rows, updates: 1, rate: 1)
        let tolerance = gradient == .exact ? 1e-3 : 0.015
        for ((variable, _), (before, expected)) in zip(variables, zip(before, expected)) {
            for (value, (start, slope)) in zip(variable.values, zip(before, expected)) {
                #expect(abs(Double(value - start) - slope) < tolerance)
            }
        }
    }

    /// Three bits of even parity, any two of which are independent: log 4 nats, where pairs alone reach log 8.
    @Test func parityTakesTriples() throws {
        let rows = DataRows([0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0], width: 3)
        for (order, range) in [(2, -2.0795 ... -2.0794), (3, -1.42 ... -1.386)] {
            let model = try makeMachine(3) { $0.order = order }
            try fit(model, rows, updates: 2000, rate: 1)
            let score = try model.score(rows)
            #expect(range.contains(score), "order \(order): \(score)")
        }
        let error = #expect(throws: ModelError.self) { try makeMachine(129) { $0.order = 3 } }
        #expect(error?.description.contains("triples take at most 128") == true)
    }

    /// At the maximum the model has the data's means and correlations, and no other distribution does better.
    @Test func correlationsAreLearned() throws {
        let model = try makeMachine(6)
        let base = Bits.random(200, [0.3, 0.6, 0.5], seed: 2)
        let rows = DataRows((0..<200).flatMap { row in (0..<6).map { base[row][$0 / 2] } }, width: 6)
        // A few pairs that differ, so that the weights stay finite.
        let mixed = DataRows(rows.values + Bits.all(6).values, width: 6)
        try fit(model, mixed, updates: 1, rate: 0)
        let first = try model.score(mixed)
        try fit(model, mixed, updates: 1500, rate: 0.5)
        #expect(try model.score(mixed) > first + 0.5)
        let samples = try model.sample(4000, seed: 1)
        for (i, j) in [(0, 1), (0, 2), (3, 5)] {
            func product(_ values: [Float]) -> Double {
                stride(from: 0, to: values.count, by: 6).reduce(0.0) { $0 + Double(values[$1 + i] * values[$1 + j]) }
                    / Double(values.count / 6)
            }
            #expect(abs(product(samples) - product(mixed.values)) < 0.03)
        }
        #expect(zip(model.weightRows, (0..<36)).allSatisfy { $1 % 7 != 0 || $0 == 0 })
    }

    @Test func manyUnitsAreScoredByPseudoLikelihood() throws {
        let model = try makeMachine(30) { ($0.aisBetas, $0.aisChains, $0.samplingSteps) = (100, 20, 20) }
        let rows = Bits.random(100, (0..<30).map { 0.2 + 0.02 * Double($0) }, seed: 1)
        try fit(model, rows, updates: 20, rate: 0.02)
        #expect(model.scoreKind == .pseudoLikelihood)
        let likelihood = try model.logLikelihood(of: rows, seed: 1)
        let score = try model.score(rows)
        #expect(likelihood.kind == .estimate && abs(likelihood.mean - score) < 3, "\(likelihood.mean) \(score)")
        let error = #expect(throws: ModelError.self) { try makeMachine(30) { $0.gradient = .exact } }
        #expect(error?.description.contains("exact takes at most 16") == true)
    }

    @Test func completionsHoldWhatIsKnown() throws {
        let model = try makeMachine(4)
        model.weights.set([0, 8, 0, 0, 8, 0, 0, 0, 0, 0, 0, -8, 0, 0, -8, 0])
        model.biases.set([-4, -4, 4, 4])
        let rows = DataRows([1, 0, 1, 0, 0, 0, 0, 0], width: 4)
        let completed = try model.complete(rows, known: [true, false, true, false], seed: 1)
        // The first two bits are alike, the last two are opposite.
        #expect(completed == [1, 1, 1, 0, 0, 0, 0, 1])
    }

    @Test(arguments: [BoltzmannMachineSettings.Gradient.exact, .sampled], [2, 3])
    func fitsGoOn(gradient: BoltzmannMachineSettings.Gradient, order: Int) throws {
        try expectResumable(Bits.random(20, [0.3, 0.8, 0.5], seed: 1)) {
            try makeMachine(3) { ($0.gradient, $0.order) = (gradient, order) }
        }
    }
}

@Suite struct ResamplingTests {
    /// Chains are resampled as often as their weights say, up to one.
    @Test func chainsAreDrawnByTheirWeights() {
        let weights = [0.1, 2.5, 0.4, 1.0]
        let values: [Float] = [0, 0, 1, 1, 2, 2, 3, 3]
        for seed in 0..<20 {
            let drawn = resampled(values, by: weights.map { log($0) + 700 }, RandomStream(seed: UInt64(seed)))
            #expect(drawn.count == 8)
            for (chain, weight) in weights.enumerated() {
                let count = drawn.count { $0 == Float(chain) } / 2
                #expect(abs(Double(count) - weight) < 1, "\(drawn)")
            }
        }
    }
}
