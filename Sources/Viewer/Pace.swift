/// Turns passing time into time steps, and measures the pace that was kept. Times are in seconds on any steady clock.
struct Pace {
    private var last: Double?
    /// Steps that are due but not yet made, mostly a fraction; below 0 while a step is held.
    private var debt = 0.0
    /// The steps made since each of the latest moments, for at most ``window`` seconds.
    private var history: [(time: Double, steps: Int)] = []
    private static let window = 1.0
    /// A pace is not judged before so many seconds.
    private static let shortest = 0.5

    /// The steps due at `now`; `Int.max` without a limit. `rate` is in steps a second.
    mutating func due(at now: Double, rate: Double) -> Int {
        defer { last = now }
        if rate == .infinity { return .max }
        // After a stop (a dragged window, a suspended machine) time goes on from here instead of racing.
        debt += min(now - (last ?? now), 0.25) * rate
        return max(0, Int(debt))
    }

    /// Notes `made` steps of the `due` at `now`; those left are given up, so that a slow scene doesn't fall behind
    /// further and further.
    mutating func made(_ made: Int, of due: Int, at now: Double) {
        if due < .max { debt -= Double(due) }
        // Time in which nothing was due says nothing of the pace.
        guard debt >= 0 else { return }
        history.append((now, made))
        let start = history.lastIndex { $0.time <= now - Pace.window } ?? 0
        history.removeFirst(start)
    }

    /// Lets the time of so many steps pass before the next one is due.
    mutating func hold(steps: Double) {
        debt = -steps
        history.removeAll(keepingCapacity: true)
    }

    /// The steps a second over the last second or so; nil while too little time has passed.
    var rate: Double? {
        guard let first = history.first, let last = history.last, last.time - first.time >= Pace.shortest else {
            return nil
        }
        return Double(history.dropFirst().reduce(0) { $0 + $1.steps }) / (last.time - first.time)
    }

    /// Forgets what happened before a pause or a change of speed.
    mutating func restart() { self = Pace() }
}
