/// Whether whoever waits for an answer asks again and again or sleeps until it comes: whichever has been faster of late.
///
/// To be woken on an idle machine takes some 20 µs, a tenth of a step of an Atari game. But who asks again and again holds a
/// processor, and where others want the processors, too, the child may be waiting for that very one: then it takes many times
/// as long. Both are tried for some steps now and then, the more seldom the more often sleeping was better.
struct Eagerness {
    /// What to do in the next step.
    private(set) var isEager = false
    private var phase = Phase.sleeping
    private var steps = 0
    private var time = 0
    /// How long a step took while sleeping was tried.
    private var sleepingTime = 0
    /// How long what was found is kept, in nanoseconds.
    private var keeping = Self.shortest

    private enum Phase { case sleeping, asking, kept }

    private static let trial = 16
    private static let shortest = 500_000_000
    private static let longest = 16_000_000_000

    /// Takes note of a step's time in nanoseconds.
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
            // Others may have come for the processors.
            if time > keeping || isEager && nanoseconds > 4 * sleepingTime { begin(.sleeping, isEager: false) }
        }
    }

    private mutating func begin(_ phase: Phase, isEager: Bool) {
        (self.phase, self.isEager) = (phase, isEager)
        (steps, time) = (0, 0)
    }
}
