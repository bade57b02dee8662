import Random
import Testing

@testable import Training

@Suite struct TrialScheduleTests {
    private typealias Entry = TrialSchedule.Entry

    /// Runs a schedule with so many workers; which of them ends next is drawn.
    private func finished(
        _ schedule: TrialSchedule, workers: Int, seed: UInt64, score: (Entry) -> Double?
    ) -> (schedule: TrialSchedule, started: [Entry]) {
        var (schedule, random) = (schedule, RandomStream(seed: seed))
        var (running, started) = ([Entry](), [Entry]())
        while true {
            while running.count < workers, let entry = schedule.next() {
                running.append(entry)
                started.append(entry)
            }
            guard !running.isEmpty else { return (schedule, started) }
            let entry = running.remove(at: random.integers(below: running.count))
            schedule.end(entry, score: score(entry))
        }
    }

    /// Scores that differ, and that tell little about those of the next rung.
    private func noise(_ entry: Entry) -> Double {
        var random = RandomStream(seed: 7).split(entry.trial).split(entry.rung)
        return random.uniform()
    }

    @Test(arguments: [(27, 4, 3, [27, 9, 3, 1]), (16, 3, 4, [16, 4, 1]), (10, 2, 3, [10, 3]), (5, 1, 2, [5])])
    func counts(trials: Int, rungs: Int, reduction: Int, expected: [Int]) {
        let schedule = TrialSchedule(trials: trials, rungs: rungs, reduction: reduction)
        let (end, started) = finished(schedule, workers: 3, seed: 0, score: noise)
        #expect(end.rungs.map(\.count) == expected && started.count == expected.reduce(0, +))
        #expect(TrialSchedule.counts(trials: trials, rungs: rungs, reduction: reduction) == expected)
        #expect(Set(started).count == started.count, "nothing runs twice")
    }

    @Test func mostRungs() {
        #expect(
            [1, 2, 3, 8, 9, 26, 27].map { TrialSchedule.mostRungs(trials: $0, reduction: 3) } == [1, 1, 2, 2, 3, 3, 4])
    }

    /// The definition: after every three trials of a rung in its order, the best of all so far that hasn't gone on.
    @Test func theBestOfEveryFewGoOn() {
        let (end, _) = finished(TrialSchedule(trials: 81, rungs: 3, reduction: 3), workers: 1, seed: 0, score: noise)
        for rung in 0..<2 {
            var expected: [Int] = []
            for count in stride(from: 3, through: end.rungs[rung].count, by: 3) {
                let candidates = end.rungs[rung].prefix(count).filter { !expected.contains($0) }
                expected.append(
                    candidates.max { noise(Entry(trial: $0, rung: rung)) < noise(Entry(trial: $1, rung: rung)) }!)
            }
            #expect(end.rungs[rung + 1] == expected)
        }
        let last = end.rungs[2]
        #expect(end.best == last.max { noise(Entry(trial: $0, rung: 2)) < noise(Entry(trial: $1, rung: 2)) })
    }

    @Test func nothingDependsOnWhenRunsEnd() {
        for trials in [9, 20, 81] {
            let schedule = TrialSchedule(trials: trials, rungs: 3, reduction: 3)
            // Some fail, and some are equal.
            func score(_ entry: Entry) -> Double? {
                entry.trial % 7 == 3 ? nil : (noise(entry) * 10).rounded()
            }
            let one = finished(schedule, workers: 1, seed: 0, score: score).schedule
            for seed in 1..<40 as Range<UInt64> {
                let other = finished(schedule, workers: 1 + Int(seed) % 9, seed: seed, score: score).schedule
                #expect(other.rungs == one.rungs && other.best == one.best, "seed \(seed)")
            }
        }
    }

    @Test func longRunsComeFirst() {
        var schedule = TrialSchedule(trials: 9, rungs: 2, reduction: 3)
        let first = (0..<3).map { _ in schedule.next()! }
        for (index, entry) in first.enumerated() { schedule.end(entry, score: Double(index)) }
        #expect(schedule.next() == Entry(trial: 2, rung: 1))
        #expect(schedule.next() == Entry(trial: 3, rung: 0))
    }

    @Test func failuresGoNoFurther() {
        let schedule = TrialSchedule(trials: 9, rungs: 3, reduction: 3)
        // Only trial 5 has a score: it reaches the last rung although its rungs are never full.
        let (end, _) = finished(schedule, workers: 2, seed: 3) { $0.trial == 5 ? 1 : nil }
        #expect(end.best == 5 && end.rungs[1] == [5] && end.rungs[2] == [5])
        // The best one fails in the last rung: the next one takes its place.
        let second = finished(schedule, workers: 2, seed: 4) { entry in
            entry == Entry(trial: 8, rung: 2) ? nil : Double(entry.trial)
        }
        #expect(second.schedule.rungs[2] == [8, 5] && second.schedule.best == 5)
        let none = finished(schedule, workers: 2, seed: 5) { _ in nil }
        #expect(none.schedule.best == nil && none.started.count == 9)
    }

    /// Where there is a greatest return, many trials reach it.
    @Test func ofEqualsTheOneThatLearnedFasterIsTheBest() {
        let (end, _) = finished(TrialSchedule(trials: 9, rungs: 2, reduction: 3), workers: 1, seed: 0) { entry in
            entry.rung == 1 ? 500 : [10, 20, 400, 0, 300, 450, 1, 2, 410][entry.trial]
        }
        #expect(end.rungs[1] == [2, 5, 8] && end.best == 5)
        #expect(
            finished(TrialSchedule(trials: 9, rungs: 1, reduction: 3), workers: 3, seed: 1) { _ in 500 }.schedule.best
                == 0)
    }

    @Test func oneRungIsRandomSearch() {
        let (end, started) = finished(
            TrialSchedule(trials: 12, rungs: 1, reduction: 3), workers: 4, seed: 1, score: noise)
        #expect(started.count == 12)
        #expect(end.best == (0..<12).max { noise(Entry(trial: $0, rung: 0)) < noise(Entry(trial: $1, rung: 0)) })
    }
}
