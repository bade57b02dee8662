import CKernels
import Foundation
import Synchronization

/// The process's threads for the parts of instructions: worker 0 is the caller, the others wait for work all their life.
///
/// Work is offered as a ticket that everyone takes parts from, the caller too: a worker that is late, or that the system
/// doesn't run, gets none and is not waited for. One run at a time has the pool; another one at the same time goes
/// alone, so that nobody waits for the pool.
///
/// `@unchecked Sendable`: `work` is written between `enter` and `leave` by the one thread that entered, while no part is
/// taken, and read by those who took a part.
final class ThreadPool: @unchecked Sendable {
    static let shared = ThreadPool()

    /// Parts of the work on offer, of which `next` is the first that nobody has taken yet.
    ///
    /// Taking one is a change from exactly this value, so that nobody takes a part of work that they don't know of.
    private struct Ticket {
        var bits: UInt64

        init(bits: UInt64) { self.bits = bits }

        init(after last: Ticket, parts: Int, team: Int) {
            bits = (last.bits >> 40 &+ 1) << 40 | UInt64(team) << 32 | UInt64(parts) << 16
        }

        var team: Int { Int(bits >> 32 & 0xFF) }
        var parts: Int { Int(bits >> 16 & 0xFFFF) }
        var next: Int { Int(bits & 0xFFFF) }
        /// Whether there is a part for this worker.
        func isFor(_ worker: Int) -> Bool { next < parts && worker < team }
        var taken: Ticket { Ticket(bits: bits + 1) }
    }

    /// What the ticket is for: an instruction, and everyone's working memory.
    private struct Work {
        var instruction: UnsafePointer<Instruction>
        var scratch: UnsafeMutableRawPointer
        /// Bytes from one worker's working memory to the next one's.
        var stride: Int

        func run(_ part: Int, of parts: Int, worker: Int) {
            let own = (scratch + worker * stride).assumingMemoryBound(to: Float.self)
            instruction.pointee.body(rv_part(index: part, count: parts), own)
        }
    }

    /// How long a worker waits for work before it sleeps, in nanoseconds: waking it takes as long.
    private static let patience: UInt64 = 50_000

    private let ticket = Atomic<UInt64>(0)
    private let finished = Atomic(0)
    /// A bit for each worker that sleeps.
    private let sleeping = Atomic<UInt64>(0)
    private let isTaken = Atomic(false)
    private nonisolated(unsafe) var work: Work?
    /// Threads started, the caller included; the thread that has entered changes it.
    private nonisolated(unsafe) var started = 1
    private let sleep = NSCondition()

    /// Takes the pool for runs of teams of up to `count` threads, and wakes them.
    ///
    /// - Returns: false where another run has it.
    func enter(count: Int) -> Bool {
        guard !isTaken.exchange(true, ordering: .acquiring) else { return false }
        while started < count {
            let worker = started
            let thread = Thread { [self] in serve(as: worker) }
            thread.name = "reverie worker \(worker)"
            thread.start()
            started += 1
        }
        wake(team: count)
        return true
    }

    /// Gives the pool back.
    func leave() { isTaken.store(false, ordering: .releasing) }

    /// Runs an instruction in so many parts on a team of as many threads at most, and returns when all are done.
    func run(
        _ instruction: UnsafePointer<Instruction>, parts: Int, team: Int, scratch: UnsafeMutableRawPointer, stride: Int
    ) {
        let work = Work(instruction: instruction, scratch: scratch, stride: stride)
        self.work = work
        finished.store(0, ordering: .relaxed)
        let last = Ticket(bits: ticket.load(ordering: .relaxed))
        ticket.store(Ticket(after: last, parts: parts, team: team).bits, ordering: .sequentiallyConsistent)
        wake(team: team)
        var own = 0
        while let part = takePart(0)?.index {
            work.run(part, of: parts, worker: 0)
            own += 1
        }
        var waits = 0
        while finished.load(ordering: .acquiring) < parts - own {
            waits += 1
            // The processor may be needed by the thread that is waited for.
            if waits < 2_000 { rv_pause() } else { sched_yield() }
        }
    }

    private func wake(team: Int) {
        // Bit 0 would be the caller.
        guard sleeping.load(ordering: .sequentiallyConsistent) & ~(~1 << UInt64(team - 1)) != 0 else { return }
        sleep.withLock { sleep.broadcast() }
    }

    /// The next part, if there is one for this worker.
    @inline(__always)
    private func takePart(_ worker: Int) -> rv_part? {
        while true {
            let offered = Ticket(bits: ticket.load(ordering: .acquiring))
            guard offered.isFor(worker) else { return nil }
            let (taken, _) = ticket.compareExchange(
                expected: offered.bits, desired: offered.taken.bits, ordering: .acquiring)
            if taken { return rv_part(index: offered.next, count: offered.parts) }
        }
    }

    /// A worker's life.
    private func serve(as worker: Int) {
        _ = rv_flush_subnormals()
        while true {
            if let part = awaitPart(worker) {
                work!.run(part.index, of: part.count, worker: worker)
                finished.wrappingAdd(1, ordering: .releasing)
            } else {
                sleep.lock()
                sleeping.bitwiseOr(1 << UInt64(worker), ordering: .sequentiallyConsistent)
                if !Ticket(bits: ticket.load(ordering: .sequentiallyConsistent)).isFor(worker) { sleep.wait() }
                sleeping.bitwiseAnd(~(1 << UInt64(worker)), ordering: .sequentiallyConsistent)
                sleep.unlock()
            }
        }
    }

    /// A part of the work, or nil if there was none for a while.
    private func awaitPart(_ worker: Int) -> rv_part? {
        let start = DispatchTime.now().uptimeNanoseconds
        repeat {
            for _ in 0..<64 {
                if let part = takePart(worker) { return part }
                rv_pause()
            }
        } while worker < Threads.count
            && (isTaken.load(ordering: .relaxed) || DispatchTime.now().uptimeNanoseconds - start < Self.patience)
        return nil
    }
}
