import Glibc

/// The moment at which a wait gives up.
struct Deadline {
    /// The length of the whole wait.
    let seconds: Double
    private let start: Int
    private let end: Int

    /// A deadline `seconds` from now.
    init(seconds: Double) {
        self.seconds = seconds
        start = Self.now
        end = start + Int(seconds * 1e9)
    }

    /// Nanoseconds of the monotonic clock.
    private static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// Nanoseconds since the wait began.
    var elapsed: Int { Self.now - start }

    var isOver: Bool { Self.now >= end }

    /// The remaining time, at least 0, rounded up.
    var milliseconds: Int32 { Int32(clamping: max((end - Self.now + 999_999) / 1_000_000, 0)) }
}
