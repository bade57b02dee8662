import Glibc

/// A moment until which something is waited for.
struct Deadline {
    /// How long that was at first.
    let seconds: Double
    private let start: Int
    private let end: Int

    /// So many seconds from now.
    init(seconds: Double) {
        self.seconds = seconds
        start = Self.now
        end = start + Int(seconds * 1e9)
    }

    /// Nanoseconds of a clock that is never set.
    private static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// Nanoseconds since this was made.
    var elapsed: Int { Self.now - start }

    /// Whether the moment has come.
    var isOver: Bool { Self.now >= end }

    /// What is left, at least 0, rounded up.
    var milliseconds: Int32 { Int32(clamping: max((end - Self.now + 999_999) / 1_000_000, 0)) }
}
