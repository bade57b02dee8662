import Foundation
import Random
import Testing

/// The values that NumPy gives, as `make_golden.py` wrote them.
private let golden: [[String]] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Fixtures/Random/golden.txt").standardized
    let text = try! String(contentsOf: file, encoding: .utf8)
    return text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
}()

/// The items with the given name: seed and values.
private func items(_ name: String) throws -> [(seed: String, values: [String])] {
    let found = golden.filter { $0[0] == name }.map { (seed: $0[1], values: Array($0[2...])) }
    try #require(!found.isEmpty, "no golden values called \(name)")
    return found
}

/// Compares `draw`, called once per value on the generator that `make` gives for the seed, with the golden values.
private func expect<Generator, Value>(
    _ name: String, _ make: (UInt64) -> Generator, _ parse: (String) -> Value?,
    _ draw: (inout Generator) -> Value
) throws where Value: Equatable {
    for (seed, values) in try items(name) {
        guard let seed = UInt64(seed) else { continue }
        var generator = make(seed)
        #expect(values.map { _ in draw(&generator) } == values.compactMap(parse), "\(name), seed \(seed)")
    }
}

private func pcg(_ seed: UInt64) -> PCG64 { PCG64(seed: seed) }
private func twister(_ seed: UInt64) -> MT19937 { MT19937(seed: seed) }
private func hex<Word: FixedWidthInteger>(_ text: String) -> Word? { Word(text, radix: 16) }

@Suite struct SeedSequenceTests {
    @Test func hashesSeedsOfAnySize() throws {
        let seeds = try items("seed.words").map { SeedSequence(words: $0.values.compactMap(hex)) }
        for (sequence, golden) in zip(seeds, try items("seed.pool")) {
            #expect((0..<4).map { sequence.pool[$0] } == golden.values.compactMap(hex))
        }
        for (sequence, golden) in zip(seeds, try items("seed.words32")) {
            #expect(sequence.words32(8) == golden.values.compactMap(hex))
        }
        for (sequence, golden) in zip(seeds, try items("seed.words64")) {
            #expect(sequence.words64(4) == golden.values.compactMap(hex))
        }
        for (sequence, golden) in zip(seeds, try items("pcg.next64")) {
            var generator = PCG64(sequence)
            #expect((0..<8).map { _ in generator.next64() } == golden.values.compactMap(hex))
        }
    }

    @Test func integersAndWordsAgree() {
        for seed in [0, 7, 0xffff_ffff, 0x1_0000_0000, UInt64.max] {
            let words = [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32), 0, 0, 0]
            #expect(SeedSequence(seed) == SeedSequence(words: words))
        }
        #expect(SeedSequence(words: []) == SeedSequence(0))
    }
}

@Suite struct PCG64Tests {
    @Test func seedsAsNumPyDoes() throws {
        try expect("pcg.next64", pcg, hex) { $0.next64() }
        for (name, word) in [("pcg.state", 0), ("pcg.increment", 2)] {
            for (seed, values) in try items(name) {
                guard let seed = UInt64(seed) else { continue }
                let words = PCG64(seed: seed).words
                #expect([words[word + 1], words[word]] == values.compactMap(hex))
            }
        }
    }

    @Test(arguments: [2, 13, 300]) func shufflesAsNumPyDoes(count: Int) throws {
        for (seed, values) in try items("pcg.shuffle.\(count)") {
            var (generator, order) = (pcg(try #require(UInt64(seed))), Array(0..<count))
            generator.shuffle(&order)
            #expect(order + [Int(generator.next32())] == values.compactMap { Int($0) })
        }
        var (generator, none) = (pcg(1), [Int]())
        generator.shuffle(&none)
        #expect(none.isEmpty && generator == pcg(1))
    }

    @Test func drawsAsNumPyDoes() throws {
        try expect("pcg.next32", pcg, hex) { $0.next32() }
        try expect("pcg.random", pcg, Double.init) { $0.random() }
        try expect("pcg.uniform", pcg, Double.init) { $0.uniform(-0.05, 0.05) }
        for n in [13, 6, 3, 3_000_000_000, 1 << 40, 3 << 61] {
            try expect("pcg.integers.\(n)", pcg, { Int($0) }) { $0.integers(n) }
            try expect("pcg.integers.\(n)", pcg, { Int($0) }) { $0.integers(-5..<n - 5) + 5 }
        }
        try expect("pcg.choice", pcg, { Int($0) }) { $0.choice(probabilities: [0.2, 0.5, 0.3]) }
    }

    @Test func theBufferedHalfCrossesDoubles() throws {
        for (seed, values) in try items("pcg.mixed") {
            var generator = PCG64(seed: UInt64(seed)!)
            let drawn = "iriirrir".map { $0 == "i" ? Double(generator.integers(10)) : generator.random() }
            #expect(drawn == values.compactMap(Double.init))
        }
    }

    @Test func aRangeOfOneDrawsNothing() {
        var generator = PCG64(seed: 3)
        let before = generator
        #expect(generator.integers(1) == 0)
        #expect(generator.integers(5..<6) == 5)
        #expect(generator == before)
        _ = generator.uniform(2, 2)
        #expect(generator != before)
    }

    @Test func theWholeRangeOfIntegers() {
        var generator = PCG64(seed: 3)
        var raw = generator
        #expect(generator.bounded(.max) == raw.next64())
        #expect(generator.bounded(0xffff_ffff) == UInt64(raw.next32()))
        #expect(generator.integers(Int.min..<Int.max) < Int.max)
    }

    @Test func categoricalIsNotNormalised() {
        var generator = PCG64(seed: 1)  // random() gives 0.51, 0.95, 0.14
        let thirds = [1.0 / 3, 1.0 / 3, 1.0 / 3]
        #expect((0..<3).map { _ in generator.categorical(thirds) } == [1, 2, 0])
        #expect(generator.categorical([0.25, 0.25]) == 0, "no sum exceeds 0.9486, so the first index")
    }

    @Test func wordsRebuildTheGenerator() throws {
        var generator = PCG64(seed: 9)
        _ = generator.next32()
        var copy = try #require(PCG64(words: generator.words))
        #expect(copy == generator)
        #expect((0..<9).map { _ in copy.next32() } == (0..<9).map { _ in generator.next32() })
        #expect(PCG64(words: []) == nil)
        #expect(PCG64(words: [1, 2, 4, 5, 0]) == nil, "an even increment")
        #expect(PCG64(words: [1, 2, 3, 4, .max]) == nil)
    }

    @Test func entropyDiffers() {
        #expect(PCG64() != PCG64())
    }
}

@Suite struct MT19937Tests {
    @Test func drawsAsNumPyDoes() throws {
        try expect("mt.next32", twister, hex) { $0.next32() }
        try expect("mt.raw2000", twister, hex) { generator in
            for _ in 0..<1999 { _ = generator.next32() }
            return generator.next32()
        }
        try expect("mt.rand", twister, Double.init) { $0.rand() }
        for (low, high) in [(0, 2), (0, 3), (1, 9), (1, 6), (0, 13), (0, 1000), (0, 1 << 40)] {
            try expect("mt.randint.\(low).\(high)", twister, { Int($0) }) { $0.randint(low, high) }
            if low == 0 { try expect("mt.randint.0.\(high)", twister, { Int($0) }) { $0.randint(high) } }
        }
    }

    @Test func mixedCalls() throws {
        for (seed, values) in try items("mt.mixed") {
            var generator = twister(UInt64(seed)!)
            let drawn = "5r55r15r".map { call in
                call == "r" ? generator.rand() : Double(generator.randint(call.wholeNumberValue!))
            }
            #expect(drawn == values.compactMap(Double.init))
        }
    }

    @Test func unseededGeneratorsDiffer() {
        #expect(MT19937() != MT19937())
    }

    @Test func wordsRebuildTheGenerator() throws {
        var generator = MT19937(seed: 4)
        for _ in 0..<1000 { _ = generator.next32() }
        var copy = try #require(MT19937(words: generator.words))
        #expect(copy == generator)
        #expect((0..<700).map { _ in copy.next32() } == (0..<700).map { _ in generator.next32() })
        #expect(MT19937(words: [1, 2]) == nil)
        #expect(MT19937(words: Array(repeating: 1, count: 624) + [625]) == nil)
        #expect(MT19937(words: Array(repeating: 0, count: 625)) == nil, "a zero state gives only zeros")
    }
}
