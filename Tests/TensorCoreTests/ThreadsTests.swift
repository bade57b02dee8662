import CKernels
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import TensorCore

/// Replays on several threads. Each test has its own process, because the number of threads is global to the process.
@Suite struct ThreadsTests {
    /// Each part waits until both have started, which would never happen on a single thread.
    @Test func partsRunAtTheSameTime() async {
        await #expect(processExitsWith: .success) {
            Threads.count = 2
            let begun = Counter()
            var instruction = Instruction { _, _ in
                let before = begun.value.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue
                let both = (before / 2 + 1) * 2
                while begun.value.load(ordering: .acquiring) < both { rv_pause() }
            }
            (instruction.partLimit, instruction.cost) = (2, 1e12)
            let replay = ThreadedRun([instruction])
            for _ in 0..<2_000 {
                var team = replay.begin()
                #expect(team == 2)
                replay.run(0, team: &team)
                replay.end(team: team)
            }
            #expect(begun.value.load(ordering: .relaxed) == 4_000)
        }
    }

    @Test(arguments: TrainingStep.allCases)
    func bitsDoNotDependOnTheThreads(_ step: TrainingStep) async {
        await #expect(processExitsWith: .success) { [step] in
            Threads.count = 1
            let alone = try step.trace(replays: 20) { $0.run() }
            for count in [2, 3, 5] {
                Threads.count = count
                #expect(try step.trace(replays: 20) { $0.run() } == alone)
            }
            // A plan for five threads can be run by any number of them.
            let counts = [5, 1, 2, 3, 64]
            var run = 0
            let changing = try step.trace(replays: 20) { plan in
                Threads.count = counts[run % counts.count]
                run += 1
                plan.run()
            }
            #expect(changing == alone)
        }
    }

    /// Concurrent runs share the pool without waiting for each other, and don't disturb each other's results.
    @Test func concurrentRuns() async {
        await #expect(processExitsWith: .success) {
            Threads.count = 2
            let expected = try TrainingStep.allCases.map { step in try step.trace(replays: 30) { $0.run(inParts: 1) } }
            let agree = Counter()
            DispatchQueue.concurrentPerform(iterations: 12) { index in
                let step = TrainingStep.allCases[index % 3]
                let trace = try? step.trace(replays: 30) { $0.run() }
                if trace == expected[index % 3] { agree.value.wrappingAdd(1, ordering: .relaxed) }
            }
            #expect(agree.value.load(ordering: .relaxed) == 12)
        }
    }

    /// The working memory of all threads counts.
    @Test func workingMemoryIsEachThreadsOwn() async {
        await #expect(processExitsWith: .success) {
            func scratchBytes(threads: Int) throws -> Int {
                Threads.count = threads
                return try Program("product", inputs: [.float32(256, 300)]) {
                    [$0[0].matmul($0[0], transposeRight: true)]
                }.plan().scratchBytes
            }
            let one = try scratchBytes(threads: 1)
            #expect(try one > 0 && scratchBytes(threads: 3) == 3 * one)
        }
    }

    /// If the caller waits for a part much longer than the work should take, the processors are needed elsewhere.
    @Test func runsGoAloneWhereWorkersLoseTheirProcessors() async {
        await #expect(processExitsWith: .success) {
            Threads.count = 2
            let late = Counter()
            var instruction = Instruction { part, _ in
                // Every part but the first sleeps; the first waits for another to have started.
                if late.value.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue == 0 {
                    while late.value.load(ordering: .acquiring) < 2 { rv_pause() }
                } else {
                    usleep(5_000)
                }
            }
            (instruction.partLimit, instruction.cost) = (2, 200_000)
            let replay = ThreadedRun([instruction])
            var team = replay.begin()
            #expect(team == 2)
            // Either the caller sleeps, in which case its own time is no evidence, or the worker does.
            for _ in 0..<1_000 where team == 2 {
                late.value.store(0, ordering: .releasing)
                replay.run(0, team: &team)
            }
            #expect(team == 1)
            #expect(replay.begin() == 1)
        }
    }

    @Test func theEnvironmentChoosesTheNumber() async {
        await #expect(processExitsWith: .success) {
            setenv("REVERIE_THREADS", "7", 1)
            #expect(Threads.count == 7)
        }
        await #expect(processExitsWith: .success) {
            setenv("REVERIE_THREADS", "many", 1)
            #expect(Threads.count == min(rv_processors(), Threads.limit))
        }
        await #expect(processExitsWith: .failure) { Threads.count = 0 }
    }

    #if os(Linux)
        /// As under `taskset -c 0`.
        @Test func oneProcessorIsOneThread() async {
            await #expect(processExitsWith: .success) {
                unsetenv("REVERIE_THREADS")
                typealias Setter = @convention(c) (Int32, Int, UnsafePointer<UInt64>) -> Int32
                let symbol = try #require(dlsym(nil, "sched_setaffinity"))
                var first = [UInt64](repeating: 0, count: 16)
                first[0] = 1
                try #require(unsafeBitCast(symbol, to: Setter.self)(0, 128, &first) == 0)
                #expect(Threads.count == 1)
                let alone = try TrainingStep.convolutional.trace(replays: 3) { $0.run() }
                // More threads than processors only take longer.
                Threads.count = 3
                #expect(try TrainingStep.convolutional.trace(replays: 3) { $0.run() } == alone)
            }
        }

        @Test(arguments: TrainingStep.allCases)
        func replaysOnSeveralThreadsAllocateNothing(_ step: TrainingStep) async {
            await #expect(processExitsWith: .success) { [step] in
                Threads.count = 2
                var options = try PlanOptions()
                options.leastPart = 0
                let (plan, _) = try step.plan(options)
                for _ in 0..<20 { plan.run() }
                let before = plan.output(0)[0]
                withoutMemory { for _ in 0..<50 { plan.run() } }
                #expect(plan.output(0)[0] != before)
            }
        }
    #endif
}

/// A number that threads share.
private final class Counter: Sendable {
    let value = Atomic(0)
}
