import Environments
import Experience

/// Which environment plays which candidate of a generation, and what the candidates have earned.
///
/// Each candidate plays a number of episodes; an environment that has finished one takes the next, each candidate once
/// before any plays again. When none is left, it plays on with the mean, and what that earns doesn't count, until the
/// generation is complete and its episode has ended. The order follows from the steps alone.
struct CandidateQueue: StateCodable {
    /// One environment.
    private struct Row {
        /// Its candidate; −1 for the mean.
        var candidate = -1
        /// The rewards of its episode so far.
        var earned = 0.0
        /// Whether its episode has not begun.
        var isAtStart = true
    }

    let candidates, episodesPerCandidate: Int
    private var rows: [Row]
    /// The number of episodes that were given to an environment.
    private var given = 0
    /// The returns of each candidate's finished episodes, summed up, and their number.
    private var sums: [Double]
    private var finished: [Int]
    /// The number of counted episodes that are still to end.
    private var missing: Int
    /// Environments that have another candidate since the last call of ``takeChanges()``.
    private var changed: [Bool]

    init(candidates: Int, episodesPerCandidate: Int, environments: Int) {
        (self.candidates, self.episodesPerCandidate) = (candidates, episodesPerCandidate)
        rows = Array(repeating: Row(), count: environments)
        sums = Array(repeating: 0, count: candidates)
        finished = Array(repeating: 0, count: candidates)
        missing = candidates * episodesPerCandidate
        changed = Array(repeating: true, count: environments)
        giveOut()
    }

    /// The number of environments.
    var count: Int { rows.count }

    /// The candidate of an environment; nil for the mean.
    func candidate(_ row: Int) -> Int? { rows[row].candidate < 0 ? nil : rows[row].candidate }

    /// Whether every candidate has played its episodes.
    var isComplete: Bool { missing == 0 }

    /// The mean return of each candidate.
    ///
    /// - Precondition: the generation is complete.
    var fitness: [Double] {
        precondition(isComplete, "a candidate has episodes left to play")
        return sums.map { $0 / Double(episodesPerCandidate) }
    }

    /// Adds a step of all environments to what their candidates earn. Afterwards the generation may be complete; if
    /// not, ``giveOut()`` continues it.
    mutating func record(_ transitions: Transitions) {
        precondition(
            transitions.count == rows.count, "expected \(rows.count) environments, found \(transitions.count)")
        for row in rows.indices where !transitions.isReset[row] {
            rows[row].isAtStart = false
            rows[row].earned += transitions.rewards[row]
            if transitions.terminated[row] || transitions.truncated[row] { finishEpisode(row) }
        }
    }

    private mutating func finishEpisode(_ row: Int) {
        if let candidate = candidate(row) {
            sums[candidate] += rows[row].earned
            finished[candidate] += 1
            missing -= 1
        }
        changed[row] = true
        rows[row] = Row()
    }

    /// Starts with new candidates. Environments in the middle of an episode finish it with the mean.
    mutating func restart() {
        for candidate in sums.indices { (sums[candidate], finished[candidate]) = (0, 0) }
        for row in rows.indices {
            if rows[row].isAtStart { rows[row] = Row() } else { rows[row].candidate = -1 }
            changed[row] = true
        }
        (given, missing) = (0, candidates * episodesPerCandidate)
        giveOut()
    }

    /// Gives candidates to the environments that have none and are at the start of an episode, in their order.
    mutating func giveOut() {
        for row in rows.indices where rows[row].isAtStart && rows[row].candidate < 0 {
            guard given < candidates * episodesPerCandidate else { return }
            rows[row].candidate = given % candidates
            changed[row] = true
            given += 1
        }
    }

    /// Calls `body` with each environment that has another candidate since the last call, or plays the mean.
    mutating func takeChanges(_ body: (_ row: Int, _ candidate: Int?) -> Void) {
        for row in rows.indices where changed[row] {
            body(row, candidate(row))
            changed[row] = false
        }
    }

    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&given, in: 0...candidates * episodesPerCandidate)
        let candidates = candidates
        try coder.code(rows: &rows, new: Row()) { (row, coder) throws(EnvironmentError) in
            try coder.code(&row.candidate, in: -1...candidates - 1)
            try coder.code(&row.earned)
            try coder.code(&row.isAtStart)
        }
        guard !rows.isEmpty else {
            throw .badState(offset: coder.offset, expected: "the candidates of one environment or more")
        }
        if coder.isReading { changed = Array(repeating: true, count: rows.count) }
        try coder.code(&sums)
        try coder.code(&finished, in: 0...episodesPerCandidate)
        missing = candidates * episodesPerCandidate - finished.reduce(0, +)
    }
}
