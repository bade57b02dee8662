import CKernels
import Foundation

/// The same work for each of many rows, shared by the process's threads: made once and run often.
///
/// The first runs, and some later ones, are timed on one thread, which determines the number of parts. Running
/// allocates nothing. A loop belongs to one thread at a time.
public final class SharedRows {
    /// The number of rows.
    public let count: Int
    /// The maximum number of parts per run; by default it follows from the measured time.
    public var partLimit: Int?

    private let body: UnsafeMutablePointer<PartBody>
    // The calling thread's treatment of subnormal numbers, which applies to all parts: the pool's own threads have a
    // different one.
    private let mode: UnsafeMutablePointer<UInt32>
    private let rows: (Range<Int>) -> Void
    private var runs = 0
    private var nanoseconds = Double.infinity

    /// The minimum nanoseconds of a part: a run distributes parts once, and each thread finds its rows where it left
    /// them.
    private static let leastPart = 5_000.0
    private static let period = 1024
    private static let timedRuns = 3

    /// A loop over `count` rows, in which `rows` processes a range; ranges may be processed at the same time.
    ///
    /// - Precondition: `count` is positive.
    public init(count: Int, _ rows: @escaping (Range<Int>) -> Void) {
        precondition(count > 0, "a loop needs at least 1 row, given \(count)")
        (self.count, self.rows) = (count, rows)
        mode = .allocate(capacity: 1)
        mode.initialize(to: 0)
        body = .allocate(capacity: 1)
        body.initialize(
            to: PartBody { [mode] part, _ in
                let own = rv_flush_subnormals()
                rv_restore_mode(mode.pointee)
                rows(part.range(of: count))
                rv_restore_mode(own)
            })
    }

    deinit {
        body.deinitialize(count: 1)
        body.deallocate()
        mode.deallocate()
    }

    /// Processes all rows.
    public func run() {
        defer { runs &+= 1 }
        if partLimit == nil, runs % Self.period < Self.timedRuns { return runTimed() }
        let parts = min(partLimit ?? PartCost.limit(nanoseconds, least: Self.leastPart), Threads.count, count)
        guard parts > 1, ThreadPool.shared.enter(team: parts, isWorthWaking: nanoseconds > PartCost.worthWaking) else {
            rows(0..<count)
            return
        }
        defer { ThreadPool.shared.leave() }
        mode.pointee = rv_flush_subnormals()
        rv_restore_mode(mode.pointee)
        // Only a run with several pieces of work would have to know that the pool is needed elsewhere.
        _ = ThreadPool.shared.run(body, cost: min(nanoseconds, 1e9), parts: parts, scratch: body, stride: 0)
    }

    private func runTimed() {
        let start = DispatchTime.now().uptimeNanoseconds
        rows(0..<count)
        let elapsed = Double(DispatchTime.now().uptimeNanoseconds - start)
        nanoseconds = runs % Self.period == 0 ? elapsed : min(nanoseconds, elapsed)
    }
}
