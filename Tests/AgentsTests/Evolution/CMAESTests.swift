import Foundation
import Mathematics
import Random
import Testing

@testable import Agents

/// The distribution of CMA-ES: updates against pycma's (Fixtures/Agents/make_cma.py), what it needs to find the minima
/// of functions, and what makes no difference to it.
@Suite struct CMAESTests {
    private struct Fixture: Decodable {
        struct Step: Decodable {
            var candidates: [[Double]]
            var values, mean: [Double]
            var stepSize: Double
            var covariance, stepPath, covariancePath: [Double]
        }
        struct Update: Decodable {
            var diagonal: Bool
            var population: Int
            var start: [Double]
            var deviation: Double
            var weights, rates: [Double]
            var steps: [Step]
        }
        struct Evaluations: Decodable {
            var function: String
            var count: Int
            var start, deviation, mean, standardDeviation: Double
        }
        var updates: [Update]
        var evaluations: [Evaluations]
    }

    private static let fixture: Fixture = Golden.load("cma.json")

    private func difference(_ first: [Double], _ second: [Double]) -> Double {
        guard first.count == second.count else { return .infinity }
        return largestMagnitude(zip(first, second).map { ($0 - $1) / max(1, abs($1)) })
    }

    @Test(arguments: 0..<4) func updatesAreThoseOfTheOriginal(index: Int) {
        let golden = Self.fixture.updates[index]
        var strategy = CMAES(
            mean: golden.start, deviation: golden.deviation, population: golden.population,
            covariance: golden.diagonal ? .diagonal : .full)
        let constants = strategy.constants
        let rates = [
            constants.covariancePathRate, constants.rankOneRate, constants.rankMuRate, constants.pathRate,
            constants.damping,
        ]
        #expect(difference(constants.weights, golden.weights) < 1e-12)
        #expect(difference(rates, golden.rates) < 1e-12)
        for (number, step) in golden.steps.enumerated() {
            strategy.update(step.candidates, fitness: step.values.map { -$0 })
            // pycma adds 10⁻⁹ to the lengths of bad steps.
            #expect(difference(strategy.mean, step.mean) < 1e-8, "mean \(number)")
            #expect(difference([strategy.stepSize], [step.stepSize]) < 1e-8, "step size \(number)")
            #expect(difference(strategy.stepPath, step.stepPath) < 1e-8, "path of the step size \(number)")
            #expect(difference(strategy.covariancePath, step.covariancePath) < 1e-8, "path \(number)")
            #expect(difference(strategy.covariance, step.covariance) < 1e-8, "covariance \(number)")
        }
        #expect(strategy.generation == golden.steps.count)
    }

    @Test func defaultsAreTheTutorials() {
        #expect([1, 2, 5, 10, 100].map { CMAESConstants.population(for: $0) } == [4, 6, 8, 10, 17])
        let constants = CMAESConstants(count: 10, population: 10, diagonal: false)
        let positive = constants.weights.prefix(constants.parentCount)
        #expect(constants.parentCount == 5 && abs(positive.reduce(0, +) - 1) < 1e-15)
        #expect(constants.weights.suffix(5).allSatisfy { $0 < 0 } && constants.decompositionInterval == 1)
        #expect(CMAESConstants(count: 1_000, population: 24, diagonal: false).decompositionInterval > 1)
        #expect(CMAESConstants(count: 1_000, population: 24, diagonal: true).decompositionInterval == 1)
    }

    // MARK: Functions

    private static func value(_ function: String, _ x: [Double]) -> Double {
        switch function {
        case "sphere": x.reduce(0) { $0 + $1 * $1 }
        case "ellipsoid":
            x.enumerated().reduce(0) {
                $0 + pow(1e6, Double($1.offset) / Double(x.count - 1)) * $1.element * $1.element
            }
        case "rosenbrock":
            zip(x, x.dropFirst()).reduce(0) {
                let (a, b) = ($1.1 - $1.0 * $1.0, 1 - $1.0)
                return $0 + 100 * a * a + b * b
            }
        default: preconditionFailure(function)
        }
    }

    /// The evaluations until a function's value is 1e-8 or less; nil if they are more than `limit`.
    private static func evaluations(
        _ strategy: inout some EvolutionStrategy, limit: Int, seed: UInt64, _ function: ([Double]) -> Double
    ) -> Int? {
        var random = RandomStream(seed: seed)
        var (candidates, count) = (strategy.makeCandidates(), 0)
        while count < limit {
            strategy.sample(into: &candidates, &random)
            let values = candidates.map(function)
            if let first = values.firstIndex(where: { $0 <= 1e-8 }) { return count + first + 1 }
            count += values.count
            strategy.update(candidates, fitness: values.map { -$0 })
        }
        return nil
    }

    /// As many evaluations as pycma needs, up to chance: nine runs have a mean within the deviation of single ones.
    @Test(arguments: 0..<6) func findsMinimaAsFastAsTheOriginal(index: Int) throws {
        let golden = Self.fixture.evaluations[index]
        let counts = try (1...9 as ClosedRange<UInt64>).map { seed in
            var strategy = CMAES(
                mean: Array(repeating: golden.start, count: golden.count), deviation: golden.deviation)
            let count = Self.evaluations(&strategy, limit: 4 * Int(golden.mean), seed: seed) {
                Self.value(golden.function, $0)
            }
            return Double(try #require(count, "seed \(seed)"))
        }
        let mean = counts.reduce(0, +) / Double(counts.count)
        #expect(abs(mean - golden.mean) < max(golden.standardDeviation, 0.1 * golden.mean), "\(mean): \(counts)")
    }

    /// A rotated ellipsoid is as easy as one along the axes, but not for a diagonal covariance.
    @Test func correlationsAreLearned() throws {
        var random = RandomStream(seed: 4)
        let rotation = Matrix(rows: 5, columns: 5) { _, _ in random.normal() }.decomposedQR().q
        func rotated(_ x: [Double]) -> Double { Self.value("ellipsoid", rotation * x) }
        var full = CMAES(mean: Array(repeating: 1, count: 5), deviation: 0.5)
        #expect(try #require(Self.evaluations(&full, limit: 4_000, seed: 1, rotated)) < 2_000)
        var diagonal = CMAES(mean: Array(repeating: 1, count: 5), deviation: 0.5, covariance: .diagonal)
        #expect(Self.evaluations(&diagonal, limit: 4_000, seed: 1, rotated) == nil)
        // Along the axes it learns faster than the full covariance.
        var (many, few) = (
            CMAES(mean: Array(repeating: 1, count: 20), deviation: 0.5),
            CMAES(mean: Array(repeating: 1, count: 20), deviation: 0.5, covariance: .diagonal)
        )
        let slow = try #require(Self.evaluations(&many, limit: 100_000, seed: 1) { Self.value("ellipsoid", $0) })
        let fast = try #require(Self.evaluations(&few, limit: 100_000, seed: 1) { Self.value("ellipsoid", $0) })
        #expect(fast < slow, "\(fast), \(slow)")
    }

    // MARK: Invariance

    /// The candidates of the tenth generation.
    private func candidates(
        scale: Double = 1, covariance: CMAES.Covariance = .full, _ fitness: ([Double]) -> Double
    ) -> [[Double]] {
        var strategy = CMAES(
            mean: [0.5, -1, 2, 0.25].map { $0 * scale }, deviation: 0.5 * scale, covariance: covariance)
        var (random, candidates) = (RandomStream(seed: 8), strategy.makeCandidates())
        for _ in 0..<10 {
            strategy.sample(into: &candidates, &random)
            strategy.update(candidates, fitness: candidates.map(fitness))
        }
        strategy.sample(into: &candidates, &random)
        return candidates
    }

    @Test(arguments: [CMAES.Covariance.full, .diagonal]) func onlyTheOrderCounts(covariance: CMAES.Covariance) {
        let plain = candidates(covariance: covariance) { -Self.value("rosenbrock", $0) }
        let bent = candidates(covariance: covariance) { -log(Self.value("rosenbrock", $0)) * 3 + 100 }
        #expect(plain == bent)
        // A power of two as the unit changes no bit of the steps.
        let large = candidates(scale: 4, covariance: covariance) { -Self.value("rosenbrock", $0.map { $0 / 4 }) }
        #expect(large.map { $0.map { $0 / 4 } } == plain)
        #expect(candidates(covariance: covariance) { Self.value("rosenbrock", $0) } != plain, "the sign counts")
    }

    /// A state read back continues bit for bit, between two decompositions too.
    @Test(arguments: [CMAES.Covariance.full, .diagonal]) func statesAreExact(covariance: CMAES.Covariance) throws {
        func new() -> CMAES {
            CMAES(mean: Array(repeating: 0.5, count: 60), deviation: 0.3, population: 4, covariance: covariance)
        }
        var (first, second) = (new(), new())
        var (random, candidates) = (RandomStream(seed: 2), first.makeCandidates())
        for generation in 0..<40 {
            first.sample(into: &candidates, &random)
            first.update(candidates, fitness: candidates.map { -Self.value("rosenbrock", $0) })
            guard generation == 20 else { continue }
            try second.restoreState(from: first.stateBytes())
            #expect(second == first)
            var other = RandomStream(seed: 2)
            for _ in 0...20 { second.sample(into: &candidates, &other) }
        }
        #expect(covariance == .diagonal || first.constants.decompositionInterval > 1)
        #expect(second.generation == 21 && second != first)
        let bytes = first.stateBytes()
        #expect(throws: (any Error).self) { try second.restoreState(from: bytes.dropLast()) }
        #expect(second.generation == 21, "unchanged")
    }
}
