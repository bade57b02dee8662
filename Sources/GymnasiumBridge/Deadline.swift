import Glibc

/// A moment until which something is waited for.
struct Deadline {
    /// How long that was at first.
    let seconds: Double
    private let end: timespec

    /// So many seconds from now.
    init(seconds: Double) {
        self.seconds = seconds
        var time = Self.now
        let whole = seconds.rounded(.down)
        time.tv_sec += Int(whole)
        time.tv_nsec += Int((seconds - whole) * 1e9)
        end = time
    }

    private static var now: timespec {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time
    }

    /// What is left, at least 0.
    var milliseconds: Int32 {
        let now = Self.now
        let rest = (end.tv_sec - now.tv_sec) * 1000 + (end.tv_nsec - now.tv_nsec) / 1_000_000
        return Int32(clamping: max(rest, 0))
    }
}
