import Random
import Testing

@testable import Agents

/// The distribution of the cross-entropy method.
@Suite struct CrossEntropyMethodTests {
    @Test func theEliteIsTheNextDistribution() {
        var method = CrossEntropyMethod(
            mean: [0, 0], deviation: 2, population: 4, eliteCount: 2, noise: 0.5, noiseDecay: 0.3)
        #expect(method.variances == [4, 4] && method.deviation == 2)
        let candidates = [[1, 10], [9, 9], [3, 20], [-9, 9.0]]
        method.update(candidates, fitness: [5, 1, 7, 2])
        // The mean and variance of 1 and 3, of 10 and 20, and the noise.
        #expect(method.mean == [2, 15] && method.variances == [1.5, 25.5])
        method.update(candidates, fitness: [5, 1, 7, 2])
        #expect(abs(method.variances[0] - 1.2) < 1e-12, "less noise")
        method.update(candidates, fitness: [5, 1, 7, 2])
        #expect(method.variances == [1, 25] && method.generation == 3, "none is left")
        // Of equal candidates the first ones are taken.
        method.update(candidates, fitness: [1, 1, 1, 1])
        #expect(method.mean == [5, 9.5])
    }

    @Test func candidatesHaveTheDistribution() {
        var method = CrossEntropyMethod(mean: [3, -1], deviation: 0.5, population: 20_000, eliteCount: 10)
        var (random, candidates) = (RandomStream(seed: 3), method.makeCandidates())
        method.sample(into: &candidates, &random)
        for place in 0..<2 {
            let mean = candidates.reduce(0) { $0 + $1[place] } / 20_000
            let variance = candidates.reduce(0) { $0 + ($1[place] - mean) * ($1[place] - mean) } / 20_000
            #expect(abs(mean - method.mean[place]) < 0.02 && abs(variance - 0.25) < 0.02)
        }
        let before = method
        method.update(candidates, fitness: candidates.map { $0[0] })
        #expect(method.mean[0] > 4 && abs(method.mean[1] + 1) < 0.7 && method.variances[0] < 0.1)
        var (again, other) = (RandomStream(seed: 3), before.makeCandidates())
        before.sample(into: &other, &again)
        #expect(other == candidates && again == random, "the same seed, the same candidates")
    }

    /// With noise it would stop where the noise leaves it.
    @Test(arguments: [(0.0, true), (0.01, false)]) func aBowlIsDescended(noise: Double, reaches: Bool) {
        var method = CrossEntropyMethod(
            mean: Array(repeating: 1, count: 5), deviation: 2, population: 100, eliteCount: 30, noise: noise)
        var (random, candidates, best) = (RandomStream(seed: 6), method.makeCandidates(), Double.infinity)
        for _ in 0..<60 {
            method.sample(into: &candidates, &random)
            let values = candidates.map { $0.enumerated().reduce(0) { $0 + Double($1.0 + 1) * $1.1 * $1.1 } }
            best = min(best, values.min()!)
            method.update(candidates, fitness: values.map { -$0 })
        }
        #expect((best < 1e-8) == reaches, "\(best)")
    }

    @Test func statesAreExact() throws {
        func new() -> CrossEntropyMethod {
            CrossEntropyMethod(mean: [1, 2, 3], deviation: 1, population: 8, eliteCount: 3, noise: 1, noiseDecay: 0.1)
        }
        var (first, second, random) = (new(), new(), RandomStream(seed: 1))
        var candidates = first.makeCandidates()
        for _ in 0..<5 {
            first.sample(into: &candidates, &random)
            first.update(candidates, fitness: candidates.map { -$0[0] * $0[1] })
        }
        try second.restoreState(from: first.stateBytes())
        #expect(second == first && second.generation == 5)
    }
}
