import NeuralNetworks
import Random
import Testing

@testable import Agents

/// Choosing among actions: the best, a sampled one, and the schedule between the two.
@Suite struct ExplorationTests {
    private func best(_ values: [Float]) -> Int { values.withUnsafeBufferPointer(argmax) }

    @Test func argmaxIsTheFirstOfTheLargest() {
        #expect(best([3]) == 0)
        #expect(best([-5, -2, -3]) == 1)
        #expect(best([1, 7, 7, 2]) == 1)
        #expect(best([0, 0, 0]) == 0)
        #expect(best([-.infinity, -.greatestFiniteMagnitude]) == 1)
        #expect(best([1, .infinity, 2]) == 1)
    }

    private func counts(_ probabilities: [Float], draws: Int, seed: UInt64 = 5) -> [Int] {
        var random = RandomStream(seed: seed)
        var counts = [Int](repeating: 0, count: probabilities.count)
        probabilities.withUnsafeBufferPointer { buffer in
            for _ in 0..<draws { counts[sampled(buffer, &random)] += 1 }
        }
        return counts
    }

    @Test func drawsFollowTheProbabilities() {
        let probabilities: [Float] = [0.1, 0.5, 0.05, 0.35]
        let draws = 40_000
        let statistic = zip(counts(probabilities, draws: draws), probabilities).reduce(0.0) { sum, pair in
            let expected = Double(pair.1) * Double(draws)
            return sum + (Double(pair.0) - expected) * (Double(pair.0) - expected) / expected
        }
        // 99.9 % of χ² with three degrees of freedom.
        #expect(statistic < 16.3)
        #expect(isUniform(counts([0.25, 0.25, 0.25, 0.25], draws: draws)))
    }

    @Test func whatHasNoProbabilityIsNeverDrawn() {
        #expect(counts([0, 1, 0], draws: 5_000) == [0, 5_000, 0])
        let some = counts([0, 0.5, 0, 0.5, 0], draws: 5_000)
        #expect(some[0] == 0 && some[2] == 0 && some[4] == 0)
    }

    /// Float32 probabilities may sum to less than 1; the rest then falls to the last action with a positive
    /// probability.
    @Test func roundingLeavesNoGap() {
        #expect(counts([0.25, 0.25, 0], draws: 4_000)[2] == 0)
        let third = counts([0.25, 0.25, 0], draws: 4_000)
        #expect(abs(Double(third[1]) / 4_000 - 0.75) < 0.04)
    }

    @Test func schedulesAreLines() {
        let falling = LinearSchedule(from: 1, to: 0.1, over: 100)
        #expect(falling.value(at: 0) == 1)
        #expect(abs(falling.value(at: 50) - 0.55) < 1e-12)
        #expect(falling.value(at: 99) > 0.1)
        #expect(falling.value(at: 100) == 0.1)
        #expect(falling.value(at: 1_000_000) == 0.1)
        #expect(LinearSchedule(from: 0, to: 2, over: 4).value(at: 3) == 1.5)
        #expect(LinearSchedule(from: 0.7, to: 0.2, over: 0).value(at: 0) == 0.2)
    }
}
