import Datasets
import Foundation
import Random
import Testing

@testable import GenerativeModels
@testable import NeuralNetworks
@testable import TensorCore

private func makeBelief(
    _ width: Int, hidden: [Int], _ change: (inout SigmoidBeliefSettings) -> Void = { _ in }
) throws -> SigmoidBeliefNetwork {
    var settings = SigmoidBeliefSettings()
    settings.hiddenUnits = hidden
    change(&settings)
    return try #require(try settings.makeModel(for: Bits.description(width), seed: 1) as? SigmoidBeliefNetwork)
}

@Suite struct SigmoidBeliefTests {
    /// p(v) = Σ_h Π P(each unit | its parents), as written, and samples that follow it.
    @Test func probabilitiesAreThoseOfTheUnits() throws {
        let model = try makeBelief(3, hidden: [2, 2])
        scramble(model.parameters)
        let p = Dictionary(
            uniqueKeysWithValues: model.parameters.entries.map { ($0.path, $0.variable.values.map(Double.init)) })
        func bernoulli(_ on: Bool, _ input: Double) -> Double { 1 / (1 + exp(on ? -input : input)) }
        func given(_ state: Int, _ count: Int, _ parents: Int, _ path: String) -> Double {
            let (w, b) = (p["causes.\(path).weight"]!, p["causes.\(path).bias"]!)
            return (0..<count).reduce(1.0) { product, i in
                let input = (0..<2).reduce(b[i]) { parents >> $1 & 1 == 1 ? $0 + w[2 * i + $1] : $0 }
                return product * bernoulli(state >> i & 1 == 1, input)
            }
        }
        let nats = try model.logLikelihood(of: Bits.all(3), seed: 0)
        for row in 0..<8 {
            var expected = 0.0
            for first in 0..<4 {
                for second in 0..<4 {
                    let prior = (0..<2).reduce(1.0) { $0 * bernoulli(second >> $1 & 1 == 1, p["top.bias"]![$1]) }
                    expected += prior * given(first, 2, second, "1") * given(row, 3, first, "0")
                }
            }
            #expect(abs(nats.nats[row] - log(expected)) < 1e-5)
        }
        try expectDistribution(model)
        // One sample gives a bound on average, and many come close to the likelihood.
        let rows = DataRows((0..<2000).flatMap { _ in [1, 0, 1] as [Float] }, width: 3)
        let bound = try model.estimates(rows, draws: 1, seed: 1).reduce(0, +) / 2000
        #expect(bound < nats.nats[5] - 0.01)
        let near = try model.estimates(rows.prefix(20), draws: 3000, seed: 1).reduce(0, +) / 20
        #expect(abs(near - nats.nats[5]) < 0.05, "\(near) \(nats.nats[5])")
    }

    /// The update of the wake phase is the gradient of E_q[log p(v, h)] for p, and that of the sleep phase the gradient
    /// of E_p[log q(h | v)] for q: neither network is changed by the other's phase. Adam's first steps show only the
    /// signs.
    @Test func eachPhaseTeachesOneNetwork() throws {
        let model = try makeBelief(2, hidden: [1])
        // q maps every row to h = 1, which p never dreams of: dreams have h = 0 and the row (0, 0).
        let p = Dictionary(uniqueKeysWithValues: model.parameters.entries.map { ($0.path, $0.variable) })
        p["recognition.0.weight"]!.set([0, 0])
        p["recognition.0.bias"]!.set([20])
        p["causes.0.weight"]!.set([0, 0])
        p["causes.0.bias"]!.set([-20, -20])
        p["top.bias"]!.set([-20])
        try fit(model, DataRows([1, 0], width: 2), updates: 1, rate: 0.1)
        // Wake: h = 1 becomes more likely, and so does the first bit given it.
        #expect(abs(p["top.bias"]!.values[0] + 19.9) < 1e-4)
        #expect(abs(p["causes.0.weight"]!.values[0] - 0.1) < 1e-4 && abs(p["causes.0.bias"]!.values[0] + 19.9) < 1e-4)
        // Sleep: the cause of the dream was 0.
        #expect(abs(p["recognition.0.bias"]!.values[0] - 19.9) < 1e-4)
        #expect(p["recognition.0.weight"]!.values == [0, 0])
    }

    @Test func barsAreLearned() throws {
        let model = try makeBelief(16, hidden: [12])
        let rows = Bits.barsAndStripes
        let first = try model.score(rows)
        try fit(model, rows, updates: 4000, rate: 0.02, last: 0)
        let last = try model.score(rows)
        #expect(
            model.scoreKind == .exact && first < -10 && last > -5.5 && last < -log(30.0), "\(first) \(last)")
        #expect(try model.encode(rows).count == 360 && model.reconstruct(rows).count == 480)
        #expect(model.weightRows.count == 192)
    }

    @Test func manyUnitsHaveABound() throws {
        let model = try makeBelief(4, hidden: [10, 8]) { $0.importanceSamples = 5 }
        #expect(model.scoreKind == .bound)
        #expect(try model.score(Bits.all(4)) == model.score(Bits.all(4)))
        #expect(try model.logLikelihood(of: Bits.all(4), seed: 3).kind == .bound)
        let error = #expect(throws: ModelError.self) { try makeBelief(3, hidden: []) }
        #expect(error?.description.contains("at least one layer") == true)
    }

    @Test func fitsGoOn() throws {
        try expectResumable(Bits.random(20, [0.3, 0.8, 0.5], seed: 1)) { try makeBelief(3, hidden: [2, 2]) }
    }
}
