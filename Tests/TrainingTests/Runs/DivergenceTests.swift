import Agents
import Environments
import Storage
import Testing

@testable import Training

/// Learning that diverges stops, says when, and leaves the checkpoints from before.
@Suite struct DivergenceTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static func run(_ agent: String, _ settings: [String], steps: Int) throws -> TrainingRun {
        var flags = TrainingRun.Flags()
        (flags.run, flags.settings) = (["steps": steps], settings)
        return try TrainingRun(agent: agent, environment: "CartPole-v1", flags: flags)
    }

    /// The checkpoint that the error names, whose numbers are all finite.
    private func lastGood(_ error: TrainingError?, names text: String) throws {
        guard case .diverged(let reason, let step, let checkpoint) = error else {
            Issue.record("\(String(describing: error)) is no divergence")
            return
        }
        #expect(reason.contains(text) && step > 0)
        let run = try TrainingRun(contentsOf: folder.file("a/config.toml"))
        let agent = try run.makeAgent(for: run.makeEnvironment(count: 1))
        try Checkpoint.read(checkpoint, into: agent)
        #expect(agent.variables.variables.allSatisfy { $0.values.allSatisfy(\.isFinite) })
    }

    /// What is made infinite: of `dqn` nothing, whose settings do that.
    @Test(arguments: [
        ("dqn", nil), ("reinforce", "policy."), ("a2c", "model.value."), ("ppo", "model.value."),
        ("actor-critic", "network.value."), ("sac", "critics."), ("pqn", "model.policy."),
    ])
    func aLossThatIsNoNumberStopsTheRun(agent: String, part: String?) throws {
        let settings =
            agent == "dqn"
            ? ["optimizer=sgd", "learningRate=1", "lossFunction=squared", "gradientClipping=0", "rewardScale=1000000"]
            : ["learningRate=1"] + (["ppo", "pqn"].contains(agent) ? ["windowSteps=16", "minibatchSize=16"] : [])
        let session = try TrainingSession(
            Self.run(agent, settings, steps: 4000), folder: folder.file("a"), overwrite: false)
        if let part {
            let entry = try #require(session.trainer.agent.variables.entries.first { $0.path.hasPrefix(part) })
            entry.variable.set([Float](repeating: .infinity, count: entry.variable.count))
        }
        let error = #expect(throws: TrainingError.self) { try session.train() }
        try lastGood(error, names: "The loss of '\(agent)' is")
        #expect("\(try #require(error))".contains("start a new run with other settings"))
        #expect(!exists(folder.file("a/summary.json")))
    }

    @Test func checkpointsAreNotMadeOfWhatIsInfinite() throws {
        let session = try TrainingSession(
            Self.run("dqn", ["learningStart=100000"], steps: 4000), folder: folder.file("a"), overwrite: false)
        let weight = session.trainer.agent.variables.entries[0]
        weight.variable.set([Float](repeating: .infinity, count: weight.variable.count))
        let error = #expect(throws: TrainingError.self) { try session.train() }
        try lastGood(error, names: "'\(weight.path)' has numbers that are not finite")
        #expect(try RunFolder(opening: folder.file("a")).checkpointSteps() == [0])
    }
}
