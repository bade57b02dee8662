import Agents
import Environments
import Experience
import Graphics
import Storage
import TensorCore
import Testing

@testable import Training

/// A corridor without an end for an agent that stands still.
struct Corridor: Environment, StateCodable {
    private(set) var place = 0
    var reward = 1.0

    init(reward: Double = 1) { self.reward = reward }

    var observationSpace: Space { .discrete(4) }
    var actionSpace: Space { .discrete(2) }
    var frameSize: FrameSize { FrameSize(width: 1, height: 1) }
    mutating func reset(seed: UInt64?) { place = 0 }
    mutating func step(_ action: Int) -> Step {
        place += action
        return Step(reward: reward, terminated: place == 3)
    }
    func observe(into observation: inout MutableSpan<Int32>) { observation[0] = Int32(place) }
    func draw(into frame: inout Frame) {}
    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&place, in: 0...3)
    }
}

/// Takes the same action in every state.
final class Stubborn: Agent {
    let action: Int
    init(_ action: Int) { self.action = action }
    func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) {
        for row in 0..<actions.count { actions.integers[row] = action }
    }
}

@Suite struct EndlessEpisodeTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static func batch(_ count: Int, reward: Double = 1) -> VectorEnvironment<Corridor> {
        VectorEnvironment("corridor", count: count) { Corridor(reward: reward) }
    }

    @Test func anEpisodeWithoutEndIsLeft() throws {
        let results = try Evaluator(Stubborn(0), stepLimit: 40) { Self.batch($0) }.run(episodes: 5, seed: 0)
        #expect(results.map(\.length) == Array(repeating: 40, count: 5))
        #expect(results.allSatisfy { $0.isCut && $0.return == 40 })
        let report = try EvaluationReport(results)
        #expect(report.cutEpisodes == 5 && report.json["cutEpisodes"]?.integer == 5)
        #expect(report.text.hasSuffix("5 episodes were left at the step limit, without an end"))
        // One that ends in the very step of the limit has ended.
        let ended = try Evaluator(Stubborn(1), stepLimit: 3) { Self.batch($0) }.run(episodes: 2, seed: 0)
        #expect(ended.map(\.length) == [3, 3] && ended.allSatisfy { !$0.isCut })
    }

    @Test func thereIsALimitByDefault() throws {
        let results = try Evaluator(Stubborn(0)) { Self.batch($0) }.run(episodes: 1, seed: 0)
        #expect(results.map(\.length) == [Evaluator.usualStepLimit])
    }

    /// An environment's own limit is trusted, however far it is.
    @Test func theEnvironmentsOwnLimitComesFirst() throws {
        let steps = Evaluator.usualStepLimit + 5
        let results = try Evaluator(Stubborn(0)) { count in
            let batch = VectorEnvironment("corridor", count: count) { TimeLimit(Corridor(), steps: steps) }
            batch.buffers.stepLimit = steps
            return batch
        }.run(episodes: 1, seed: 0)
        #expect(results.map(\.length) == [steps] && !results[0].isCut)
        #expect(try EnvironmentCatalog.make("CartPole-v1").stepLimit == 500)
        #expect(try EnvironmentCatalog.make("CartPole-v1", options: ["max_episode_steps": "7"]).stepLimit == 7)
        #expect(try EnvironmentCatalog.make("CliffWalking-v1").stepLimit == nil)
    }

    @Test func infiniteReturnsAreRefusedWithTheirEpisode() throws {
        let results = try Evaluator(Stubborn(1)) { Self.batch($0, reward: 1e308) }.run(episodes: 2, seed: 9)
        let error = TrainingError.infiniteReturn(episode: 0, seed: 9, value: .infinity)
        #expect(throws: error) { try EvaluationReport(results) }
        #expect("\(error)".hasPrefix("episode 0, of seed 9, has the return inf"))
    }

    @Test func oneEpisodeGivesNoInterval() throws {
        let report = try EvaluationReport([EpisodeSummary(return: 3, length: 5)])
        #expect(report.json["interval"] == .null)
        #expect(report.text == "return 3 in 1 episode of 5 steps (one episode gives no interval)")
    }

    @Test func wrappedReturnsStandBeside() throws {
        let results = try Evaluator(Stubborn(1)) { count in
            VectorEnvironment("corridor", count: count) { ClipReward(Corridor(reward: 50)) }
        }.run(episodes: 2, seed: 0)
        let report = try EvaluationReport(results)
        #expect(report.mean == 150 && report.json["meanWrappedReturn"]?.double == 3)
        #expect(report.text.contains("the rewards that the agent is given add up to 3"))
        #expect(try EvaluationReport([EpisodeSummary(return: 3, length: 5)]).json["meanWrappedReturn"] == nil)
    }

    // MARK: Evaluations during training

    private static func run(_ values: [String: Int], _ environment: String = "CliffWalking-v1", limit: Int? = nil)
        throws
        -> TrainingRun
    {
        var flags = TrainingRun.Flags()
        flags.run = values
        flags.environmentOptions = limit.map { ["max_episode_steps": "\($0)"] } ?? [:]
        return try TrainingRun(agent: "q-learning", environment: environment, flags: flags)
    }

    private func lines(_ path: String) throws -> [JSON] {
        try String(decoding: InputFile.bytes(of: path, limit: 1 << 24), as: UTF8.self).split(separator: "\n")
            .map { try JSON(parsing: Array($0.utf8)[...], file: path) }
    }

    /// After so few steps the greedy policy walks against the wall for ever.
    @Test func evaluationsEndWithinTheLimit() throws {
        let run = try Self.run(
            ["steps": 300, "evaluationInterval": 100, "evaluationEpisodes": 2, "evaluationStepLimit": 50], limit: 100)
        let path = folder.file("cliff")
        let summary = try #require(try TrainingSession(run, folder: path, overwrite: false).train())
        let evaluations = try lines(RunFolder(opening: path).metricsPath).filter { $0["evaluationReturn"] != nil }
        #expect(evaluations.compactMap { $0["step"]?.integer } == [100, 200, 300])
        let returns = evaluations.compactMap { $0["evaluationReturn"]?.double }
        #expect(summary["bestEvaluation"]?["meanReturn"]?.double == returns.max())
        #expect(evaluations.contains { ($0["evaluationCutEpisodes"]?.integer ?? 0) > 0 })
        #expect(TrainingSummary.text(summary).contains("\nbest evaluation "))
        // 'compare' draws them beside the training episodes.
        let compared = try ComparedRun(contentsOf: path)
        let curve = try #require(LearningCurve(evaluationsOf: [compared], bootstrap: .init(resampleCount: 10)))
        #expect(curve.points.map(\.step) == [100, 200, 300] && curve.points.map(\.estimate.value) == returns)
    }

    /// An evaluation that was interrupted is made up for, and the logs are those of a run that was never stopped.
    @Test func anInterruptedEvaluationIsMadeUpFor() throws {
        let run = try Self.run([
            "steps": 250, "evaluationInterval": 100, "evaluationEpisodes": 3, "evaluationStepLimit": 40,
        ])
        let (whole, stopped) = (folder.file("whole"), folder.file("stopped"))
        let expected = try #require(try TrainingSession(run, folder: whole, overwrite: false).train())
        // Within the evaluations at steps 100, 200 and 250, the last after training has ended.
        for (count, steps) in [(120, 100), (160, 200), (110, 250)] {
            let session =
                exists(stopped)
                ? try TrainingSession(resuming: stopped) : try TrainingSession(run, folder: stopped, overwrite: false)
            var left = count
            let summary = try session.train {
                left -= 1
                return left < 0
            }
            #expect(summary == nil && session.trainer.steps == steps)
        }
        let summary = try #require(try TrainingSession(resuming: stopped).train())
        #expect(summary["bestEvaluation"] == expected["bestEvaluation"])
        for name in ["metrics.jsonl", "episodes.csv"] {
            #expect(try folder.text("stopped/" + name) == folder.text("whole/" + name), "\(name)")
        }
        // A finished run that is resumed again has nothing to add.
        _ = try TrainingSession(resuming: stopped).train()
        #expect(try folder.text("stopped/metrics.jsonl") == folder.text("whole/metrics.jsonl"))
    }

    @Test func fewEpisodesAreSaidToBeFew() throws {
        let summary = try #require(
            try TrainingSession(
                Self.run(["steps": 5000, "episodes": 7], "FrozenLake-v1"), folder: folder.file("few"), overwrite: false
            )
            .train())
        #expect(summary["meanReturnEpisodes"]?.integer == 7)
        #expect(TrainingSummary.text(summary).contains("mean return of all 7 episodes "))
    }

    @Test func wrappedReturnsAreLoggedBesideTheWorlds() throws {
        var flags = TrainingRun.Flags()
        flags.run = ["steps": 400]
        flags.environmentOptions = ["wrap": "clip-reward=-1:0.5", "max_episode_steps": "50"]
        let run = try TrainingRun(agent: "q-learning", environment: "CliffWalking-v1", flags: flags)
        let path = folder.file("wrapped")
        let summary = try #require(try TrainingSession(run, folder: path, overwrite: false).train())
        let compared = try ComparedRun(contentsOf: path)
        let (own, wrapped) = (
            compared.episodes.map(\.totalReward), try compared.episodes.map { try #require($0.wrappedReturn) }
        )
        #expect(zip(own, wrapped).contains { $0 < $1 }, "a fall costs 100, and 1 when clipped")
        #expect(summary["meanReturn"]?.double == Statistics.mean(own))
        #expect(summary["meanWrappedReturn"]?.double == Statistics.mean(wrapped))
        #expect(TrainingSummary.text(summary).contains("(wrapped: "))
        // Resumed, the log has the same columns.
        _ = try TrainingSession(resuming: path).train()
        #expect(try ComparedRun(contentsOf: path).episodes == compared.episodes)
    }
}
