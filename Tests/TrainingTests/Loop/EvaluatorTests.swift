import Agents
import Environments
import Experience
import Testing

@testable import Training

@Suite struct EvaluatorTests {
    /// Records its calls.
    private final class Log: EvaluationObserver {
        var events: [String] = []
        var playing: [[Bool]] = []

        func didReset(_ environment: any BatchedEnvironment, seed: UInt64) {
            events.append("reset \(environment.count) from \(seed)")
        }
        let wantsAssessments = true
        func didAct(_ assessment: ActionAssessment?) { events.append("act") }
        func didStep(_ environment: any BatchedEnvironment, playing: [Bool]) {
            events.append("step")
            self.playing.append(playing)
        }

        func didCut(_ environment: any BatchedEnvironment, _ index: Int) { events.append("cut \(index)") }
    }

    /// The first episode of a seed, played alone with the witness's actions for a row.
    private static func episode(seed: UInt64, row: Int) -> EpisodeSummary {
        var world = Tally()
        world.reset(seed: seed)
        var episode = EpisodeSummary(seed: seed)
        while true {
            let step = world.step(Witness.action(episode.length, row))
            episode.return += step.reward
            episode.length += 1
            if step.ended { return episode }
        }
    }

    @Test(arguments: [AutoresetMode.sameStep, .nextStep])
    func everyEnvironmentPlaysOneEpisode(autoreset: AutoresetMode) throws {
        let witness = Witness()
        let results = try Evaluator(witness) { Tally.batch($0, autoreset) }.run(episodes: 9, seed: 30)
        #expect(results == (0..<9).map { Self.episode(seed: 30 + UInt64($0), row: $0) })
        // As many short episodes as long ones, though short ones end sooner.
        #expect(results.map(\.length) == [2, 3, 4, 2, 3, 4, 2, 3, 4])
        #expect(witness.modes == [.greedy, .greedy, .greedy, .greedy])
        #expect(witness.steps.isEmpty, "nothing is learned")
    }

    @Test func batchesAreFilledInTurn() throws {
        let (witness, log) = (Witness(), Log())
        var counts: [Int] = []
        let evaluator = Evaluator(witness, mode: .explore, batchLimit: 3, observer: log) {
            counts.append($0)
            return Tally.batch($0)
        }
        let results = try evaluator.run(episodes: 7, seed: 10)
        #expect(counts == [3, 3, 1])
        #expect(results.map(\.seed) == Array(10...16))
        #expect(results.map(\.length) == (10...16).map { 2 + $0 % 3 })
        #expect(witness.modes.allSatisfy { $0 == .explore })
        #expect(
            log.events.filter { $0.hasPrefix("reset") } == ["reset 3 from 10", "reset 3 from 13", "reset 1 from 16"])
    }

    @Test func observersSeeEachStep() throws {
        let log = Log()
        _ = try Evaluator(Witness(), observer: log) { Tally.batch($0) }.run(episodes: 3, seed: 0)
        #expect(log.events == ["reset 3 from 0"] + (0..<4).flatMap { _ in ["act", "step"] })
        // Episodes of 2, 3 and 4 steps: which were still in the first episode before the step.
        #expect(
            log.playing == [[true, true, true], [true, true, true], [false, true, true], [false, false, true]])
    }

    @Test func noEpisodesAreNone() throws {
        #expect(try Evaluator(Witness()) { Tally.batch($0) }.run(episodes: 0, seed: 0).isEmpty)
    }

    @Test func seedsGoOnFromTheLargestToZero() throws {
        let results = try Evaluator(Witness(), batchLimit: 2) { Tally.batch($0) }.run(episodes: 4, seed: .max - 1)
        #expect(results.map(\.seed) == [.max - 1, .max, 0, 1])
    }

    /// Neither greedily nor with random draws per episode; and the agent is unchanged afterwards.
    @Test(
        arguments: [
            "dqn", "pqn", "stream-q", "stream-ac", "reinforce", "actor-critic", "a2c", "ppo", "sac", "cem", "cma-es",
            "q-learning", "random",
        ],
        [ActionMode.greedy, .explore])
    func resultsDoNotDependOnTheBatch(name: String, mode: ActionMode) throws {
        let make = { try EnvironmentCatalog.make("FrozenLake8x8-v1", count: $0) }
        let environment = try make(1)
        let settings = try AgentCatalog.entry(name).makeSettings()
        let agent = try settings.makeAgent(for: EnvironmentDescription(environment), seed: 5)
        try Trainer(agent: agent, environment: environment, seed: 3).run(steps: 500)
        let before = everything(agent)
        let results = try [1, 4, 100].map {
            try Evaluator(agent, mode: mode, batchLimit: $0, makeEnvironment: make).run(episodes: 20, seed: 50)
        }
        #expect(results[0] == results[1] && results[0] == results[2])
        #expect(mode == .greedy || Set(results[0].map(\.length)).count > 1)
        #expect(everything(agent) == before)
        let later = try Evaluator(agent, mode: mode, makeEnvironment: make).run(episodes: 15, seed: 55)
        #expect(later == Array(results[0].dropFirst(5)), "an episode follows from its seed")
    }

    @Test func stoppingGivesWhatHasEnded() throws {
        // The witness's episodes have 2, 3 and 4 steps in turn.
        for (steps, expected) in [(0, 0), (1, 0), (2, 1), (3, 2), (4, 3), (6, 4), (9, 6), (100, 9)] {
            var left = steps
            let results = try Evaluator(Witness(), batchLimit: 3) { Tally.batch($0) }.run(episodes: 9, seed: 0) {
                left -= 1
                return left < 0
            }
            #expect(results.count == expected, "\(steps) steps")
        }
    }

    @Test func reportsSummarise() throws {
        let episodes = [1.0, 2, 3, 10].enumerated().map {
            EpisodeSummary(seed: UInt64($0), return: $1, length: 2 * $0)
        }
        let report = try EvaluationReport(episodes)
        #expect(report.mean == 4)
        #expect(report.json["episodes"]?.integer == 4 && report.json["meanLength"]?.double == 3)
        #expect(report.json["standardDeviation"]?.double == 12.5.squareRoot())
        #expect(report.json["minimum"]?.double == 1 && report.json["maximum"]?.double == 10)
        #expect(report.json["interquartileMean"]?.double == 2.5)
        let interval = report.json["interval"]?.array?.compactMap(\.double) ?? []
        #expect(interval.count == 2 && 1 <= interval[0] && interval[0] < 4 && 4 < interval[1] && interval[1] <= 10)
        #expect(report.text.hasPrefix("mean return 4 ± 3.536 over 4 episodes (95 % interval of the mean "))
    }
}
