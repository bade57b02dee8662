import Agents
import Environments
import NeuralNetworks
import Storage
import TensorCore
import Testing

@testable import Training

/// NaN and infinities among parameters: an agent would act by them without a word.
@Suite struct FiniteParameterTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static func agent() throws -> any Learner {
        let run = try TrainingRun(agent: "q-learning", environment: "FrozenLake-v1")
        return try run.makeAgent(for: run.makeEnvironment(count: 1))
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity]) func anEvaluationNamesThem(value: Float) throws {
        let agent = try Self.agent()
        let (path, table) = try #require(agent.behaviour.entries.first)
        #expect(agent.behaviour.firstNotFinite == nil)
        var values = table.values
        values[5] = value
        table.set(values)
        let fault = try #require(agent.behaviour.firstNotFinite)
        #expect(fault.path == path && fault.index == 5 && fault.value.bitPattern == value.bitPattern)
        #expect("\(AgentError.badParameter(fault))".contains("element 5 of '\(path)' is \(value)"))
        let evaluator = Evaluator(agent) { try EnvironmentCatalog.make("FrozenLake-v1", count: $0) }
        let error = #expect(throws: AgentError.self) { try evaluator.run(episodes: 1, seed: 0) }
        guard case .badParameter(let named) = error else { Issue.record("\(String(describing: error))"); return }
        #expect(named.index == 5)
    }

    @Test func filesAreRefused() throws {
        let (agent, path) = (try Self.agent(), folder.file("bad.safetensors"))
        var values = agent.behaviour.variables[0].values
        values[7] = .nan
        agent.behaviour.variables[0].set(values)
        let name = agent.behaviour.entries[0].path
        try Checkpoint.write(
            agent.variables, states: [Checkpoint.agentState: agent.stateBytes()], metadata: [:], to: path)
        let fresh = try Self.agent()
        let before = fresh.behaviour.variables.map(\.values)
        #expect(throws: FormatError.self) { try Checkpoint.read(path, into: fresh) }
        try Checkpoint.write(agent.behaviour, metadata: [:], to: path)
        let error = #expect(throws: ParameterFileError.self) { try WeightsFile(path).load(into: fresh) }
        #expect("\(try #require(error))".hasPrefix("element 7 of '\(name)' is nan; parameters must be finite"))
        #expect(fresh.behaviour.variables.map(\.values) == before)
    }

    /// A float64 may be too large for a parameter.
    @Test func numbersBeyondFloat32AreRefused() throws {
        let path = folder.file("large.safetensors")
        let entry = TensorFileEntry(name: "weight", type: .float64, shape: [2])
        try TensorFile.write([entry], metadata: [:], to: path, overwrite: true) { _, sink in
            try [1.0, 1e300].withUnsafeBytes { try sink($0) }
        }
        let parameters = Parameters([("weight", Variable(zeros: [2]))])
        let fault = NotFinite(path: "weight", index: 1, value: .infinity)
        #expect(throws: ParameterFileError.notFinite(fault)) {
            try parameters.load(from: TensorFile(Checkpoint.open(path)))
        }
    }
}
