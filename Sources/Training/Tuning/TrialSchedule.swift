/// Which trials of a tuner run for how long: successive halving without waiting (ASHA: Li et al. 2020, "A System for
/// Massively Parallel Hyperparameter Tuning"), decided in an order that doesn't depend on when runs end.
///
/// All trials run for the shortest time, rung 0. Of each rung, the best of every ``reduction`` trials goes on to the
/// next, where it runs ``reduction`` times as long. ASHA promotes a trial as soon as it is among the best of those that
/// have ended by chance so far. Here a rung has an order, that in which its trials were promoted into it, and whenever
/// ``reduction`` more of them in that order have ended, the best of all up to there goes on that hasn't yet. So the
/// same results give the same promotions, on one processor or on many, killed and resumed or not. With one rung it is
/// random search.
public struct TrialSchedule: Sendable {
    /// A trial and its rung.
    public struct Entry: Hashable, Sendable {
        public let trial: Int
        public let rung: Int

        public init(trial: Int, rung: Int) { (self.trial, self.rung) = (trial, rung) }
    }

    /// How many trials there are for one that goes on, at least 2.
    public let reduction: Int
    /// The trials of each rung, in order.
    public private(set) var rungs: [[Int]]
    /// The number of trials of each rung that were started.
    private var started: [Int]
    /// The number of groups of each rung that were decided.
    private var decided: [Int]
    private var scores: [Entry: Double?] = [:]

    /// - Precondition: there is a trial and a rung, and `reduction` is at least 2.
    public init(trials: Int, rungs count: Int, reduction: Int) {
        precondition(trials > 0 && count > 0 && reduction > 1, "\(trials) trials, \(count) rungs, 1 of \(reduction)")
        self.reduction = reduction
        rungs = [Array(0..<trials)] + Array(repeating: [], count: count - 1)
        started = Array(repeating: 0, count: count)
        decided = started
    }

    /// The most rungs of which the last has a trial.
    public static func mostRungs(trials: Int, reduction: Int) -> Int {
        var (rungs, left) = (1, trials / reduction)
        while left > 0 { (rungs, left) = (rungs + 1, left / reduction) }
        return rungs
    }

    /// How many trials each rung gets if none fails.
    public static func counts(trials: Int, rungs: Int, reduction: Int) -> [Int] {
        (1..<max(rungs, 1)).reduce(into: [trials]) { counts, _ in counts.append(counts.last! / reduction) }
    }

    /// What to run next: the first trial that waits in the highest rung. Nil if none waits now; when a running one
    /// ends, there may be more.
    public mutating func next() -> Entry? {
        for rung in rungs.indices.reversed() where started[rung] < rungs[rung].count {
            started[rung] += 1
            return Entry(trial: rungs[rung][started[rung] - 1], rung: rung)
        }
        return nil
    }

    /// Takes note of a trial's score in a rung, higher is better; nil for one that failed, which goes no further.
    ///
    /// - Precondition: it was given by ``next()``, once.
    public mutating func end(_ entry: Entry, score: Double?) {
        precondition(scores[entry] == nil, "trial \(entry.trial) has ended in rung \(entry.rung) before")
        scores[entry] = .some(score)
        promote(from: entry.rung)
        finishIfNothingIsLeft()
    }

    /// The score of a trial in a rung; nil if it failed, or has none yet.
    public func score(of trial: Int, in rung: Int) -> Double? { scores[Entry(trial: trial, rung: rung)] ?? nil }

    /// The best trial of the last rung; nil if none has a score there.
    public var best: Int? { best(of: rungs[rungs.count - 1], in: rungs.count - 1) }

    /// The best of some trials in a rung: of equal scores, as where there is a greatest return, the one that was better
    /// in the rung before, else the earliest.
    private func best(of trials: [Int], in rung: Int) -> Int? {
        trials.filter { score(of: $0, in: rung) != nil }.min { isBetter($0, than: $1, in: rung) }
    }

    /// Whether a trial comes before another, by their scores in a rung and those below.
    public func isBetter(_ trial: Int, than other: Int, in rung: Int) -> Bool {
        for rung in (0...rung).reversed() {
            let (score, another) = (score(of: trial, in: rung), score(of: other, in: rung))
            guard let score, let another, score != another else { continue }
            return score > another
        }
        return trial < other
    }

    private func waiting(in rung: Int, ofFirst count: Int) -> [Int] {
        rungs[rung].prefix(count).filter { !rungs[rung + 1].contains($0) }
    }

    private mutating func promote(from rung: Int) {
        guard rung + 1 < rungs.count else { return }
        while true {
            let count = (decided[rung] + 1) * reduction
            let group = rungs[rung].prefix(count)
            guard group.count == count, group.allSatisfy({ scores[Entry(trial: $0, rung: rung)] != nil }) else {
                return
            }
            decided[rung] += 1
            if let trial = best(of: waiting(in: rung, ofFirst: count), in: rung) { rungs[rung + 1].append(trial) }
        }
    }

    /// If so many trials have failed that none has reached the last rung, the best one goes on nevertheless.
    private mutating func finishIfNothingIsLeft() {
        let isRunning = rungs.indices.contains { rung in
            rungs[rung].contains { scores[Entry(trial: $0, rung: rung)] == nil }
        }
        guard !isRunning, best == nil else { return }
        for rung in rungs.indices.dropLast().reversed() {
            guard let trial = best(of: waiting(in: rung, ofFirst: .max), in: rung) else { continue }
            rungs[rung + 1].append(trial)
            return
        }
    }
}
