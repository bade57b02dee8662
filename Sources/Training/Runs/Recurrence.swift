/// Something that is due at regular steps.
struct Recurrence {
    /// Steps from one time to the next.
    let interval: Int
    /// The step from which it is due again.
    private(set) var next: Int

    /// Due every `interval` steps, from step `next` on; a new run, whose `next` is 0, has one interval to go.
    init(every interval: Int, next: Int) { (self.interval, self.next) = (interval, max(interval, next)) }

    /// Whether it is due at `step`; the next time is then the first multiple of the interval behind it.
    mutating func isDue(at step: Int) -> Bool {
        guard step >= next else { return false }
        while next <= step { next += interval }
        return true
    }
}
