import Datasets
import Foundation
import Random
import Testing

@testable import GenerativeModels
@testable import NeuralNetworks
@testable import TensorCore

/// Random patterns of bits, half of them on.
private func patterns(_ count: Int, _ width: Int, seed: UInt64 = 1) -> DataRows {
    Bits.random(count, [Double](repeating: 0.5, count: width), seed: seed)
}

/// Rows with some of the bits flipped.
private func damaged(_ rows: DataRows, _ share: Double, seed: UInt64 = 7) -> DataRows {
    var stream = RandomStream(seed: seed)
    return rows.replacing(rows.values.map { stream.uniform() < share ? 1 - $0 : $0 })
}

/// The mean of (1/d) Σ sᵢ s′ᵢ over the rows: 1 if they are equal, 0 if they are unrelated.
private func overlap(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0.0) { $0 + Double((2 * $1.0 - 1) * (2 * $1.1 - 1)) } / Double(a.count)
}

private func makeHopfield(
    _ rows: DataRows, _ change: (inout HopfieldSettings) -> Void = { _ in }
) throws -> HopfieldNetwork {
    var settings = HopfieldSettings()
    settings.capacity = rows.count
    change(&settings)
    let model = try #require(
        try settings.makeModel(for: Bits.description(rows.width), seed: 1) as? HopfieldNetwork)
    _ = try model.fit(rows, FitStep())
    return model
}

@Suite struct HopfieldTests {
    @Test func weightsAreHebbs() throws {
        let rows = DataRows([1, 0, 1, 1, 1, 0], width: 3)
        let model = try makeHopfield(rows)
        // s = (1, −1, 1) and (1, 1, −1).
        let expected: [Float] = [0, 0, 0, 0, 0, -2, 0, -2, 0].map { $0 / 3 }
        #expect(zip(model.coupling, expected).allSatisfy { abs($0 - $1) < 1e-6 })
        // E = −½ sᵀWs = −W₂₃ s₂ s₃.
        #expect(abs(model.energy(of: [1, -1, 1]) + 2.0 / 3) < 1e-6)
        _ = try model.fit(
            rows,
            {
                var step = FitStep()
                step.epoch = 1
                return step
            }())
        #expect(zip(model.coupling, expected).allSatisfy { abs($0 - $1) < 1e-6 }, "patterns are stored once")
    }

    /// ΔE = 2 sᵢ Σⱼ Wᵢⱼ sⱼ is the difference of the energies; −½ (s − s′)ᵀ Σ Wᵢⱼ sⱼ would be off by the factor −½.
    @Test func energyChangesAreDifferencesOfEnergies() throws {
        let model = try makeHopfield(patterns(5, 20))
        let state = HopfieldNetwork.units(patterns(1, 20, seed: 3).values)
        for unit in 0..<20 {
            var turned = state
            turned[unit] = -turned[unit]
            let difference = model.energy(of: turned) - model.energy(of: state)
            let change = model.energyChange(turning: unit, in: state)
            #expect(abs(difference - change) < 1e-5)
            let input = (0..<20).reduce(0.0) { $0 + Double(model.coupling[20 * unit + $1] * state[$1]) }
            let wrong = -0.5 * Double(state[unit] - turned[unit]) * input
            if abs(change) > 0.01 { #expect(abs(difference - wrong) > 0.005) }
        }
    }

    @Test func energyNeverRisesAndRecallEndsAtAFixedPoint() throws {
        let model = try makeHopfield(patterns(20, 60))
        let start = patterns(10, 60, seed: 5)
        let process = try #require(try model.process(count: 10, from: start, known: [], seed: 2) as? HopfieldRecall)
        var last = (0..<10).map { process.energy(of: $0) }
        while process.advance() {
            let energies = (0..<10).map { process.energy(of: $0) }
            #expect(zip(energies, last).allSatisfy { $0 <= $1 + 1e-5 })
            last = energies
        }
        #expect(process.steps > 1 && process.steps < 50)
        let ends = HopfieldNetwork.units(process.rows)
        for row in 0..<10 {
            let end = Array(ends[60 * row..<60 * (row + 1)])
            #expect(model.updatedAtOnce(end) == end)
        }
    }

    /// A state that isn't a number never counts as settled, and isn't made a number either.
    @Test(arguments: [nil, 4.0]) func recallOfWhatIsNoNumberDoesNotSettle(gain: Float?) throws {
        let rows = patterns(2, 12)
        let states = HopfieldNetwork.units(rows.values)
        let coupling = try makeHopfield(rows).coupling
        for place in [0, 11, 17] {
            var start = states
            start[place] = .nan
            let recall = HopfieldRecall(coupling, width: 12, states: start, gain: gain, known: [], seed: 1)
            for _ in 0..<30 { #expect(recall.advance()) }
            #expect(recall.steps == 30 && recall.rows[place].isNaN)
            let other = place < 12 ? 12..<24 : 0..<12
            let isFinite = recall.rows[other].allSatisfy { $0.isFinite }
            #expect(isFinite, "rows don't mix")
        }
        let recall = HopfieldRecall(coupling, width: 12, states: states, gain: gain, known: [], seed: 1)
        while recall.advance() && recall.steps < 30 {}
        #expect(recall.steps < 30)
    }

    /// Two units that should be alike swap for ever if they are updated at once; one after the other, they agree.
    @Test func updatesAtOnceMayGoBackAndForth() throws {
        let model = try makeHopfield(DataRows([1, 1], width: 2))
        let state: [Float] = [1, -1]
        let next = model.updatedAtOnce(state)
        #expect(next == [-1, 1] && model.updatedAtOnce(next) == state)
        let recalled = try model.reconstruct(DataRows([1, 0], width: 2))
        #expect(recalled[0] == recalled[1])
    }

    /// Recall breaks down at about 0.138 patterns per unit (Amit, Gutfreund & Sompolinsky 1985).
    @Test func capacityEndsNearTheTheory() throws {
        func recalled(_ load: Double) throws -> Double {
            let rows = patterns(Int(load * 400), 400)
            let model = try makeHopfield(rows)
            return overlap(try model.reconstruct(damaged(rows, 0.05)), rows.values)
        }
        let (few, some, many) = (try recalled(0.05), try recalled(0.1), try recalled(0.2))
        #expect(few > 0.999 && some > 0.97 && many < 0.8, "\(few) \(some) \(many)")
        // d / (2 ln d) = 33 patterns are recalled without errors, 0.1 d with some.
        #expect(few > some)
    }

    @Test func aProjectionRecallsMore() throws {
        let rows = patterns(60, 120)
        let hebbian = try makeHopfield(rows)
        let projection = try makeHopfield(rows) { $0.storage = .pseudoinverse }
        #expect(try projection.score(rows) == 0 && hebbian.score(rows) < -1)
        #expect(overlap(try projection.reconstruct(damaged(rows, 0.05)), rows.values) > 0.95)
        #expect(try projection.weightRows.count == 14_400 && makeHopfield(rows).sample(3, seed: 1).count == 360)
    }

    @Test func halvesAreCompleted() throws {
        let rows = patterns(5, 100)
        let model = try makeHopfield(rows)
        let known = (0..<100).map { $0 < 50 }
        let half = rows.replacing(rows.values.indices.map { $0 % 100 < 50 ? rows.values[$0] : 0 })
        #expect(try model.complete(half, known: known, seed: 1) == rows.values)
    }

    /// Grey levels are recalled up to the contrast, and each sweep lowers the energy of continuous units.
    @Test func greyPatternsAreRecalled() throws {
        var stream = RandomStream(seed: 4)
        let rows = DataRows((0..<5 * 80).map { _ in Float(0.5 + 0.45 * cos(6.3 * stream.uniform())) }, width: 80)
        let data = Dataset.Description(name: "grey", shape: [80], kind: .unit)
        let model = try #require(
            try ContinuousHopfieldSettings().makeModel(for: data, seed: 1) as? HopfieldNetwork)
        _ = try model.fit(rows, FitStep())
        let noisy = rows.replacing(
            rows.values.map { min(max($0 + Float(stream.normal(standardDeviation: 0.15)), 0), 1) })
        let process = try #require(try model.process(count: 5, from: noisy, known: [], seed: 2) as? HopfieldRecall)
        var last = Double.infinity
        for _ in 0..<30 {
            guard process.advance() else { break }
            let energy = (0..<5).reduce(0.0) { $0 + process.energy(of: $1) }
            #expect(energy <= last + 1e-4)
            last = energy
        }
        func correlation(_ a: [Float], _ b: [Float]) -> Double {
            let (x, y) = (HopfieldNetwork.units(a).map(Double.init), HopfieldNetwork.units(b).map(Double.init))
            func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
            return product(x, y) / (product(x, x) * product(y, y)).squareRoot()
        }
        let (before, after) = (correlation(noisy.values, rows.values), correlation(process.rows, rows.values))
        #expect(after > 0.96 && after > before, "\(before) \(after)")
        #expect(process.rows.contains { $0 > 0.2 && $0 < 0.8 }, "units aren't only on or off")
    }

    /// Far more patterns than 0.138 d, and E never rises.
    @Test func modernNetworksRecallManyPatterns() throws {
        let rows = patterns(200, 40)
        let model = try #require(
            try ModernHopfieldSettings().makeModel(for: Bits.description(40), seed: 1) as? ModernHopfieldNetwork)
        _ = try model.fit(rows, FitStep())
        #expect(overlap(try model.reconstruct(damaged(rows, 0.1)), rows.values) > 0.97)
        let process = try model.process(count: 20, from: patterns(20, 40, seed: 9), known: [], seed: 1)
        var last = [Double](repeating: .infinity, count: 20)
        while try process.advance() && process.steps < 50 {
            let energies = try model.energies(of: DataRows(process.rows, width: 40))
            #expect(zip(energies, last).allSatisfy { $0 <= $1 + 1e-4 })
            last = energies
        }
        let known = (0..<40).map { $0 < 20 }
        let half = rows.replacing(rows.values.indices.map { known[$0 % 40] ? rows.values[$0] : 0 })
        #expect(overlap(try model.complete(half, known: known, seed: 1).map { $0.rounded() }, rows.values) > 0.95)
        #expect(throws: ModelError.self) {
            var settings = ModernHopfieldSettings()
            settings.capacity = 10
            _ = try settings.makeModel(for: Bits.description(40), seed: 1).fit(rows, FitStep())
        }
    }

    /// One step by the definition, x ← X softmax(β Xᵀx).
    @Test func aModernStepIsAttention() throws {
        var settings = ModernHopfieldSettings()
        settings.beta = 0.7
        let data = Dataset.Description(name: "reals", shape: [2], kind: .reals)
        let model = try settings.makeModel(for: data, seed: 1)
        let stored: [[Double]] = [[1, 2], [-1, 0.5], [0, -2]]
        _ = try model.fit(DataRows(stored.flatMap { $0.map { Float($0) } }, width: 2), FitStep())
        let process = try (model as? ModernHopfieldNetwork)?.process(
            count: 1, from: DataRows([0.5, 0.3], width: 2), known: [], seed: 0)
        _ = try process?.advance()
        let weights = stored.map { exp(0.7 * ($0[0] * 0.5 + $0[1] * 0.3)) }
        let total = weights.reduce(0, +)
        for column in 0..<2 {
            let expected = zip(weights, stored).reduce(0.0) { $0 + $1.0 * $1.1[column] } / total
            #expect(abs(Double(process?.rows[column] ?? 9) - expected) < 1e-5)
        }
    }

    /// A network stores no more than it recalls, and says what it left out; more would destroy all of it.
    @Test func capacityIsALimit() throws {
        let rows = patterns(500, 100)
        func made(_ change: (inout HopfieldSettings) -> Void) throws -> HopfieldNetwork {
            try makeHopfield(rows) {
                $0.capacity = 0
                change(&$0)
            }
        }
        let limited = try made { _ in }
        let first = rows.prefix(13)
        #expect(try limited.coupling == makeHopfield(first).coupling)
        #expect(overlap(try limited.reconstruct(first), first.values) > 0.95)
        let remark = try #require(limited.remark)
        #expect(remark.hasPrefix("13 of 500 training rows are stored: 100 units recall about 13"), "\(remark)")
        #expect(remark.contains("--set capacity="))
        #expect(try made { $0.storage = .pseudoinverse }.remark?.hasPrefix("99 of 500") == true)
        let all = try made { $0.capacity = 500 }
        #expect(try all.remark == nil && overlap(all.reconstruct(first), first.values) < 0.5)
    }

    /// The Boltzmann machine of a network has its energies, up to a constant: p(s) = exp(½ sᵀWs) / Z.
    @Test func boltzmannMachineHasTheNetworksEnergies() throws {
        let network = try makeHopfield(patterns(3, 8))
        let machine = try network.boltzmannMachine(seed: 1)
        let states = Bits.all(8)
        let energies = (0..<256).map { network.energy(of: HopfieldNetwork.units(states[$0])) }
        let logZ = log(energies.reduce(0.0) { $0 + exp(-$1) })
        let nats = try machine.logLikelihood(of: states, seed: 0).nats
        for (nats, energy) in zip(nats, energies) { #expect(abs(nats - (-energy - logZ)) < 1e-5) }
        // Samples are patterns more often than anything else.
        try expectDistribution(machine)
    }
}
