/// Decides whether to poll for an answer or to sleep until it arrives: whichever has been faster lately.
///
/// Waking up on an idle machine takes some 20 µs, a tenth of a step of an Atari game. But polling occupies a processor,
/// and on a busy machine the child may be waiting for that very processor, which then takes many times as long. Both
/// are tried for a few steps from time to time, less often the more often sleeping was better.
struct Eagerness {
    /// Whether to poll in the next step.
    private(set) var isEager = false
    private var phase = Phase.sleeping
    private var steps = 0
    private var time = 0
    /// The mean time of a step during the trial of sleeping.
    private var sleepingTime = 0
    /// How long to keep the current choice, in nanoseconds.
    private var keeping = Self.shortest

    private enum Phase { case sleeping, asking, kept }

    private static let trial = 16
    private static let shortest = 500_000_000
    private static let longest = 16_000_000_000

    /// Records the time of a step, in nanoseconds.
    mutating func note(_ nanoseconds: Int) {
        steps += 1
        time += nanoseconds
        switch phase {
        case .sleeping:
            guard steps == Self.trial else { return }
            sleepingTime = time / steps
            begin(.asking, isEager: true)
        case .asking:
            let isLost = time > sleepingTime * Self.trial
            guard steps == Self.trial || isLost else { return }
            keeping = isLost ? min(2 * keeping, Self.longest) : Self.shortest
            begin(.kept, isEager: !isLost)
        case .kept:
            // Other programs may have begun to use the processors.
            if time > keeping || isEager && nanoseconds > 4 * sleepingTime { begin(.sleeping, isEager: false) }
        }
    }

    private mutating func begin(_ phase: Phase, isEager: Bool) {
        (self.phase, self.isEager) = (phase, isEager)
        (steps, time) = (0, 0)
    }
}
