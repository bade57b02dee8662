import Environments
import Experience
import Random
import TestSupport
import Testing

@testable import Agents

/// The sum tree and prioritised replay.
@Suite struct PriorityTests {
    @Test(arguments: [1, 2, 5, 8, 13]) func leavesLieInOrder(count: Int) {
        var tree = SumTree(count: count)
        var random = RandomStream(seed: 4)
        for leaf in 0..<count { tree[leaf] = Double(random.integers(below: 4)) }
        tree[count / 2] = 2
        for _ in 0..<3 { tree[random.integers(below: count)] = 1 }
        let weights = (0..<count).map { tree[$0] }
        #expect(tree.sum == weights.reduce(0, +))
        var place = 0.0
        for leaf in 0..<count {
            for step in 0..<Int(4 * weights[leaf]) { #expect(tree.leaf(at: place + Double(step) / 4) == leaf) }
            place += weights[leaf]
        }
        #expect(tree[tree.leaf(at: place)] > 0, "never past the last part")
        #expect(tree[tree.leaf(at: place * 1.5)] > 0)
        var copy = SumTree(count: count)
        copy.set(weights)
        #expect(copy.sum == tree.sum)
        #expect((0..<40).allSatisfy { copy.leaf(at: Double($0) / 8) == tree.leaf(at: Double($0) / 8) })
    }

    private static let space = Space.box(-1e9...1e9, shape: [1])

    /// A buffer of the transitions 0..<count, each with its number as the observation.
    private static func buffer(
        _ count: Int, capacity: Int = 8, exponent: Double = 1, batchSize: Int = 400
    ) -> ReplayBuffer {
        let buffer = ReplayBuffer(
            capacity: capacity, width: 1, type: .float32, stackedFrames: 1, environments: 1,
            actionSpace: .discrete(100), returns: ReplayReturns(),
            priorities: Priorities(capacity: capacity, exponent: exponent, batchSize: batchSize))
        for index in 0..<count { add(index, to: buffer) }
        return buffer
    }

    private static func add(_ index: Int, to buffer: ReplayBuffer) {
        buffer.add([PlayedStep(observation: [Float(index)], next: [Float(index) + 0.5], truncated: true)])
    }

    /// The numbers of the sampled transitions, and their weights.
    private static func draw(
        _ buffer: ReplayBuffer, _ count: Int = 400, correction: Double = 1, seed: UInt64 = 3
    ) -> (numbers: [Int], weights: [Float]) {
        let floats = (0..<5).map { _ in UnsafeMutableBufferPointer<Float>.allocate(capacity: count) }
        let actions = UnsafeMutableBufferPointer<Int32>.allocate(capacity: count)
        defer {
            for buffer in floats { buffer.deallocate() }
            actions.deallocate()
        }
        let batch = ReplayBatch(
            observations: floats[0], actions: MutableRows(actions, count: count), rewards: floats[1],
            nextObservations: floats[2],
            continues: floats[3])
        var random = RandomStream(seed: seed)
        buffer.sample(
            into: batch, weights: floats[4], correction: correction, encoding: ObservationEncoding(space)!,
            random: &random)
        return (floats[0].map { Int($0) }, Array(floats[4]))
    }

    private static func update(_ buffer: ReplayBuffer, _ priorities: [Float]) {
        priorities.withUnsafeBufferPointer { buffer.priorities!.update(to: $0) }
    }

    /// Sampled in proportion to pᵅ, but more evenly, because a minibatch is sampled from equal parts of the sum.
    @Test(arguments: [0, 0.5, 1]) func probabilitiesFollowPriorities(exponent: Double) {
        let buffer = Self.buffer(6, exponent: exponent)
        let (first, _) = Self.draw(buffer)
        #expect((0..<6).allSatisfy { number in first.contains(number) }, "everything new is as likely")
        Self.update(buffer, first.map { [1, 4, 9, 16, 25, 1][$0] })
        let weights = [1, 4, 9, 16, 25, 1].map { (p: Double) in exponent == 0 ? 1 : exponent == 1 ? p : p.squareRoot() }
        var counts = [Double](repeating: 0, count: 6)
        for seed in 0..<50 { for number in Self.draw(buffer, seed: UInt64(seed)).numbers { counts[number] += 1 } }
        for number in 0..<6 {
            let expected = weights[number] / weights.reduce(0, +)
            #expect(abs(counts[number] / 20_000 - expected) < 0.005, "\(number)")
        }
    }

    /// w = (N P)^−β, with 1 as the minibatch's largest: P · w is the same for all if β = 1.
    @Test func weightsMakeUpForProbabilities() {
        let buffer = Self.buffer(4)
        Self.update(buffer, Self.draw(buffer).numbers.map { [1, 2, 4, 8][$0] })
        let (numbers, weights) = Self.draw(buffer)
        let (_, half) = Self.draw(buffer, correction: 0.5)
        let expected: [Float] = [1, 1 / 2, 1 / 4, 1 / 8]
        for (index, number) in numbers.enumerated() {
            #expect(abs(weights[index] - expected[number]) < 1e-6)
            #expect(abs(half[index] - weights[index].squareRoot()) < 1e-6)
        }
        #expect(Self.draw(buffer, correction: 0).weights.allSatisfy { $0 == 1 })
    }

    /// A new transition is as likely as the likeliest so far, and replaces the oldest, priority included.
    @Test func whatIsNewHasTheLargestPriority() {
        let buffer = Self.buffer(4, capacity: 4)
        Self.update(buffer, Self.draw(buffer).numbers.map { [9, 0.001, 0.001, 0.001][$0] })
        Self.add(4, to: buffer)
        let numbers = Self.draw(buffer).numbers
        #expect(numbers.filter { $0 == 4 }.count > 395 && !numbers.contains(0))
    }

    @Test func prioritiesArePartOfTheState() throws {
        let first = Self.buffer(11)
        Self.update(first, Self.draw(first).numbers.map { Float($0) })
        let second = Self.buffer(11)
        var writer = StateCoder()
        try first.priorities!.codeState(with: &writer)
        var reader = StateCoder(reading: writer.bytes)
        try second.priorities!.codeState(with: &reader)
        try reader.finish()
        #expect(Self.draw(first) == Self.draw(second))
        Self.add(11, to: first)
        Self.add(11, to: second)
        #expect(Self.draw(first, seed: 8) == Self.draw(second, seed: 8))
        var bytes = writer.bytes
        bytes.replaceSubrange(bytes.count - 8..<bytes.count, with: [0, 0, 0, 0, 0, 0, 0xF0, 0xBF])
        #expect(throws: EnvironmentError.self, "−1 is no priority") {
            var reader = StateCoder(reading: bytes)
            try second.priorities!.codeState(with: &reader)
        }
    }

    /// In a separate process, so that no other test allocates meanwhile.
    @Test func drawingDoesNotFillTheHeap() async {
        await #expect(processExitsWith: .success) {
            let buffer = Self.buffer(8, capacity: 64, exponent: 0.6, batchSize: 32)
            let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: 32)
            let actions = UnsafeMutableBufferPointer<Int32>.allocate(capacity: 32)
            let batch = ReplayBatch(
                observations: floats, actions: MutableRows(actions, count: 32), rewards: floats,
                nextObservations: floats, continues: floats)
            var random = RandomStream(seed: 1)
            let encoding = ObservationEncoding(Self.space)!
            withStep([PlayedStep(observation: [Float(1)], next: [2])]) { transitions in
                func work(_ rounds: Int) {
                    for _ in 0..<rounds {
                        buffer.add(transitions)
                        buffer.sample(into: batch, weights: floats, correction: 1, encoding: encoding, random: &random)
                        buffer.priorities!.update(to: UnsafeBufferPointer(floats))
                    }
                }
                work(200)
                let before = heapBytesInUse()!
                work(20_000)
                let growth = heapBytesInUse()! - before
                precondition(growth < 4_096, "\(growth) bytes")
            }
        }
    }
}

private func == (a: (numbers: [Int], weights: [Float]), b: (numbers: [Int], weights: [Float])) -> Bool {
    a.numbers == b.numbers && a.weights == b.weights
}
