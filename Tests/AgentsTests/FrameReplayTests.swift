import Environments
import Experience
import Random
import Storage
import Testing

@testable import Agents

/// Frames stored once give the same minibatches as whole observations.
@Suite struct FrameReplayTests {
    /// Environments with stacks of random frames, whose episodes have random lengths.
    private struct Frames {
        let stack: Int
        let frameWidth = 6
        var random: RandomStream
        /// The frames of each environment, the oldest first; empty before an episode.
        var stacks: [[[UInt8]]]

        init(environments: Int, stack: Int, seed: UInt64) {
            (self.stack, random) = (stack, RandomStream(seed: seed))
            stacks = Array(repeating: [], count: environments)
        }

        private mutating func frame() -> [UInt8] {
            (0..<frameWidth).map { _ in UInt8(random.integers(below: 256)) }
        }

        /// Frames interleaved, as observations have them.
        private func observation(_ frames: [[UInt8]]) -> [UInt8] {
            (0..<frameWidth).flatMap { place in frames.map { $0[place] } }
        }

        mutating func step() -> [PlayedStep<UInt8>] {
            stacks.indices.map { row in
                if stacks[row].isEmpty { stacks[row] = Array(repeating: frame(), count: stack) }
                let before = stacks[row]
                stacks[row] = before.dropFirst() + [frame()]
                var step = PlayedStep(observation: observation(before), next: observation(stacks[row]))
                (step.action, step.reward) = (random.integers(below: 5), random.normal())
                let end = random.integers(below: 12)
                (step.terminated, step.truncated) = (end == 0, end == 1)
                if end <= 1 { stacks[row] = [] }
                return step
            }
        }
    }

    /// A plain reference: the last steps in a list.
    private struct WholeReplay {
        let capacity: Int
        var steps: [PlayedStep<UInt8>] = []
        var added = 0

        mutating func add(_ step: PlayedStep<UInt8>) {
            if steps.count < capacity { steps.append(step) } else { steps[added % capacity] = step }
            added += 1
        }
    }

    private static func check(
        _ buffer: ReplayBuffer, against whole: WholeReplay, width: Int, seed: UInt64, _ comment: Comment
    ) {
        let encoding = ObservationEncoding(.box(0...255, shape: [width], element: .uint8))!
        let sample = buffer.sample(64, encoding, seed: seed)
        var random = RandomStream(seed: seed)
        let different = (0..<64).filter { row in
            let step = whole.steps[random.integers(below: whole.steps.count)]
            return sample.observations[row] != step.observation.map { Float($0) / 255 }
                || sample.nextObservations[row] != step.next.map { Float($0) / 255 }
                || sample.actions[row] != Int32(step.action) || sample.rewards[row] != Float(step.reward)
                || sample.continues[row] != (step.terminated ? 0 : 1)
        }
        #expect(different.isEmpty, comment)
    }

    /// With one environment and several, stacks and single frames, over many rounds of the ring buffer.
    @Test(arguments: [(1, 4), (3, 4), (8, 2), (5, 1)])
    func batchesAreThoseOfWholeObservations(environments: Int, stack: Int) {
        for capacity in [1, 7, 64, 1000] {
            var frames = Frames(environments: environments, stack: stack, seed: 3)
            let buffer = ReplayBuffer(
                capacity: capacity, width: 6 * stack, type: .uint8, stackedFrames: stack, environments: environments,
                actionSpace: .discrete(100))
            var whole = WholeReplay(capacity: capacity)
            for round in 0..<max(40, 400 / environments) {
                let steps = frames.step()
                buffer.add(steps)
                for step in steps { whole.add(step) }
                if round % 10 == 0 {
                    Self.check(
                        buffer, against: whole, width: 6 * stack, seed: UInt64(round),
                        "\(environments) environments, stacks of \(stack), capacity \(capacity), round \(round)")
                }
            }
            #expect(buffer.count == min(buffer.added, capacity))
            // One frame per step, one more per episode, and those that stacks reach back to.
            let most = Double(capacity) * 1.5 + Double(4 * environments * (stack + 2))
            #expect(Double(buffer.records - buffer.oldestRecord) < most, "\(capacity)")
        }
    }

    /// Stored at an uneven step and restored in another buffer, within episodes: both continue alike.
    @Test(arguments: [(1, 4), (3, 4), (5, 1)]) func framesArePutBack(environments: Int, stack: Int) throws {
        for (capacity, rounds) in [(50, 11), (50, 300), (2, 40), (1000, 60)] {
            var frames = Frames(environments: environments, stack: stack, seed: 9)
            func make() -> ReplayBuffer {
                ReplayBuffer(
                    capacity: capacity, width: 6 * stack, type: .uint8, stackedFrames: stack,
                    environments: environments, actionSpace: .discrete(100))
            }
            let (first, second) = (make(), make())
            var whole = WholeReplay(capacity: capacity)
            func play(_ buffers: [ReplayBuffer]) {
                let steps = frames.step()
                for buffer in buffers { buffer.add(steps) }
                for step in steps { whole.add(step) }
            }
            for _ in 0..<rounds { play([first]) }
            var bytes: [UInt8] = []
            first.write(first.oldestRecord..<first.records) { bytes += $0 }
            let space = Space.box(0...255, shape: [6 * stack], element: .uint8)
            try second.restore(
                bytes.span.bytes, from: first.oldestRecord, observationSpace: space, actionSpace: .discrete(5))
            #expect(second.added == first.added && second.count == first.count)
            for round in 0..<100 {
                Self.check(second, against: whole, width: 6 * stack, seed: UInt64(round), "\(capacity), \(round)")
                play([first, second])
                #expect(first.records == second.records && first.oldestRecord == second.oldestRecord)
            }
        }
    }

    /// A step whose observation isn't what the last one led to starts an episode, whatever the flags say.
    @Test func unrelatedStepsStayWhole() {
        let buffer = ReplayBuffer(capacity: 30, width: 3, type: .uint8, environments: 2, actionSpace: .discrete(100))
        var whole = WholeReplay(capacity: 30)
        var random = RandomStream(seed: 1)
        func values() -> [UInt8] { (0..<3).map { _ in UInt8(random.integers(below: 256)) } }
        for _ in 0..<100 {
            let steps = (0..<2).map { _ in PlayedStep(observation: values(), next: values()) }
            buffer.add(steps)
            for step in steps { whole.add(step) }
        }
        Self.check(buffer, against: whole, width: 3, seed: 2, "every step begins anew")
    }

    @Test func whatTakesTooMuchMemoryIsRefusedWithWhatFits() throws {
        var images = EnvironmentDescription.images([84, 84, 4], actions: 6)
        images.stackedFrames = 4
        let memory = try ReplayMemory(capacity: 1000, of: images, budget: MemoryBudget(total: 1 << 30))
        #expect(memory.bytes > 84 * 84 * 1000 && memory.bytes < 2 * 84 * 84 * 1000)
        #expect("\(memory)".contains("1000 transitions in 7"))
        let fitting = memory.largestCapacity(MemoryBudget(total: 1 << 30))
        #expect(
            try ReplayMemory(capacity: fitting, of: images, budget: MemoryBudget(total: 1 << 30)).bytes <= (1 << 30) / 5
                * 4)
        let error = #expect(throws: AgentError.self) {
            try ReplayMemory(capacity: fitting + 1, of: images, budget: MemoryBudget(total: 1 << 30))
        }
        #expect(error?.description.contains("replayCapacity=\(fitting)' fits") == true)
        images.stackedFrames = 1
        #expect(throws: AgentError.self) {
            try ReplayMemory(capacity: fitting, of: images, budget: MemoryBudget(total: 1 << 30))
        }
        var settings = DQNSettings()
        settings.replayCapacity = 100_000_000
        #expect(throws: AgentError.self) { try DQN(settings, environment: images, seed: 0) }
    }
}
