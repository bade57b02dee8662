import Agents
import NeuralNetworks
import Storage
import TensorCore
import Testing

@testable import Training

/// Runs that start from a file's parameters.
@Suite struct WeightsTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static func run(_ agent: String, settings: [String] = []) throws -> TrainingRun {
        var flags = TrainingRun.Flags()
        flags.run = ["steps": 200]
        flags.settings = settings
        return try TrainingRun(agent: agent, environment: "FrozenLake-v1", flags: flags)
    }

    /// Parameters of an agent of another seed, in a file.
    private func weights(_ run: TrainingRun) throws -> (file: WeightsFile, values: [[Float]]) {
        let environment = try run.makeEnvironment(count: 1)
        let agent = try run.settings.makeAgent(for: EnvironmentDescription(environment), seed: 77)
        for variable in agent.behaviour.variables { variable.set((0..<variable.count).map { Float($0 % 7) / 8 }) }
        try Checkpoint.write(agent.behaviour, metadata: [:], to: folder.file("given.safetensors"))
        return (WeightsFile(folder.file("given.safetensors")), agent.behaviour.variables.map(\.values))
    }

    @Test(arguments: ["dqn", "reinforce", "actor-critic", "ppo", "sac", "cem", "q-learning"])
    func trainingStartsFromThem(name: String) throws {
        let run = try Self.run(name)
        let (file, values) = try weights(run)
        let path = folder.file("run")
        let session = try TrainingSession(run, folder: path, overwrite: false, weights: file)
        #expect(session.trainer.agent.behaviour.variables.map(\.values) == values && !values.isEmpty)
        // A target network is updated at once.
        let target = session.trainer.agent.variables.entries.filter { $0.path.hasPrefix("target.") }
        #expect(target.map(\.variable.values) == (name == "dqn" ? values : []))
    }

    /// Before the first checkpoint only the folder is left to start from, and the file may be gone.
    @Test func aRunKilledAtOnceStartsFromThemAgain() throws {
        let run = try Self.run("dqn", settings: ["learningStart=20"])
        let (file, _) = try weights(run)
        let (whole, killed) = (folder.file("whole"), folder.file("killed"))
        _ = try TrainingSession(run, folder: whole, overwrite: false, weights: file).train()
        _ = try TrainingSession(run, folder: killed, overwrite: false, weights: file)
        try removeFile(RunFolder(opening: killed).checkpointPath(step: 0))
        try removeFile(file.path)
        _ = try TrainingSession(resuming: killed).train()
        let last = try [whole, killed].map {
            try InputFile.bytes(of: RunFolder(opening: $0).lastCheckpointPath(), limit: 1 << 24)
        }
        #expect(last[0] == last[1])
    }

    @Test func aNewRunInTheFolderForgetsThem() throws {
        let run = try Self.run("dqn")
        let path = folder.file("run")
        _ = try TrainingSession(run, folder: path, overwrite: false, weights: weights(run).file)
        #expect(exists(try RunFolder(opening: path).weightsPath))
        _ = try TrainingSession(run, folder: path, overwrite: true)
        #expect(!exists(try RunFolder(opening: path).weightsPath))
    }

    @Test func whatDoesNotFitLeavesNoFolder() throws {
        let (file, _) = try weights(Self.run("dqn"))
        let other = try Self.run("dqn", settings: ["hiddenSizes=[7]"])
        #expect(throws: ParameterFileError.self) {
            try TrainingSession(other, folder: folder.file("run"), overwrite: false, weights: file)
        }
        #expect(!exists(folder.file("run")))
        #expect(throws: ParameterFileError.self, "a random agent has no parameters") {
            try TrainingSession(Self.run("random"), folder: folder.file("run"), overwrite: false, weights: file)
        }
    }

    @Test func aFlippedBitIsRefused() throws {
        let run = try Self.run("dqn")
        let (file, _) = try weights(run)
        var bytes = try InputFile.bytes(of: file.path, limit: 1 << 20)
        bytes[bytes.count - 1] ^= 1
        try writeAtomically(bytes, to: file.path, overwrite: true)
        #expect(throws: FormatError.self) {
            try TrainingSession(run, folder: folder.file("run"), overwrite: false, weights: file)
        }
    }
}
