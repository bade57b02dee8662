import Environments
import Random
import Testing

@testable import Agents

/// Returns of several steps from replay.
@Suite struct MultiStepReplayTests {
    private static let encoding = ObservationEncoding(.box(-1e9...1e9, shape: [1]))!

    /// A step from `index` to `index + 1` whose reward is 10 to the power of its position in the episode.
    private static func step(
        _ index: Int, reward: Double, terminated: Bool = false, truncated: Bool = false, isReset: Bool = false
    ) -> PlayedStep<Float> {
        PlayedStep(
            observation: [Float(index)], action: index % 7, reward: reward, next: [Float(index + 1)],
            terminated: terminated, truncated: truncated, isReset: isReset)
    }

    private struct Row: Hashable {
        var start: Int
        var action: Int32
        var reward: Float
        var end: Int
        var continues: Float
    }

    /// All transitions that can be sampled.
    private static func rows(_ buffer: ReplayBuffer) -> Set<Row> {
        let sample = buffer.sample(3_000, encoding)
        return Set(
            sample.actions.indices.map {
                Row(
                    start: Int(sample.observations[$0][0]), action: sample.actions[$0], reward: sample.rewards[$0],
                    end: Int(sample.nextObservations[$0][0]), continues: sample.continues[$0])
            })
    }

    private static func buffer(steps: Int, capacity: Int = 50, environments: Int = 1, clips: Bool = false)
        -> ReplayBuffer
    {
        ReplayBuffer(
            capacity: capacity, width: 1, type: .float32, environments: environments,
            actionSpace: .discrete(100), returns: ReplayReturns(steps: steps, discount: 0.5, clipsRewards: clips))
    }

    /// γ = ½: three steps of 1, 10 and 100 are worth 1 + 5 + 25, and the bootstrap is discounted by γ² more than after
    /// one.
    @Test func stepsAreJoinedUpToTheEnd() {
        for (terminated, truncated) in [(true, false), (false, true), (false, false)] {
            let buffer = Self.buffer(steps: 3)
            for index in 0..<4 {
                let isLast = index == 3
                buffer.add([
                    Self.step(
                        index, reward: [1, 10, 100, 1000][index], terminated: isLast && terminated,
                        truncated: isLast && truncated)
                ])
            }
            let behind: Float = terminated ? 0 : 1
            #expect(
                Self.rows(buffer) == [
                    Row(start: 0, action: 0, reward: 31, end: 3, continues: 0.25),
                    Row(start: 1, action: 1, reward: 310, end: 4, continues: 0.25 * behind),
                    Row(start: 2, action: 2, reward: 600, end: 4, continues: 0.5 * behind),
                    Row(start: 3, action: 3, reward: 1000, end: 4, continues: behind),
                ])
        }
    }

    @Test func oneStepIsAsBefore() {
        let buffer = Self.buffer(steps: 1)
        for index in 0..<3 { buffer.add([Self.step(index, reward: 7, terminated: index == 2)]) }
        #expect(Self.rows(buffer).map(\.continues).sorted() == [0, 1, 1])
        #expect(Self.rows(buffer).allSatisfy { $0.end == $0.start + 1 && $0.reward == 7 })
    }

    /// Two environments, of which one ends and is reset a step later; episodes and environments are kept apart.
    @Test func environmentsAndEpisodesStayApart() {
        let buffer = Self.buffer(steps: 3, environments: 2)
        for index in 0..<6 {
            let other =
                index == 2
                ? Self.step(102, reward: 1, terminated: true)
                : Self.step(index < 2 ? 100 + index : 197 + index, reward: 1, isReset: index == 3)
            buffer.add([Self.step(index, reward: 2), other])
        }
        let rows = Self.rows(buffer)
        #expect(rows.count == 6 + 5)
        for row in rows {
            let steps = row.end - row.start
            let isFirst = row.start < 100
            let last = isFirst ? 6 : row.start < 200 ? 103 : 203
            #expect(steps == min(3, last - row.start), "\(row)")
            let sum: Float = [1, 1.5, 1.75][steps - 1] * (isFirst ? 2 : 1)
            #expect(row.reward == sum)
            #expect(row.continues == (row.end == 103 ? 0 : [1, 0.5, 0.25][steps - 1]))
        }
    }

    /// The same after the oldest have been replaced, and after writing and restoring.
    @Test(arguments: [9, 20, 47]) func whatIsLeftIsJoinedAsBefore(added: Int) throws {
        func fill(_ buffer: ReplayBuffer) {
            for index in 0..<added { buffer.add([Self.step(index, reward: 1, terminated: index % 5 == 4)]) }
        }
        let first = Self.buffer(steps: 4, capacity: 16)
        fill(first)
        for row in Self.rows(first) {
            #expect(row.start >= added - min(added, 16))
            #expect(row.end == min((row.start / 5 + 1) * 5, row.start + 4, added))
        }
        let second = Self.buffer(steps: 4, capacity: 16)
        var bytes: [UInt8] = []
        first.write(first.oldestRecord..<first.records) { bytes += $0 }
        try second.restore(
            bytes.span.bytes, from: first.oldestRecord, observationSpace: .box(-1e9...1e9, shape: [1]),
            actionSpace: .discrete(7))
        #expect(Self.rows(first) == Self.rows(second))
        for buffer in [first, second] { buffer.add([Self.step(added, reward: 1)]) }
        #expect(first.sample(200, Self.encoding) == second.sample(200, Self.encoding))
    }

    @Test func rewardsAreClippedBeforeTheyAreAdded() {
        let buffer = Self.buffer(steps: 2, clips: true)
        for (index, reward) in [5, -0.25, -9].enumerated() { buffer.add([Self.step(index, reward: reward)]) }
        let rewards = Dictionary(uniqueKeysWithValues: Self.rows(buffer).map { ($0.start, $0.reward) })
        #expect(rewards == [0: 1 - 0.125, 1: -0.25 - 0.5, 2: -1])
    }
}
