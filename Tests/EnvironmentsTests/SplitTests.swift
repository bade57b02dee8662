import Experience
import Graphics
import Parallel
import Random
import TestSupport
import Testing

@testable import Environments

/// Batches whose steps are shared by threads.
@Suite struct SplitTests {
    /// The results of 200 steps of a batch, bit for bit.
    private static func play(_ batch: VectorEnvironment<some Environment>, parts: Int) -> [UInt8] {
        batch.sharedRows?.partLimit = parts
        batch.reset(seed: 4)
        var bytes: [UInt8] = []
        var random = RandomStream(seed: 2)
        for _ in 0..<200 {
            for index in 0..<batch.count { batch.actionRows.integers[index] = random.integers(below: 2) }
            if batch.autoreset == .disabled {
                let ended = (0..<batch.count).map { batch.terminated[$0] || batch.truncated[$0] }
                if ended.contains(true) { batch.reset(mask: ended) }
            }
            batch.step()
            for part in [
                batch.observations.bytes, batch.finalObservations.bytes, UnsafeRawBufferPointer(batch.rewards),
                UnsafeRawBufferPointer(batch.terminated), UnsafeRawBufferPointer(batch.truncated),
                UnsafeRawBufferPointer(batch.isResetStep),
            ] { bytes += part }
        }
        return bytes
    }

    private static func compare<World: Environment>(_ mode: AutoresetMode, _ make: @escaping () -> World) {
        func played(_ parts: Int) -> [UInt8] {
            play(VectorEnvironment("split", count: 37, autoreset: mode, make: make), parts: parts)
        }
        let alone = played(1)
        for parts in [2, 3, 37] { precondition(played(parts) == alone, "\(World.self) in \(parts) parts") }
    }

    @Test(arguments: AutoresetMode.allCases) func theSameBitsOnAnySplit(mode: AutoresetMode) async {
        await #expect(processExitsWith: .success) { [mode] in
            Threads.count = 3
            SplitTests.compare(mode) { TimeLimit(CartPole(), steps: 30) }
            SplitTests.compare(mode) { TimeLimit(FrozenLake(), steps: 30) }
            SplitTests.compare(mode) {
                FrameStack(NormalizeObservation(StickyAction(CartPole(), probability: 0.2)), count: 3)
            }
            SplitTests.compare(mode) { Halving() }
        }
    }

    @Test func sharedStepsAllocateNothing() async {
        await #expect(processExitsWith: .success) {
            Threads.count = 2
            let batch = VectorEnvironment("split", count: 64) { FrameStack(TimeLimit(CartPole(), steps: 30), count: 2) }
            batch.sharedRows?.partLimit = 2
            batch.reset(seed: 1)
            func play() { for _ in 0..<500 { batch.step() } }
            play()
            withoutMemory(play)
        }
    }
}

/// A number that halves until it is the smallest subnormal, and then 0: threads that flush subnormal numbers to 0
/// differ.
private struct Halving: Environment {
    var value = 0x1p-1000

    var observationSpace: Space { .box(0...255, shape: [1], element: .uint8) }
    var actionSpace: Space { .discrete(2) }
    var frameSize: FrameSize { FrameSize(width: 1, height: 1) }

    mutating func reset(seed: UInt64?) { value = 0x1p-1000 }
    mutating func step(_ action: Int) -> Step {
        value /= 2
        return Step(reward: value)
    }
    func observe(into observation: inout MutableSpan<UInt8>) { observation[0] = value == 0 ? 0 : 1 }
    func draw(into frame: inout Frame) {}
}
