import Environments

/// When an agent with replay learns: after every so many steps a round of updates, from a first step on.
struct UpdateRounds: Hashable, Sendable {
    /// Steps between rounds, counted from the first step.
    let every: Int
    /// Updates of a round; −1: as many as steps were played.
    let updates: Int
    /// Rounds are left out up to this step.
    let start: Int

    /// Environment steps so far.
    private(set) var steps = 0
    /// Steps since the last round was due, whether or not learning had started.
    private var pending = 0

    init(every: Int, updates: Int, start: Int) { (self.every, self.updates, self.start) = (every, updates, start) }

    /// Whether actions are still random.
    var isBeforeStart: Bool { steps < start }

    /// Counts steps of all environments.
    ///
    /// - Returns: the updates that are due.
    mutating func played(_ count: Int) -> Int {
        steps += count
        pending += count
        guard pending >= every else { return 0 }
        defer { pending = 0 }
        return steps > start ? updates < 0 ? pending : updates : 0
    }

    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&steps, in: 0...1 << 62)
        try coder.code(&pending, in: 0...every - 1)
    }
}
