import Environments
import Testing

@testable import Agents

/// Which environment plays which candidate, and what counts.
@Suite struct CandidateQueueTests {
    /// A step of all environments: the rewards, and which episodes end.
    private func step(
        _ queue: inout CandidateQueue, _ rewards: [Double], ends: [Bool], truncated: Bool = false,
        reset: [Bool]? = nil
    ) {
        let steps = rewards.indices.map { row in
            PlayedStep(
                observation: [0 as Float], reward: rewards[row], next: [0], terminated: ends[row] && !truncated,
                truncated: ends[row] && truncated, isReset: reset?[row] ?? false)
        }
        withStep(steps) { queue.record($0) }
        if !queue.isComplete { queue.giveOut() }
    }

    private func candidates(_ queue: CandidateQueue) -> [Int?] { (0..<queue.count).map(queue.candidate) }

    @Test func everyCandidatePlaysItsEpisodes() {
        var queue = CandidateQueue(candidates: 3, episodesPerCandidate: 2, environments: 2)
        #expect(candidates(queue) == [0, 1])
        step(&queue, [1, 10], ends: [false, true])
        #expect(candidates(queue) == [0, 2])
        step(&queue, [2, 100], ends: [true, false], truncated: true)
        #expect(candidates(queue) == [0, 2], "its second episode")
        step(&queue, [5, 200], ends: [true, true])
        #expect(candidates(queue) == [1, 2])
        step(&queue, [30, 400], ends: [false, true])
        #expect(candidates(queue) == [1, nil] && !queue.isComplete)
        step(&queue, [20, 1_000], ends: [false, true])
        step(&queue, [10, 1_000], ends: [true, false])
        #expect(queue.isComplete)
        #expect(queue.fitness == [4, 35, 350], "what the mean earns doesn't count")
        queue.restart()
        #expect(candidates(queue) == [0, nil], "an episode of the mean goes on")
        step(&queue, [1, 1_000], ends: [false, true])
        #expect(candidates(queue) == [0, 1])
    }

    /// The step that only resets earns nothing and begins nothing.
    @Test func resetsAreNotPlayed() {
        var queue = CandidateQueue(candidates: 2, episodesPerCandidate: 1, environments: 1)
        step(&queue, [3], ends: [true])
        step(&queue, [99], ends: [false], reset: [true])
        step(&queue, [4], ends: [true])
        #expect(queue.isComplete && queue.fitness == [3, 4])
        queue.restart()
        #expect(candidates(queue) == [0])
    }

    @Test func changesAreToldOnce() {
        var queue = CandidateQueue(candidates: 4, episodesPerCandidate: 1, environments: 3)
        func changes() -> [Int: Int?] {
            var result: [Int: Int?] = [:]
            queue.takeChanges { result[$0] = .some($1) }
            return result
        }
        #expect(changes() == [0: 0, 1: 1, 2: 2] && changes().isEmpty)
        step(&queue, [0, 0, 0], ends: [true, false, true])
        #expect(changes() == [0: 3, 2: nil])
        step(&queue, [0, 0, 0], ends: [true, true, false])
        #expect(queue.isComplete)
        queue.restart()
        #expect(changes() == [0: 0, 1: 1, 2: nil])
    }

    @Test func statesAreExact() throws {
        func new() -> CandidateQueue { CandidateQueue(candidates: 3, episodesPerCandidate: 2, environments: 2) }
        var (first, second) = (new(), new())
        step(&first, [1, 10], ends: [false, true])
        step(&first, [2, 20], ends: [true, false])
        try second.restoreState(from: first.stateBytes())
        for _ in 0..<2 {
            for queue in [\Pair.first, \.second] {
                var pair = Pair(first: first, second: second)
                step(&pair[keyPath: queue], [5, 50], ends: [true, true])
                (first, second) = (pair.first, pair.second)
            }
        }
        #expect(first.isComplete == second.isComplete && candidates(first) == candidates(second))
        #expect(first.stateBytes() == second.stateBytes())
        // The number of an environment's candidate, past the last one.
        var bytes = first.stateBytes()
        bytes[8] = 3
        #expect(throws: EnvironmentError.self) { try second.restoreState(from: bytes) }
    }

    private struct Pair { var first, second: CandidateQueue }
}
