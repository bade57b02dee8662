import Environments
import Experience
import Foundation
import Random
import TestSupport
import Testing

@testable import Agents

/// A minibatch of a replay buffer in arrays.
struct Sample: Hashable {
    var observations, nextObservations: [[Float]]
    var actions: [Int32]
    var rewards, continues: [Float]
}

extension ReplayBuffer {
    /// A minibatch sampled with a seed.
    func sample(_ count: Int, _ encoding: ObservationEncoding, seed: UInt64 = 3) -> Sample {
        var random = RandomStream(seed: seed)
        return sample(count, encoding, &random)
    }

    fileprivate func sample(
        _ count: Int, _ encoding: ObservationEncoding, _ random: inout RandomStream
    ) -> Sample {
        let width = encoding.inputCount
        var first = [Float](repeating: .nan, count: count * width), second = first
        var actions = [Int32](repeating: -1, count: count)
        var rewards = [Float](repeating: .nan, count: count), continues = rewards
        first.withUnsafeMutableBufferPointer { observations in
            second.withUnsafeMutableBufferPointer { nextObservations in
                actions.withUnsafeMutableBufferPointer { actions in
                    rewards.withUnsafeMutableBufferPointer { rewards in
                        continues.withUnsafeMutableBufferPointer { continues in
                            sample(
                                into: ReplayBatch(
                                    observations: observations, actions: MutableRows(actions, count: count),
                                    rewards: rewards, nextObservations: nextObservations, continues: continues),
                                encoding: encoding, random: &random)
                        }
                    }
                }
            }
        }
        func rows(_ values: [Float]) -> [[Float]] { (0..<count).map { Array(values[$0 * width..<($0 + 1) * width]) } }
        return Sample(
            observations: rows(first), nextObservations: rows(second), actions: actions, rewards: rewards,
            continues: continues)
    }

    /// Adds the step number `index`, which determines all of its fields.
    fileprivate func add(_ index: Int) { add([Self.step(index)]) }

    fileprivate static func step(_ index: Int) -> PlayedStep<Float> {
        PlayedStep(
            observation: [Float(index), -Float(index)], action: index % 7, reward: Double(index) / 4,
            next: [Float(index + 1), -Float(index + 1)], terminated: index % 3 == 0, truncated: index % 2 == 0)
    }
}

@Suite struct ReplayBufferTests {
    private let space = Space.box(-1e9...1e9, shape: [2])
    private let encoding = ObservationEncoding(.box(-1e9...1e9, shape: [2]))!

    @Test func keepsTheLastTransitions() {
        let buffer = ReplayBuffer(capacity: 5, width: 2, type: .float32, actionSpace: .discrete(100))
        #expect(buffer.count == 0)
        for index in 0..<13 {
            buffer.add(index)
            #expect(buffer.count == min(index + 1, 5))
            let seen = Set(buffer.sample(400, encoding).observations.map { Int($0[0]) })
            #expect(seen == Set(max(0, index - 4)...index))
        }
    }

    @Test func severalRowsAtATimeWrapAround() {
        let buffer = ReplayBuffer(capacity: 4, width: 2, type: .float32, environments: 3, actionSpace: .discrete(100))
        for first in stride(from: 0, to: 12, by: 3) {
            buffer.add((first..<first + 3).map(ReplayBuffer.step))
        }
        #expect(Set(buffer.sample(400, encoding).observations.map { Int($0[0]) }) == [8, 9, 10, 11])
    }

    @Test func aTransitionStaysTogether() {
        let buffer = ReplayBuffer(capacity: 50, width: 2, type: .float32, actionSpace: .discrete(100))
        for index in 0..<70 { buffer.add(index) }
        let sample = buffer.sample(500, encoding)
        for row in 0..<500 {
            let index = Int(sample.observations[row][0])
            let step = ReplayBuffer.step(index)
            #expect(sample.observations[row] == step.observation)
            #expect(sample.nextObservations[row] == step.next)
            #expect(sample.actions[row] == Int32(step.action))
            #expect(sample.rewards[row] == Float(step.reward))
            #expect(sample.continues[row] == (step.terminated ? 0 : 1), "only a terminal state ends the bootstrap")
        }
        #expect(Set(sample.continues) == [0, 1])
    }

    @Test(arguments: [(100, 37), (64, 64), (64, 1000)])
    func samplesUniformly(capacity: Int, added: Int) {
        let buffer = ReplayBuffer(capacity: capacity, width: 2, type: .float32, actionSpace: .discrete(100))
        for index in 0..<added { buffer.add(index) }
        let held = min(added, capacity)
        var counts = [Int](repeating: 0, count: held)
        for row in buffer.sample(held * 500, encoding).observations { counts[Int(row[0]) - (added - held)] += 1 }
        #expect(isUniform(counts), "χ² \(chiSquare(counts)) of \(held) transitions")
    }

    @Test func resetRowsAreNotKept() {
        let buffer = ReplayBuffer(capacity: 10, width: 2, type: .float32, environments: 4, actionSpace: .discrete(100))
        var steps = (0..<4).map(ReplayBuffer.step)
        steps[1].isReset = true
        steps[2].isReset = true
        buffer.add(steps)
        #expect(buffer.count == 2)
        #expect(Set(buffer.sample(100, encoding).observations.map { Int($0[0]) }) == [0, 3])
    }

    @Test func keepsElementTypes() {
        func check<Element: ObservationElement>(_ values: [Element], expected: [Float]) {
            let encoding = ObservationEncoding(.box(-1e9...1e9, shape: [values.count]))!
            let buffer = ReplayBuffer(
                capacity: 3, width: values.count, type: Element.elementType, actionSpace: .discrete(100))
            buffer.add([PlayedStep(observation: values, next: values.reversed())])
            let sample = buffer.sample(2, encoding)
            #expect(sample.observations == [expected, expected])
            #expect(sample.nextObservations == [expected.reversed(), expected.reversed()])
        }
        check([0.1, -3, Float.greatestFiniteMagnitude], expected: [0.1, -3, .greatestFiniteMagnitude])
        check([0, 1, 254, 255] as [UInt8], expected: [0, 1, 254, 255])
        check([-70_000, 0, 70_000] as [Int32], expected: [-70_000, 0, 70_000])
    }

    @Test func discreteObservationsAreOneHot() {
        let buffer = ReplayBuffer(capacity: 3, width: 1, type: .int32, actionSpace: .discrete(100))
        buffer.add([PlayedStep(observation: [2 as Int32], next: [0])])
        let sample = buffer.sample(1, ObservationEncoding(.discrete(4))!)
        #expect(sample.observations == [[0, 0, 1, 0]])
        #expect(sample.nextObservations == [[1, 0, 0, 0]])
    }

    @Test func aSeedGivesTheSameBatches() {
        let buffers = (0..<2).map { _ in
            ReplayBuffer(capacity: 30, width: 2, type: .float32, actionSpace: .discrete(100))
        }
        for index in 0..<40 { for buffer in buffers { buffer.add(index) } }
        #expect(buffers[0].sample(100, encoding, seed: 8) == buffers[1].sample(100, encoding, seed: 8))
        #expect(buffers[0].sample(100, encoding, seed: 8) != buffers[1].sample(100, encoding, seed: 9))
    }

    /// Written in two parts, as checkpoints do, and restored.
    @Test(arguments: [7, 20, 33]) func transitionsAreStoredAndPutBack(added: Int) throws {
        let (first, second) = (
            ReplayBuffer(capacity: 20, width: 2, type: .float32, actionSpace: .discrete(100)),
            ReplayBuffer(capacity: 20, width: 2, type: .float32, actionSpace: .discrete(100))
        )
        for index in 0..<added { first.add(index) }
        let (start, middle, end) = (first.oldestRecord, first.records - 3, first.records)
        var bytes: [UInt8] = []
        first.write(start..<middle) { bytes += $0 }
        first.write(middle..<end) { bytes += $0 }
        #expect(bytes.count == (end - start) * first.recordBytes)
        try second.restore(bytes.span.bytes, from: start, observationSpace: space, actionSpace: .discrete(7))
        #expect(second.count == first.count && second.added == added && second.records == end)
        #expect(first.sample(200, encoding) == second.sample(200, encoding))
        first.add(100)
        second.add(100)
        #expect(first.sample(200, encoding) == second.sample(200, encoding))
    }

    /// Where bytes are rejected; nil if they are accepted.
    private func refusal(
        _ bytes: [UInt8], by buffer: ReplayBuffer, _ space: Space, actionCount: Int
    ) throws -> Int? {
        do {
            try buffer.restore(bytes.span.bytes, from: 0, observationSpace: space, actionSpace: .discrete(actionCount))
            return nil
        } catch EnvironmentError.badState(let offset, _) {
            return offset
        }
    }

    @Test func bytesOfOtherTransitionsAreRefused() throws {
        let buffer = ReplayBuffer(capacity: 20, width: 2, type: .float32, actionSpace: .discrete(100))
        for index in 0..<7 { buffer.add(index) }
        var bytes: [UInt8] = []
        buffer.write(0..<buffer.records) { bytes += $0 }
        let last = (buffer.records - 1) * buffer.recordBytes
        func refusal(at place: Int, _ byte: UInt8) throws -> Int? {
            var bytes = bytes
            bytes[last + place] = byte
            let buffer = ReplayBuffer(capacity: 20, width: 2, type: .float32, actionSpace: .discrete(100))
            return try self.refusal(bytes, by: buffer, space, actionCount: 7)
        }
        #expect(try refusal(at: 12, 6) == nil, "the last action is 6")
        #expect(try refusal(at: 12, 7) == last + 12, "actions are below 7")
        #expect(try refusal(at: 0, 5) == last, "it is transition 6")
        #expect(try refusal(at: 8, 1) == last + 8, "there is one environment")
        #expect(try refusal(at: 20, 1) == last + 20 && refusal(at: 20, 5) == last + 20, "no end is called so")
    }

    @Test func discreteObservationsOutOfTheirSpaceAreRefused() throws {
        func check<Element: ObservationElement>(_ states: [Element], _ expected: Int?) throws {
            let buffer = ReplayBuffer(capacity: 3, width: 1, type: Element.elementType, actionSpace: .discrete(100))
            buffer.add([PlayedStep(observation: [states[0]], next: [states[1]])])
            var bytes: [UInt8] = []
            buffer.write(0..<2) { bytes += $0 }
            let copy = ReplayBuffer(capacity: 3, width: 1, type: Element.elementType, actionSpace: .discrete(100))
            let refusal = try refusal(bytes, by: copy, .discrete(4), actionCount: 7)
            #expect(refusal == expected.map { $0 * buffer.recordBytes + 21 }, "\(states)")
        }
        try check([0, 3] as [Int32], nil)
        try check([4, 3] as [Int32], 0)
        try check([3, -1] as [Int32], 1)
        try check([3, 4] as [UInt8], 1)
        try check([3, .nan] as [Float], 1)
        try check([0.5, 3] as [Float], 0)
    }

    /// In a separate process, so that no other test allocates meanwhile.
    @Test func addingAndSamplingDoNotFillTheHeap() async {
        await #expect(processExitsWith: .success) {
            let buffer = ReplayBuffer(
                capacity: 1000, width: 4, type: .uint8, stackedFrames: 2, environments: 8, actionSpace: .discrete(100))
            let encoding = ObservationEncoding(.box(0...255, shape: [4], element: .uint8))!
            let steps = (0..<8).map { PlayedStep(observation: [UInt8](repeating: $0, count: 4), next: [1, 2, 3, 4]) }
            let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: 32 * 4)
            let actions = UnsafeMutableBufferPointer<Int32>.allocate(capacity: 32)
            let target = ReplayBatch(
                observations: floats, actions: MutableRows(actions, count: 32), rewards: floats,
                nextObservations: floats, continues: floats)
            var random = RandomStream(seed: 1)
            try withStep(steps) { transitions in
                func work(_ rounds: Int) {
                    for _ in 0..<rounds {
                        buffer.add(transitions)
                        buffer.sample(into: target, encoding: encoding, random: &random)
                    }
                }
                work(200)
                let before = try #require(heapBytesInUse())
                work(20_000)
                let growth = try #require(heapBytesInUse()) - before
                #expect(growth < 4_096, "\(growth) bytes")
            }
        }
    }

    @Test func anEmptyBufferHasNothingToSample() async {
        await #expect(processExitsWith: .failure) {
            let buffer = ReplayBuffer(capacity: 2, width: 1, type: .float32, actionSpace: .discrete(100))
            _ = buffer.sample(1, ObservationEncoding(.box(0...1, shape: [1]))!)
        }
    }
}
