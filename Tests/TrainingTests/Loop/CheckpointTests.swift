import Agents
import Environments
import Experience
import NeuralNetworks
import Storage
import TensorCore
import Testing

@testable import Training

@Suite struct CheckpointTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static let environment = "CartPole-v1"

    private static func dqn(hidden: Int = 16, seed: UInt64 = 1) throws -> DQN {
        var settings = DQNSettings()
        (settings.hiddenSizes, settings.explorationSteps, settings.learningStart) = ([hidden], 2000, 50)
        let environment = try EnvironmentCatalog.make(environment, count: 2)
        return try DQN(settings, environment: EnvironmentDescription(environment), seed: seed)
    }

    private static func train(_ agent: any Learner, steps: Int = 600) throws {
        let environment = try EnvironmentCatalog.make(environment, count: 2)
        try Trainer(agent: agent, environment: environment, seed: 8).run(steps: steps)
    }

    private static func write(_ agent: any Learner, to path: String) throws {
        try Checkpoint.write(
            agent.variables, states: [Checkpoint.agentState: agent.stateBytes()], metadata: ["step": "600"], to: path)
    }

    @Test func anAgentIsReadBackWhole() throws {
        let path = folder.file("a.safetensors")
        let first = try Self.dqn()
        try Self.train(first)
        try Self.write(first, to: path)
        let second = try Self.dqn(seed: 99)
        #expect(everything(second) != everything(first))
        try Checkpoint.read(path, into: second)
        #expect(everything(second) == everything(first))
        #expect(try TensorFileReader(path: path).metadata["step"] == "600")
        #expect(second.updates == first.updates && second.updates > 100)
        // It explores as much as the agent that was written, with the same random draws.
        let exploration = second.metrics.first { $0.name == "exploration" }?.value
        #expect(exploration == LinearSchedule(from: 1, to: 0.05, over: 2000).value(at: 600))
        func play(_ agent: DQN) throws -> [EpisodeSummary] {
            try Evaluator(agent, mode: .explore) { try EnvironmentCatalog.make(Self.environment, count: $0) }
                .run(episodes: 5, seed: 3)
        }
        #expect(try play(first) == play(second))
    }

    @Test func reinforceIsReadBackWithItsMoments() throws {
        func make(_ seed: UInt64) throws -> REINFORCE {
            let environment = try EnvironmentCatalog.make(Self.environment)
            return try REINFORCE(environment: EnvironmentDescription(environment), seed: seed)
        }
        let path = folder.file("r.safetensors")
        let first = try make(1)
        try Self.train(first)
        try Self.write(first, to: path)
        let second = try make(2)
        try Checkpoint.read(path, into: second)
        #expect(everything(second) == everything(first))
        let moments = second.variables.entries.filter { $0.path.contains("Optimizer.first.") }
        #expect(moments.count == 8 && moments.allSatisfy { $0.variable.values.contains { $0 != 0 } })
    }

    /// Reads a file that doesn't fit a trained agent, which must stay unchanged.
    private func refused<Failure: Error>(_ path: String, _ type: Failure.Type) throws -> Failure {
        let agent = try Self.dqn()
        try Self.train(agent, steps: 200)
        let before = everything(agent)
        let error = #expect(throws: type) { try Checkpoint.read(path, into: agent) }
        #expect(everything(agent) == before, "nothing has changed")
        return try #require(error)
    }

    @Test func aMissingVariable() throws {
        let (path, agent) = (folder.file("a.safetensors"), try Self.dqn())
        let some = Parameters(agent.variables.entries.filter { $0.path != "optimizer.second.layers.1.bias" })
        try Checkpoint.write(some, states: [Checkpoint.agentState: agent.stateBytes()], metadata: [:], to: path)
        let error = try refused(path, TensorError.self)
        guard case .missingVariable("optimizer.second.layers.1.bias", path) = error else {
            Issue.record("\(error)")
            return
        }
        #expect("\(error)".contains(path))
    }

    @Test func anotherShape() throws {
        let path = folder.file("a.safetensors")
        try Self.write(try Self.dqn(hidden: 17), to: path)
        let error = try refused(path, TensorError.self)
        guard case .variableShape("network.layers.0.weight", [16, 4], [17, 4]) = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func anotherElementType() throws {
        let (path, agent) = (folder.file("a.safetensors"), try Self.dqn())
        let entries = agent.variables.entries.map {
            TensorFileEntry(name: $0.path, type: .int32, shape: $0.variable.shape)
        }
        let state = agent.stateBytes()
        let stateEntry = TensorFileEntry(name: "agent.state", type: .uint8, shape: [state.count])
        try TensorFile.write(entries + [stateEntry], to: path, overwrite: false) { entry, sink in
            try [UInt8](repeating: 0, count: entry.byteCount).withUnsafeBytes { try sink($0) }
        }
        let error = try refused(path, FormatError.self)
        #expect(error.expected == "float32 elements" && error.found == "int32")
        #expect(error.file == "\(path)(network.layers.0.weight)")
    }

    @Test func noState() throws {
        let (path, agent) = (folder.file("a.safetensors"), try Self.dqn())
        try Checkpoint.write(agent.variables, metadata: [:], to: path)
        guard case .missingVariable("agent.state", path) = try refused(path, TensorError.self) else {
            Issue.record("another error")
            return
        }
    }

    @Test func anotherAgentsState() throws {
        let (path, agent) = (folder.file("a.safetensors"), try Self.dqn())
        let other = RandomAgent(actionCount: 2, seed: 0)
        for state in [other.stateBytes(), agent.stateBytes() + [0], []] {
            try Checkpoint.write(agent.variables, states: [Checkpoint.agentState: state], metadata: [:], to: path)
            let error = try refused(path, FormatError.self)
            #expect(error.file == "\(path)(agent.state)")
        }
    }

    @Test func damagedAndMissingFiles() throws {
        let path = folder.file("a.safetensors")
        #expect(try refused(path, StorageError.self).reason == .missing)
        try Self.write(try Self.dqn(), to: path)
        let bytes = try InputFile.bytes(of: path, limit: 1 << 20)
        try writeAtomically(Array(bytes.dropLast(5)), to: path, overwrite: true)
        _ = try refused(path, FormatError.self)
    }

    @Test func variablesAloneMayBeFewerThanTheFiles() throws {
        let (path, agent) = (folder.file("a.safetensors"), try Self.dqn())
        try Self.write(agent, to: path)
        let weight = Variable(zeros: [16, 4], name: "weight")
        let metadata = try Checkpoint.read(path, into: Parameters([("target.layers.0.weight", weight)]))
        #expect(metadata["step"] == "600")
        #expect(weight.values == agent.variables.entries.first { $0.path == "target.layers.0.weight" }?.variable.values)
    }
}
