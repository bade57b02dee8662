import Foundation
import Synchronization
import TestSupport
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// The plans of whole training steps: their units, memory, allocations, and the same bits everywhere.
@Suite struct TrainingStepTests {
    private static func steps(fused: Bool = true) throws -> [TrainingStep] {
        let options = try PlanOptions(fused: fused)
        return [.deepQ(hidden: 128, options: options), .autoencoder(options: options)]
    }

    /// Snapshots: a change of planning shows here, for better or worse.
    @Test func units() throws {
        let fused = try Self.steps().map { try $0.program.plan().steps }
        #expect(fused.map(\.count) == [32, 40])
        #expect(fused.map { $0.filter { $0.name.hasPrefix("matmul") }.count } == [11, 14])
        // One group per parameter: the whole of Adam.
        #expect(fused.map { $0.filter { $0.name.contains("squareRoot · divide · add · divide") }.count } == [6, 10])
        let plain = try Self.steps(fused: false).map { try $0.program.plan().steps }
        #expect(plain.map(\.count) == [144, 204])
        for (fused, plain) in zip(fused, plain) {
            let flops = [fused, plain].map { steps -> Int in steps.map(\.flops).reduce(0, +) }
            let bytes = [fused, plain].map { steps -> Int in steps.map(\.bytes).reduce(0, +) }
            #expect(flops[0] == flops[1] && bytes[0] < bytes[1])
        }
    }

    @Test func arenas() throws {
        let fused = try Self.steps().map { try $0.program.plan() }
        #expect(fused.map(\.arenaBytes) == [165_440, 2_816_192])
        let plain = try Self.steps(fused: false).map { try $0.program.plan() }
        for (fused, plain) in zip(fused, plain) {
            let intermediates = plain.steps.map { $0.shape.elementCount * 4 }.reduce(0, +)
            #expect(plain.arenaBytes < intermediates / 4)
            #expect(fused.arenaBytes <= plain.arenaBytes)
        }
    }

    /// In a separate process, so that no other test allocates at the same time.
    @Test func runsDoNotFillTheHeap() async {
        await #expect(processExitsWith: .success) {
            for step in try TrainingStepTests.steps() {
                let plan = try step.program.plan()
                TrainingStep.fill(plan)
                for _ in 0..<3 { plan.run() }
                let before = try #require(heapBytesInUse())
                for _ in 0..<(step.variables.count == 6 ? 1_000 : 30) { plan.run() }
                let growth = try #require(heapBytesInUse()) - before
                // Libraries may keep another buffer for themselves, but nothing per run.
                #expect(growth < 4_096)
            }
        }
    }

    /// The bits of a step's variables and losses after some replays.
    private static func bits(_ step: TrainingStep, replays: Int) throws -> [[UInt32]] {
        let plan = try step.program.plan()
        TrainingStep.fill(plan)
        var losses: [Float] = []
        for _ in 0..<replays {
            plan.run()
            losses.append(plan.output(0)[0])
        }
        return (step.variables.map(\.values) + [losses]).map { $0.map(\.bitPattern) }
    }

    @Test func theSameBitsTwiceAndUnfused() throws {
        let first = try Self.steps().map { try Self.bits($0, replays: 10) }
        #expect(try Self.steps().map { try Self.bits($0, replays: 10) } == first)
        #expect(try Self.steps(fused: false).map { try Self.bits($0, replays: 10) } == first)
    }

    @Test func theSameBitsOnTwoThreadsAtOnce() throws {
        let first = try Self.steps().map { try Self.bits($0, replays: 10) }
        let others = Mutex<[[[[UInt32]]]]>([])
        DispatchQueue.concurrentPerform(iterations: 2) { _ in
            let bits = try? Self.steps().map { try Self.bits($0, replays: 10) }
            others.withLock { $0.append(bits ?? []) }
        }
        #expect(others.withLock { $0 } == [first, first])
    }

    @Test func theSameBitsByEveryInstructionSet() throws {
        let tables = ["x86-64-v3", "x86-64-v4", "portable"].compactMap(KernelTable.named)
        let results = try tables.map { kernels in
            try Self.bits(.deepQ(hidden: 128, options: PlanOptions(kernels: kernels)), replays: 10)
        }
        #expect(results.allSatisfy { $0 == results[0] })
    }

    /// Losses decrease on a fixed minibatch, which is the purpose of a step.
    @Test func stepsLearn() throws {
        for step in try Self.steps() {
            let plan = try step.program.plan()
            TrainingStep.fill(plan)
            plan.run()
            let first = plan.output(0)[0]
            for _ in 0..<50 { plan.run() }
            #expect(plan.output(0)[0] < 0.9 * first)
        }
    }
}
