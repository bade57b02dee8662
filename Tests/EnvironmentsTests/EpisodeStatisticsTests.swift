import Environments
import Testing

@Suite struct EpisodeStatisticsTests {
    @Test(arguments: [AutoresetMode.sameStep, .nextStep]) func returnsAndLengths(mode: AutoresetMode) {
        let batch = VectorEnvironment("counter", count: 2, autoreset: mode) { Counter() }
        batch.reset(seeds: [2, 4], mask: nil)
        var statistics = EpisodeStatistics(count: 2)
        (batch.actions[0], batch.actions[1]) = (1, 0)
        batch.step()
        statistics.record(batch)
        #expect(statistics.completed.map(\.environment) == [1])
        #expect(statistics.completed[0].length == 1 && statistics.completed[0].return == 0)
        for _ in 0..<2 {
            batch.step()
            statistics.record(batch)
        }
        #expect(statistics.completed.map(\.environment) == [0])
        #expect(statistics.completed[0].length == 3 && statistics.completed[0].return == 3)
        #expect(statistics.episodeCount == 2)
        #expect(statistics.stepCount == (mode == .nextStep ? 5 : 6))
        #expect(statistics.recentMeanReturn == 1.5 && statistics.recentMeanLength == 2)
    }

    @Test func theLastHundred() throws {
        let batch = VectorEnvironment("counter", count: 1) { Counter(length: 1, actionCount: 250) }
        batch.reset(seed: 0)
        var statistics = EpisodeStatistics(count: 1)
        #expect(statistics.recentMeanReturn == nil)
        for step in 0..<250 {
            batch.actions[0] = step
            batch.step()
            statistics.record(batch)
        }
        #expect(statistics.recent.map(\.return) == (150..<250).map(Double.init))
        #expect(statistics.recentMeanReturn == 199.5)
        var copy = EpisodeStatistics(count: 1)
        try copy.restoreState(from: statistics.stateBytes())
        #expect(copy.recent == statistics.recent && copy.episodeCount == 250 && copy.stepCount == 250)
        #expect(copy.completed == statistics.completed)
        copy.record(batch)
        statistics.record(batch)
        #expect(copy.recent == statistics.recent)
    }

    @Test func restartForgetsAnEpisode() {
        let batch = VectorEnvironment("counter", count: 1) { Counter() }
        batch.reset(seed: 0)
        var statistics = EpisodeStatistics(count: 1)
        batch.step()
        statistics.record(batch)
        #expect(statistics.runningLengths == [1])
        statistics.restart(0)
        #expect(statistics.runningLengths == [0])
    }
}
