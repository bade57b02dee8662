/// Something that is due at regular steps.
struct Recurrence {
    /// The number of steps between two occurrences.
    let interval: Int
    /// The step at which it is due next.
    private(set) var next: Int

    /// Due every `interval` steps, from step `next` on; in a new run, where `next` is 0, from `interval` on.
    init(every interval: Int, next: Int) { (self.interval, self.next) = (interval, max(interval, next)) }

    /// Whether it is due at `step`; it is then due next at the first multiple of the interval after that.
    mutating func isDue(at step: Int) -> Bool {
        guard step >= next else { return false }
        while next <= step { next += interval }
        return true
    }
}
