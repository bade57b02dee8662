import Environments
import Experience
import Testing

private let parts: [Space] = [.discrete(5), .box(-2...3, shape: [2]), .multiDiscrete([7, 2])]
private let spaces: [String: Space] = [
    "discrete": .discrete(6), "multiDiscrete": .multiDiscrete([2, 3, 4]), "multiBinary": .multiBinary([2, 3]),
    "box": .box(-1...1, shape: [2]), "uint8": .box(0...255, shape: [5], element: .uint8), "tuple": .tuple(parts),
    "dictionary": .dictionary(["c": parts[0], "a": parts[1], "b": parts[2]]),
]

@Suite struct SpaceTests {
    @Test(arguments: TraceBlock.all("space")) func samplesAsGymnasium(_ block: TraceBlock) throws {
        let space = try #require(spaces[block.words[1]])
        var sampler = SpaceSampler(space, seed: try #require(UInt64(block.words[2])))
        for line in block.lines {
            let sample = sampler.sample()
            #expect(line.split(separator: " ").map { Double($0) } == sample)
            #expect(space.contains(sample))
        }
    }

    @Test func unboundedBoxesAreSampled() {
        let infinity = Double.infinity
        let space = Space.box(
            low: [-infinity, 2, -infinity], high: [infinity, infinity, 5], shape: [3], element: .float32)
        var sampler = SpaceSampler(space, seed: 1)
        let samples = (0..<20_000).map { _ in sampler.sample() }
        #expect(samples.allSatisfy { space.contains($0) })
        // The means of a normal number, 2 + an exponential one and 5 - an exponential one.
        for (column, mean) in [0.0, 3, 4].enumerated() {
            #expect(abs(samples.reduce(0) { $0 + $1[column] } / 20_000 - mean) < 0.04)
        }
    }

    @Test func samplesUnderAMask() {
        var sampler = SpaceSampler(.discrete(4), seed: 3)
        let drawn = Set((0..<40).map { _ in sampler.sample(allowed: [false, true, false, true]) })
        #expect(drawn == [1, 3])
        let before = sampler.sample(allowed: [false, false, false, false])
        #expect(before == 0)
    }

    @Test func shapesAndCounts() {
        #expect(Space.discrete(3).shape == [] && Space.discrete(3).count == 1)
        #expect(Space.box(0...1, shape: [2, 3]).count == 6)
        #expect(Space.multiDiscrete([2, 3]).shape == [2])
        #expect(Space.multiBinary([4, 2]).count == 8)
        #expect(Space.tuple(parts).count == 5 && Space.tuple(parts).shape == [5])
        #expect(Space.discrete(3).discreteCount == 3 && Space.tuple(parts).discreteCount == nil)
    }

    @Test func membership() {
        #expect(Space.discrete(3).contains(2) && !Space.discrete(3).contains(3) && !Space.discrete(3).contains(-1))
        #expect(Space.discrete(3).contains([1]) && !Space.discrete(3).contains([1.5]))
        let box = Space.box(-1...1, shape: [2])
        #expect(box.contains([-1, 1]) && !box.contains([0, 1.01]) && !box.contains([0]) && !box.contains([0, .nan]))
        let bytes = Space.box(0...255, shape: [1], element: .uint8)
        #expect(bytes.contains([255]) && !bytes.contains([0.5]))
        #expect(Space.multiBinary([2]).contains([0, 1]) && !Space.multiBinary([2]).contains([0, 2]))
        #expect(Space.tuple(parts).contains([4, 0, 0, 6, 1]) && !Space.tuple(parts).contains([5, 0, 0, 6, 1]))
        #expect(spaces["dictionary"]!.contains([0, 0, 6, 1, 4]) && !spaces["dictionary"]!.contains([4, 0, 0, 6, 1]))
        #expect(!Space.discrete(Int.max).contains([.infinity]))
    }

    @Test func descriptions() {
        #expect("\(Space.discrete(2))" == "Discrete(2)")
        #expect("\(Space.box(-4.8...4.8, shape: [4]))" == "Box(-4.8, 4.8, (4,), float32)")
        #expect("\(Space.box(0...255, shape: [8, 8], element: .uint8))" == "Box(0, 255, (8, 8), uint8)")
        #expect(
            "\(CartPole().observationSpace)"
                == "Box([-4.8 -inf -0.41887903 -inf], [4.8 inf 0.41887903 inf], (4,), float32)")
        #expect("\(Space.multiDiscrete([2, 3]))" == "MultiDiscrete([2 3])")
        #expect("\(Space.multiBinary([3])) \(Space.multiBinary([2, 3]))" == "MultiBinary(3) MultiBinary((2, 3))")
        #expect("\(Space.tuple([.discrete(1), .discrete(2)]))" == "Tuple(Discrete(1), Discrete(2))")
        #expect(
            "\(Space.dictionary(["b": .discrete(1), "a": .discrete(2)]))" == "Dict('a': Discrete(2), 'b': Discrete(1))")
        let long = Space.box(
            low: (0..<9).map(Double.init), high: Array(repeating: 9, count: 9), shape: [9], element: .int32)
        #expect("\(long)" == "Box([0 1 2 ... 6 7 8], 9, (9,), int32)")
    }
}
