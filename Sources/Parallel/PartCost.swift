/// How much work of one thread another thread is worth.
public enum PartCost {
    /// Nanoseconds of a part at least. Handing parts out and waiting for them takes 350 where processors share a cache, and
    /// units of 2 µs gain a third there; where they don't (a virtual machine's may be moved apart at any time) it takes some
    /// thousand, and fetching what the other processor has written 30 for each line.
    public static let least = 10_000.0

    /// Nanoseconds of work in parts for which sleeping threads are woken: that takes the caller ten microseconds, and they
    /// come a few tens later.
    public static let worthWaking = 100_000.0

    /// The most parts that work of one thread's `nanoseconds` is worth cutting into.
    public static func limit(_ nanoseconds: Double, least: Double = least) -> Int {
        guard least > 0 else { return Threads.limit }
        return min(max(1, Int(nanoseconds / least)), Threads.limit)
    }
}
