import CKernels
import Foundation
import Synchronization

/// The number of threads that a plan's run or a batch's step may use; results have the same bits whatever their number.
public enum Threads {
    /// The maximum of ``count``.
    public static let limit = 64

    private static let chosen = Atomic(initialCount)

    /// The number of threads of a run, the calling one included: from 1 to ``limit``.
    ///
    /// The default is the environment variable `REVERIE_THREADS`, or else the number of processors that the process may
    /// use, so that `taskset -c 0` gives 1. A plan has working memory for as many threads as this was when it was made,
    /// and uses no more than that.
    public static var count: Int {
        get { chosen.load(ordering: .relaxed) }
        set {
            precondition((1...limit).contains(newValue), "threads: \(newValue) must be in 1...\(limit)")
            chosen.store(newValue, ordering: .relaxed)
        }
    }

    /// The environment variable's name.
    public static let variable = "REVERIE_THREADS"

    /// The environment variable's value if it is no number of threads; it is ignored then.
    public static var unusableVariable: String? {
        guard let text = ProcessInfo.processInfo.environment[variable], !text.isEmpty else { return nil }
        return Int(text).map { (1...limit).contains($0) } ?? false ? nil : text
    }

    private static var initialCount: Int {
        let wished = ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
        return min(max(wished ?? rv_processors(), 1), limit)
    }
}
