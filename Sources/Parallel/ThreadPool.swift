import CKernels
import Foundation
import Synchronization

/// Work that may be done in parts at the same time, each with its thread's own working memory, which is aligned to 64
/// bytes. The bits of the result don't depend on the number of parts.
///
/// A structure around the closure, because a bare closure has a different layout when a pointer leads to it.
public struct PartBody {
    private let body: (_ part: rv_part, _ scratch: UnsafeMutablePointer<Float>) -> Void

    /// Makes work from a closure that does one part.
    public init(_ body: @escaping (_ part: rv_part, _ scratch: UnsafeMutablePointer<Float>) -> Void) {
        self.body = body
    }

    /// Does one part.
    public func callAsFunction(_ part: rv_part, _ scratch: UnsafeMutablePointer<Float>) { body(part, scratch) }
}

extension rv_part {
    /// All of the work as one part.
    public static let whole = rv_part(index: 0, count: 1)

    /// The part's share of the given number of items.
    public func range(of items: Int) -> Range<Int> { items * index / count..<items * (index + 1) / count }
}

/// The process's threads for parts of work: worker 0 is the caller; the others wait for work as long as the process
/// lives.
///
/// Work is offered as a ticket from which everyone takes parts, the caller included: a worker that is late, or that the
/// system doesn't run, gets none and is not waited for. Only one run at a time has the pool; a concurrent one runs
/// alone, so that nobody waits for the pool. If the caller has to wait for long, others need the processors, and runs
/// are done alone for a while.
///
/// `@unchecked Sendable`: everything that isn't atomic belongs to the thread that has entered; workers read `work` only
/// while they hold a part, and it changes only when there are none.
public final class ThreadPool: @unchecked Sendable {
    /// The process's only pool.
    public static let shared = ThreadPool()

    /// How long a worker waits for work before it sleeps, in nanoseconds: it stays awake between the steps of a
    /// training loop, because waking it takes ten microseconds of the caller's time.
    private static let patience: UInt64 = 500_000
    /// The number of pauses while waiting, some tens of microseconds, before yielding the processor: the thread that is
    /// waited for may need it.
    private static let pausesBeforeYielding = 1_000
    /// How long the caller may wait for parts in a run, in nanoseconds, in addition to a share of the work in parts.
    private static let allowance = 200_000.0
    private static let allowedShare = 0.25
    /// The initial and maximum time for which runs are done alone after the caller waited too long, in nanoseconds.
    private static let solitude: ClosedRange<UInt64> = 20_000_000...200_000_000

    private let ticket = Atomic<UInt64>(0)
    private let finished = Atomic(0)
    /// One bit for each sleeping worker.
    private let sleeping = Atomic<UInt64>(0)
    private let isTaken = Atomic(false)
    private let sleep = NSCondition()
    private var work: Work?
    private var team = 1
    /// Whether sleeping workers should be woken.
    private var wakes = true
    /// The number of threads started, and of those in use, the caller included.
    private var started = 1
    private let ready = Atomic(1)
    private var lastLeft: UInt64 = 0
    /// The nanoseconds of this run that the caller has waited, and those of work in parts.
    private var waited = 0.0
    private var shared = 0.0
    /// When runs may have company again, and how long they last had to be done alone.
    private var aloneUntil: UInt64 = 0
    private var lastAlone: UInt64 = 0

    /// Parts of the work on offer, of which `next` is the first that nobody has taken yet.
    ///
    /// Taking one is a compare-and-swap on this exact value, so that nobody takes a part of work that they don't know.
    private struct Ticket {
        var bits: UInt64

        init(bits: UInt64) { self.bits = bits }

        init(after last: Ticket, parts: Int, team: Int) {
            bits = (last.bits >> 40 &+ 1) << 40 | UInt64(team) << 32 | UInt64(parts) << 16
        }

        var parts: Int { Int(bits >> 16 & 0xFFFF) }
        var next: Int { Int(bits & 0xFFFF) }
        /// Whether there is a part for this worker.
        func isFor(_ worker: Int) -> Bool { next < parts && worker < Int(bits >> 32 & 0xFF) }
        var taken: Ticket { Ticket(bits: bits + 1) }
    }

    /// The work of the ticket, and everyone's working memory.
    private struct Work {
        var body: UnsafePointer<PartBody>
        var scratch: UnsafeMutableRawPointer
        /// The distance between the working memories of two workers, in bytes.
        var stride: Int

        func run(_ part: rv_part, worker: Int) {
            body.pointee(part, (scratch + worker * stride).assumingMemoryBound(to: Float.self))
        }
    }

    private static var now: UInt64 { DispatchTime.now().uptimeNanoseconds }

    /// Takes the pool for work in up to `team` parts.
    ///
    /// Sleeping workers are woken if it is worth it, or if the last run was a short time ago: they stay awake between
    /// the runs of a training loop. Otherwise only those that are awake help.
    ///
    /// - Returns: false if the run has to be done alone.
    public func enter(team: Int, isWorthWaking: Bool) -> Bool {
        guard !isTaken.exchange(true, ordering: .acquiring) else { return false }
        if aloneUntil > 0 {
            let now = Self.now
            guard now >= aloneUntil else {
                isTaken.store(false, ordering: .releasing)
                return false
            }
            // An equally long time without trouble resets the penalty.
            if now >= aloneUntil + lastAlone { (aloneUntil, lastAlone) = (0, 0) }
        }
        while started < team, startWorker() {}
        guard started > 1 else {
            leave()
            return false
        }
        (self.team, wakes, waited, shared) = (min(team, started), true, 0, 0)
        let asleep = sleeping.load(ordering: .relaxed) & members
        if asleep != 0 {
            wakes = isWorthWaking || Self.now - lastLeft < Self.patience
            guard wakes || asleep != members else {
                leave()
                return false
            }
            wake()
        }
        return true
    }

    /// Starts one more thread, and waits until it has all the memory that it needs.
    ///
    /// - Returns: false if the system refuses.
    private func startWorker() -> Bool {
        var thread = pthread_t()
        let error = pthread_create(
            &thread, nil,
            { worker in
                ThreadPool.shared.serve(as: Int(bitPattern: worker))
                return nil
            }, UnsafeMutableRawPointer(bitPattern: started))
        guard error == 0 else { return false }
        started += 1
        while ready.load(ordering: .acquiring) < started { sched_yield() }
        return true
    }

    /// Gives the pool back.
    public func leave() {
        lastLeft = Self.now
        isTaken.store(false, ordering: .releasing)
    }

    /// Runs work in the given number of parts, and returns when all are done. The pool must have been entered.
    ///
    /// - Parameters:
    ///   - body: does one part.
    ///   - cost: the approximate time in nanoseconds that one thread would take for all parts.
    ///   - parts: the number of parts.
    ///   - scratch: the working memory of all threads.
    ///   - stride: the distance between the working memories of two threads, in bytes.
    /// - Returns: false if the pool has to be left, because the processors are needed elsewhere.
    public func run(
        _ body: UnsafePointer<PartBody>, cost: Double, parts: Int, scratch: UnsafeMutableRawPointer, stride: Int
    ) -> Bool {
        let work = Work(body: body, scratch: scratch, stride: stride)
        self.work = work
        finished.store(0, ordering: .relaxed)
        let last = Ticket(bits: ticket.load(ordering: .relaxed))
        ticket.store(Ticket(after: last, parts: parts, team: team).bits, ordering: .sequentiallyConsistent)
        wake()
        var own = 0
        while let part = takePart(0) {
            work.run(part, worker: 0)
            own += 1
        }
        shared += cost
        return join(parts - own)
    }

    /// Waits for the given number of parts that workers have taken.
    private func join(_ parts: Int) -> Bool {
        for _ in 0..<Self.pausesBeforeYielding {
            if finished.load(ordering: .acquiring) == parts { return true }
            rv_pause()
        }
        let start = Self.now
        while finished.load(ordering: .acquiring) < parts { sched_yield() }
        let end = Self.now
        waited += Double(end - start)
        guard waited > Self.allowance + Self.allowedShare * shared else { return true }
        lastAlone = min(max(2 * lastAlone, Self.solitude.lowerBound), Self.solitude.upperBound)
        aloneUntil = end + lastAlone
        return false
    }

    /// The bits of the team's workers; bit 0 would be the caller's.
    private var members: UInt64 { ~(~UInt64(1) << UInt64(team - 1)) & ~1 }

    private func wake() {
        guard wakes, sleeping.load(ordering: .sequentiallyConsistent) & members != 0 else { return }
        sleeping.bitwiseAnd(~members, ordering: .sequentiallyConsistent)
        // A worker that has announced its sleep, but does not sleep yet, looks at the ticket first.
        sleep.lock()
        sleep.unlock()
        sleep.broadcast()
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

    /// The main loop of a worker.
    private func serve(as worker: Int) {
        _ = (rv_flush_subnormals(), Self.now)
        ready.wrappingAdd(1, ordering: .releasing)
        let bit: UInt64 = 1 << UInt64(worker)
        while true {
            if let part = awaitPart(worker) {
                work!.run(part, worker: worker)
                finished.wrappingAdd(1, ordering: .releasing)
            } else {
                sleep.lock()
                sleeping.bitwiseOr(bit, ordering: .sequentiallyConsistent)
                if !Ticket(bits: ticket.load(ordering: .sequentiallyConsistent)).isFor(worker) { sleep.wait() }
                sleeping.bitwiseAnd(~bit, ordering: .sequentiallyConsistent)
                sleep.unlock()
            }
        }
    }

    /// A part of the work; nil if there was none for a while.
    private func awaitPart(_ worker: Int) -> rv_part? {
        for _ in 0..<Self.pausesBeforeYielding {
            if let part = takePart(worker) { return part }
            rv_pause()
        }
        let start = Self.now
        while worker < Threads.count && Self.now - start < Self.patience {
            for _ in 0..<32 {
                if let part = takePart(worker) { return part }
                rv_pause()
            }
            sched_yield()
        }
        return nil
    }
}
