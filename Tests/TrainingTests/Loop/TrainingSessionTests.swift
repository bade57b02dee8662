import Agents
import Environments
import Storage
import Testing

@testable import Training

@Suite struct TrainingSessionTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static func run(
        _ agent: String = "q-learning", _ environment: String = "FrozenLake-v1", settings: [String] = [],
        values: [String: Int]
    ) throws -> TrainingRun {
        var flags = TrainingRun.Flags()
        (flags.run, flags.settings) = (values, settings)
        return try TrainingRun(agent: agent, environment: environment, flags: flags)
    }

    private func lines(_ name: String) throws -> [String] {
        try folder.text(name).split(separator: "\n").map(String.init)
    }

    @Test func writesEverythingThatARunMakes() throws {
        let run = try Self.run(values: ["steps": 4001, "environments": 3, "seed": 5])
        let summary = try #require(try TrainingSession(run, folder: folder.file("a"), overwrite: false).train())
        #expect(
            try namesInFolder(folder.file("a")).filter { !RunFolder.isEventsName($0) } == [
                "checkpoints", "config.toml", "episodes.csv", "metrics.jsonl", "summary.json",
            ])
        #expect(try RunFolder(opening: folder.file("a")).eventsPaths().count == 1)
        #expect(try folder.text("a/config.toml") == run.tomlText)
        #expect(summary["steps"]?.integer == 4002 && summary["updates"]?.integer == 4002)
        #expect(summary["agent"]?.string == "q-learning" && summary["seed"]?.integer == 5)
        let written = try JSON(parsing: try folder.bytes("a/summary.json")[...], file: "summary")
        #expect(written == summary)
        // Metrics: every 20 steps, the last at the end, none twice.
        let steps = try lines("a/metrics.jsonl").map {
            try #require(try JSON(parsing: Array($0.utf8)[...], file: "line")["step"]?.integer)
        }
        #expect(steps.last == 4002 && Set(steps).count == steps.count && steps.count == 200)
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $0 < $1 })
        let episodes = try lines("a/episodes.csv")
        #expect(episodes.count == 1 + (summary["episodes"]?.integer ?? 0) && episodes.count > 300)
        #expect(try RunFolder(opening: folder.file("a")).checkpointSteps() == [3801, 4002])
        #expect(TrainingSummary.text(summary).hasPrefix("4002 steps, \(episodes.count - 1) episodes in "))
    }

    @Test func theLastCheckpointIsTheAgent() throws {
        let run = try Self.run(values: ["steps": 3000, "seed": 5])
        _ = try TrainingSession(run, folder: folder.file("a"), overwrite: false).train()
        let environment = try run.makeEnvironment(count: 1)
        let (agent, loaded) = (try run.makeAgent(for: environment), try run.makeAgent(for: environment))
        try Trainer(agent: agent, environment: environment, seed: 5).run(steps: 3000)
        try Checkpoint.read(RunFolder(opening: folder.file("a")).lastCheckpointPath(), into: loaded)
        #expect(loaded.variables.variables.map(\.values) == agent.variables.variables.map(\.values))
        #expect(loaded.stateBytes() == agent.stateBytes())
    }

    @Test func twoRunsOfOneSeedWriteTheSameBytes() throws {
        let run = try Self.run(
            "dqn", "CartPole-v1", settings: ["hiddenSizes=[8]"], values: ["steps": 1500, "environments": 2])
        for name in ["a", "b"] { _ = try TrainingSession(run, folder: folder.file(name), overwrite: false).train() }
        for file in ["config.toml", "metrics.jsonl", "episodes.csv", "checkpoints/step-1500.safetensors"] {
            #expect(try folder.bytes("a/" + file) == folder.bytes("b/" + file), "\(file)")
        }
    }

    @Test func episodesMayEndARun() throws {
        let run = try Self.run(values: ["steps": 100_000, "episodes": 12])
        let summary = try #require(try TrainingSession(run, folder: folder.file("a"), overwrite: false).train())
        #expect(try summary["episodes"]?.integer == 12 && lines("a/episodes.csv").count == 13)
    }

    @Test func aRunIsNotOverwritten() throws {
        let run = try Self.run(values: ["steps": 50])
        _ = try TrainingSession(run, folder: folder.file("a"), overwrite: false).train()
        let config = try folder.text("a/config.toml")
        let other = try Self.run(values: ["steps": 60])
        let error = #expect(throws: StorageError.self) {
            _ = try TrainingSession(other, folder: folder.file("a"), overwrite: false)
        }
        #expect(error?.reason == .wouldOverwrite)
        #expect(try folder.text("a/config.toml") == config)
        _ = try TrainingSession(other, folder: folder.file("a"), overwrite: true).train()
        #expect(try RunFolder(opening: folder.file("a")).checkpointSteps() == [57, 60])
    }

    @Test func anAgentThatDoesNotSuitLeavesNoFolder() throws {
        let run = try Self.run("q-learning", "CartPole-v1", values: ["steps": 50])
        #expect(throws: AgentError.self) { _ = try TrainingSession(run, folder: folder.file("a"), overwrite: false) }
        #expect(!exists(folder.file("a")))
    }
}
