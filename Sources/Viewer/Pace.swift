/// Converts elapsed time to time steps, and measures the actual pace. Times are in seconds on any steady clock.
struct Pace {
    private var last: Double?
    /// Steps that are due but not made yet, mostly a fraction; negative while a step is held.
    private var debt = 0.0
    /// The steps made at each of the latest moments, for at most ``window`` seconds.
    private var history: [(time: Double, steps: Int)] = []
    private static let window = 1.0
    /// A pace is not measured over fewer seconds than this.
    private static let shortest = 0.5

    /// The number of steps due at `now`; `Int.max` without a limit. `rate` is in steps per second.
    mutating func due(at now: Double, rate: Double) -> Int {
        defer { last = now }
        if rate == .infinity { return .max }
        // After a stop (a dragged window, a suspended machine) time continues from here instead of racing.
        debt += min(now - (last ?? now), 0.25) * rate
        return max(0, Int(debt))
    }

    /// Records that `made` of the `due` steps were made at `now`; the others are dropped, so that a slow scene doesn't
    /// fall further and further behind.
    mutating func made(_ made: Int, of due: Int, at now: Double) {
        if due < .max { debt -= Double(due) }
        // Time in which nothing was due says nothing about the pace.
        guard debt >= 0 else { return }
        history.append((now, made))
        let start = history.lastIndex { $0.time <= now - Pace.window } ?? 0
        history.removeFirst(start)
    }

    /// Lets the time of the given number of steps pass before the next one is due.
    mutating func hold(steps: Double) {
        debt = -steps
        history.removeAll(keepingCapacity: true)
    }

    /// The steps per second over about the last second; nil until enough time has passed.
    var rate: Double? {
        guard let first = history.first, let last = history.last, last.time - first.time >= Pace.shortest else {
            return nil
        }
        return Double(history.dropFirst().reduce(0) { $0 + $1.steps }) / (last.time - first.time)
    }

    /// Forgets everything before a pause or a change of speed.
    mutating func restart() { self = Pace() }
}
