/// How much work justifies another thread.
public enum PartCost {
    /// The minimum nanoseconds of a part. Distributing parts and waiting for them takes 350 if processors share a
    /// cache, and units of 2 µs gain a third then; if they don't (those of a virtual machine may be moved apart at any
    /// time) it takes some thousand, and fetching data that the other processor has written takes 30 per cache line.
    public static let least = 10_000.0

    /// The nanoseconds of work in parts that justify waking sleeping threads: waking takes the caller ten microseconds,
    /// and the threads start some tens of microseconds later.
    public static let worthWaking = 100_000.0

    /// The maximum number of parts that are worth making of work that takes one thread `nanoseconds`.
    public static func limit(_ nanoseconds: Double, least: Double = least) -> Int {
        guard least > 0 else { return Threads.limit }
        return min(max(1, Int(nanoseconds / least)), Threads.limit)
    }
}
