import Foundation
import Random
import Testing

@Suite struct Philox4x32Tests {
    /// Random123's known answers (kat_vectors, philox4x32 with 10 rounds).
    @Test func knownAnswers() {
        #expect(Philox4x32.block(key: 0, counter: SIMD4()) == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
        #expect(
            Philox4x32.block(key: .max, counter: SIMD4(repeating: .max))
                == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
        #expect(
            Philox4x32.block(
                key: 0x299f_31d0_a409_3822, counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344))
                == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
    }
}

@Suite struct RandomStreamTests {
    @Test func wordsAreTheBlocksInOrder() {
        var stream = RandomStream(seed: 0)
        #expect(stream.next() == 0xe169_c58d_6627_e8d5)
        #expect(stream.next() == 0x9b00_dbd8_bc57_ac4c)
        let third = Philox4x32.block(key: 0, counter: SIMD4(1, 0, 0, 0))
        #expect(stream.next() == UInt64(third.x) | UInt64(third.y) << 32)
        #expect(stream.position == 3)
    }

    @Test(arguments: [0, 1, 7, 8]) func resumesAtAnyPosition(drawn: Int) throws {
        var stream = RandomStream(seed: 11)
        for _ in 0..<drawn { _ = stream.next() }
        var copy = try JSONDecoder().decode(RandomStream.self, from: JSONEncoder().encode(stream))
        #expect(copy == stream)
        #expect((0..<5).map { _ in copy.next() } == (0..<5).map { _ in stream.next() })
    }

    @Test func uniformMoments() {
        var stream = RandomStream(seed: 1)
        let doubles = (0..<100_000).map { _ in stream.uniform() }
        let floats = (0..<100_000).map { _ in Double(stream.uniformFloat()) }
        for values in [doubles, floats] {
            #expect(values.allSatisfy { 0 <= $0 && $0 < 1 })
            // Standard errors: 0.0009 of the mean, 0.0003 of the variance.
            #expect(abs(mean(values) - 0.5) < 0.004)
            #expect(abs(variance(values) - 1.0 / 12) < 0.0012)
        }
    }

    @Test func normalMoments() {
        var stream = RandomStream(seed: 2)
        let values = (0..<200_000).map { _ in stream.normal() }
        #expect(abs(mean(values)) < 0.009)
        #expect(abs(variance(values) - 1) < 0.013)
        #expect(abs(mean(values.map { $0 * $0 * $0 })) < 0.035)
        #expect(abs(mean(values.map { $0 * $0 * $0 * $0 }) - 3) < 0.09)
        let within = values.count { abs($0) < 1.959964 }
        #expect(abs(Double(within) / 200_000 - 0.95) < 0.002)
        let shifted = (0..<50_000).map { _ in stream.normal(mean: 3, standardDeviation: 0.5) }
        #expect(abs(mean(shifted) - 3) < 0.01)
        #expect(abs(variance(shifted) - 0.25) < 0.007)
    }

    /// Pearson's statistic of equally likely cells has mean k - 1, so bounds far above and below it catch both a bias
    /// and a sequence too even to be random.
    @Test(arguments: [2, 3, 7, 10, 64]) func integersAreEquallyLikely(n: Int) {
        var stream = RandomStream(seed: 3)
        let draws = 100_000
        var counts = [Int](repeating: 0, count: n)
        for _ in 0..<draws { counts[stream.integers(below: n)] += 1 }
        let degrees = Double(n - 1)
        let statistic = chiSquare(counts, draws: draws)
        #expect(statistic < degrees + 4 * sqrt(2 * degrees) + 8)
        if n > 10 { #expect(statistic > degrees - 4 * sqrt(2 * degrees)) }
    }

    @Test func largeBoundsRejectWithoutBias() {
        var stream = RandomStream(seed: 4)
        let n = 3 << 61  // without rejection the first third would come up twice as often
        var counts = [0, 0, 0]
        for _ in 0..<30_000 { counts[stream.integers(below: n) / (1 << 61)] += 1 }
        #expect(chiSquare(counts, draws: 30_000) < 16)
    }

    @Test func shufflesAreEquallyLikely() {
        var stream = RandomStream(seed: 5)
        var counts: [[Int]: Int] = [:]
        for _ in 0..<24_000 {
            var items = [0, 1, 2, 3]
            stream.shuffle(&items)
            counts[items, default: 0] += 1
        }
        #expect(counts.count == 24)
        #expect(chiSquare(Array(counts.values), draws: 24_000) < 60)
        var slice = [9, 8, 7, 6][1...2]
        stream.shuffle(&slice)
        #expect(slice.sorted() == [7, 8])
    }

    @Test func splitsAreIndependentOfPositionAndOfEachOther() {
        var stream = RandomStream(seed: 6)
        let early = stream.split("replay")
        _ = stream.next()
        #expect(stream.split("replay") == early)
        let others = [stream.split("policy"), stream.split(0), stream.split(1), RandomStream(seed: 7).split("replay")]
        #expect(Set(others + [early]).count == 5)
        var left = stream.split(0)
        var right = stream.split(1)
        let products = (0..<50_000).map { _ in (left.uniform() - 0.5) * (right.uniform() - 0.5) }
        #expect(abs(mean(products)) < 0.0019, "the correlation of two splits")
    }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    private func variance(_ values: [Double]) -> Double {
        let centre = mean(values)
        return mean(values.map { ($0 - centre) * ($0 - centre) })
    }

    private func chiSquare(_ counts: [Int], draws: Int) -> Double {
        let expected = Double(draws) / Double(counts.count)
        return counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    }
}
