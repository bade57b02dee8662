import CKernels
import Parallel

/// A plan's instructions with the working memory of the threads that run them.
final class Replay {
    let count: Int
    /// Bytes of working memory, of all threads.
    let scratchBytes: Int
    let instructions: UnsafeMutablePointer<Instruction>
    private let scratch: UnsafeMutableRawPointer
    /// Bytes from one thread's working memory to the next one's.
    private let stride: Int
    /// The threads that have working memory.
    private let threads: Int

    /// Whether the instructions in parts are worth the time of waking the threads.
    private let isWorthWaking: Bool

    /// Plans for ``Threads/count`` threads, or for one where no instruction is worth more.
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

    /// The threads for a run, which ``end(team:)`` lets go: one where another run has the others, or they have no
    /// processor.
    func begin() -> Int {
        guard threads > 1 else { return 1 }
        let team = min(threads, Threads.count)
        return team > 1 && ThreadPool.shared.enter(team: team, isWorthWaking: isWorthWaking) ? team : 1
    }

    func end(team: Int) {
        if team > 1 { ThreadPool.shared.leave() }
    }

    /// Runs one instruction. The team becomes one where the others turn out to have no processor.
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
