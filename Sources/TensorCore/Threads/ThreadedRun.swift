import CKernels
import Parallel

/// A plan's instructions with the working memory of the threads that run them.
final class ThreadedRun {
    let count: Int
    /// The size of the working memory of all threads, in bytes.
    let scratchBytes: Int
    let instructions: UnsafeMutablePointer<Instruction>
    private let scratch: UnsafeMutableRawPointer
    /// The distance between the working memories of two threads, in bytes.
    private let stride: Int
    /// The number of threads that have working memory.
    private let threads: Int

    /// Whether the divided instructions justify waking the threads.
    private let isWorthWaking: Bool

    /// Plans for ``Threads/count`` threads, or for one if no instruction justifies more.
    init(_ list: [Instruction]) {
        count = list.count
        instructions = .allocate(capacity: list.count)
        instructions.initialize(from: list, count: list.count)
        threads = min(Threads.count, list.map(\.partLimit).max() ?? 1)
        isWorthWaking = list.filter { $0.partLimit > 1 }.map(\.cost).reduce(0, +) > PartCost.worthWaking
        stride = ((list.map(\.scratchBytes).max() ?? 0) + 63) / 64 * 64
        scratchBytes = threads * stride
        scratch = HostArray.allocate(bytes: scratchBytes)
    }

    deinit {
        instructions.deinitialize(count: count)
        instructions.deallocate()
        scratch.deallocate()
    }

    /// The number of threads for a run, until ``end(team:)``: one if another run has the other threads, or if they have
    /// no processor.
    func begin() -> Int {
        guard threads > 1 else { return 1 }
        let team = min(threads, Threads.count)
        return team > 1 && ThreadPool.shared.enter(team: team, isWorthWaking: isWorthWaking) ? team : 1
    }

    func end(team: Int) {
        if team > 1 { ThreadPool.shared.leave() }
    }

    /// Runs one instruction. The team is reduced to one if the other threads turn out to have no processor.
    @inline(__always)
    func run(_ index: Int, team: inout Int) {
        let parts = min(team, instructions[index].partLimit)
        if parts == 1 {
            instructions[index].body(.whole, scratch.assumingMemoryBound(to: Float.self))
        } else if !ThreadPool.shared.run(
            Instruction.body(of: instructions + index), cost: instructions[index].cost, parts: parts, scratch: scratch,
            stride: stride)
        {
            end(team: team)
            team = 1
        }
    }
}
