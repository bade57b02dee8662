import Foundation
import Synchronization
import Testing

@testable import TensorCore

/// Eager evaluation: its values, its cache of plans, long graphs, and threads.
@Suite struct EvaluationTests {
    @Test func valuesStayWithTheirTensor() throws {
        let x = Tensor([1.0, 2, 3])
        let y = (x * 2).sum()
        #expect(try y.item() == 12)
        #expect(try y.item() == 12)
        #expect(try (y + x).floats() == [13, 14, 15])
    }

    /// Graphs with the same structure share a plan; their numbers don't mix.
    @Test func oneStructureManyValues() throws {
        let state = Variable([0], shape: [1])
        for step in 0..<200 {
            let x = Tensor([Float(step), 1], shape: [2])
            state.set([Float(step)])
            #expect(try (x * 3 + state.tensor).floats() == [Float(4 * step), Float(3 + step)])
        }
    }

    /// More structures than the cache keeps, twice over: dropped plans are made again.
    @Test func moreStructuresThanAreKept() throws {
        for _ in 0..<2 {
            for length in 1...100 { #expect(try Tensor.ones([length]).sum().item() == Float(length)) }
        }
    }

    @Test func integersAndViews() throws {
        let x = Tensor([3, 1, 2] as [Int32])
        #expect(try x.integers() == [3, 1, 2])
        #expect(try x.reshaped(to: [3, 1]).permuted([1, 0]).integers() == [3, 1, 2])
        #expect(try x.broadcast(to: [2, 3]).integers() == [3, 1, 2, 3, 1, 2])
        #expect(try x.asFloat().floats() == [3, 1, 2])
        #expect(try Tensor([1.0, 9, 3]).argmax().integers() == [1])
    }

    /// Neither walking nor releasing a graph may need stack in proportion to its depth.
    @Test func longChainsAreEvaluated() throws {
        var x = Tensor([0.0, 1])
        for _ in 0..<100_000 { x = x + 1 }
        #expect(try x.floats() == [100_000, 100_001])
    }

    @Test func longChainsOfSharedNodesAreEvaluated() throws {
        var x = Tensor([3.0, 4])
        for _ in 0..<30_000 { x = (x + x) * 0.5 }
        #expect(try x.floats() == [3, 4])
    }

    @Test func longChainsAreReleased() {
        var chain = Tensor(1)
        for _ in 0..<1_000_000 { chain = -chain }
        var diamonds = Tensor(1)
        for _ in 0..<1_000_000 { diamonds = diamonds + diamonds }
        #expect(chain.shape == diamonds.shape)
        chain = Tensor(0)
        diamonds = Tensor(0)
        #expect(chain.shape == [])
    }

    @Test func gradientsOfLongChains() throws {
        let x = Tensor([1.0, 2])
        var y = x
        for _ in 0..<10_000 { y = y * 1 + x }
        #expect(try gradients(of: y.sum(), withRespectTo: [x])[0].floats() == [10_001, 10_001])
    }

    /// A thread's result, or a program, passed to another thread that is its only user from then on.
    private struct Carried<Value>: @unchecked Sendable {
        let value: Value
    }

    @Test func programsRunOnAnotherThread() throws {
        let state = Variable([1], shape: [1])
        let program = Program("carried", inputs: [.float32(8, 8)], seed: 3) { inputs in
            try state.assign(state.tensor + 1)
            return [inputs[0].matmul(inputs[0]) + state.tensor, .randomNormal([4])]
        }
        let plan = try program.plan()
        _ = plan.input(0).update(fromContentsOf: numbers(64, seed: 1).map { Float($0) })
        plan.run()
        let here = [Array(plan.output(0)), Array(plan.output(1))]
        state.set([1])
        program.randomState.counter = 0
        let carried = Carried(value: plan)
        let there = Mutex<[[Float]]>([])
        let thread = Thread {
            carried.value.run()
            there.withLock { $0 = [Array(carried.value.output(0)), Array(carried.value.output(1))] }
        }
        thread.start()
        while !thread.isFinished { Thread.sleep(forTimeInterval: 0.001) }
        #expect(there.withLock { $0 } == here)
        #expect(state.values == [2])
    }

    @Test func threadsEvaluateAtOnce() {
        let wrong = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            for step in 0..<200 {
                let x = Tensor([Float(thread), Float(step)])
                let sum = try? (x * 2 + 1).sum().item()
                if sum != Float(2 * thread + 2 * step + 2) { wrong.withLock { $0 += 1 } }
            }
        }
        #expect(wrong.withLock { $0 } == 0)
    }
}
