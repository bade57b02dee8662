import Environments
import Experience
import Testing

@testable import Agents

/// How agents see observations, and their errors for spaces that don't suit them.
@Suite struct ObservationTests {
    private func encoded<Element: ObservationElement>(_ rows: [[Element]], _ space: Space) -> [Float] {
        let encoding = ObservationEncoding(space)!
        return [Float](unsafeUninitializedCapacity: rows.count * encoding.inputCount) { buffer, count in
            buffer.initialize(repeating: .nan)
            withRows(rows) { encoding.encode($0, into: buffer) }
            count = buffer.count
        }
    }

    @Test func boxesAreTheirElements() {
        #expect(encoded([[1.5, -2], [0, 3]] as [[Float]], .box(-9...9, shape: [2])) == [1.5, -2, 0, 3])
        let image = Space.box(0...255, shape: [2, 1, 2], element: .uint8)
        let shares: [Float] = [0, 7 / 255, 128 / 255, 1]
        #expect(encoded([[0, 7, 128, 255]] as [[UInt8]], image) == shares)
        let flags = Space.box(0...1, shape: [2, 1, 2], element: .uint8)
        #expect(encoded([[0, 1, 1, 0]] as [[UInt8]], flags) == [0, 1, 1, 0])
        #expect(encoded([[-1, 5]] as [[Int32]], .box(-9...9, shape: [2], element: .int32)) == [-1, 5])
        #expect(encoded([[1, 0, 1]] as [[UInt8]], .multiBinary([3])) == [1, 0, 1])
    }

    @Test func numbersAreOneHot() {
        #expect(encoded([[0], [2], [1]] as [[Int32]], .discrete(3)) == [1, 0, 0, 0, 0, 1, 0, 1, 0])
        #expect(encoded([[1]] as [[UInt8]], .discrete(2)) == [0, 1])
        #expect(encoded([[3]] as [[Float]], .discrete(4)) == [0, 0, 0, 1])
    }

    @Test func aNumberOutsideItsSpaceStops() async {
        await #expect(processExitsWith: .failure) {
            let inputs = UnsafeMutableBufferPointer<Float>.allocate(capacity: 4)
            withRows([[3 as Int32]]) { ObservationEncoding(.discrete(3))!.encode($0, into: inputs) }
        }
    }

    @Test func spacesWithoutAnEncoding() {
        #expect(ObservationEncoding(.multiDiscrete([2, 3])) == nil)
        #expect(ObservationEncoding(.tuple([.discrete(2)])) == nil)
        #expect(ObservationEncoding(.dictionary(["a": .discrete(2)])) == nil)
    }

    private static let box = EnvironmentDescription(
        id: "Reacher", observationSpace: .box(-1...1, shape: [3]), actionSpace: .box(-1...1, shape: [2]),
        elementType: .float32)
    private static let parts = EnvironmentDescription(
        id: "Parts", observationSpace: .tuple([.discrete(2), .discrete(3)]), actionSpace: .discrete(2),
        elementType: .int32)

    @Test func aRandomAgentDrawsNumbersFromABoundedBox() throws {
        var description = Self.box
        let agent = try RandomSettings().makeAgent(for: description, seed: 3)
        let numbers = UnsafeMutableBufferPointer<Float>.allocate(capacity: 400)
        defer { numbers.deallocate() }
        try withRows((0..<200).map { _ in [0, 0, 0] as [Float] }) { rows in
            try agent.act(on: Percepts(rows), mode: .explore, into: MutableRows(numbers, count: 200))
            #expect(try agent.assess(rows) == nil)
        }
        #expect(Set(numbers).count == 400 && numbers.allSatisfy { -1 <= $0 && $0 <= 1 })
        #expect(numbers.contains { $0 < -0.9 } && numbers.contains { $0 > 0.9 })
        description.actionSpace = .box(low: [-1], high: [.infinity], shape: [1], element: .float32)
        #expect(throws: AgentError.self) { try RandomSettings().makeAgent(for: description, seed: 3) }
    }

    /// All agents that learn from experience, and those of them with a table.
    private static let learners = AgentCatalog.entries.map(\.name).filter {
        $0 != "random" && !((try? AgentCatalog.entry($0).makeSettings()) is any PlannerSettings)
    }
    private static let tabular = learners.filter {
        let settings = try? AgentCatalog.entry($0).makeSettings()
        return settings is any TabularSettings || settings is TDLambdaSettings
    }

    /// Policies act in numbers too.
    private static let discrete = learners.filter { name in
        guard let settings = try? AgentCatalog.entry(name).makeSettings() else { return false }
        return type(of: settings).needs.actions == ["choices"]
    }

    @Test(arguments: discrete) func everyAgentNeedsDiscreteActions(name: String) throws {
        let settings = try AgentCatalog.entry(name).makeSettings()
        var description = Self.box
        if Self.tabular.contains(name) { description.observationSpace = .discrete(4) }
        let error = #expect(throws: AgentError.self) { try settings.makeAgent(for: description, seed: 0) }
        #expect(
            error
                == .actionSpace(
                    agent: name, environment: "Reacher", space: "Box(-1.0, 1.0, (2,), float32)",
                    needed: "discrete"))
        let text = try #require(error?.description)
        #expect(text.contains("'\(name)'") && text.contains("Reacher") && text.contains("reverie list environments"))
    }

    @Test(arguments: learners.filter { !tabular.contains($0) }) func observationsThatDoNotSuit(name: String) throws {
        let settings = try AgentCatalog.entry(name).makeSettings()
        var parts = Self.parts
        if AgentCatalog.agentsOfNumbers.contains(name) { parts.actionSpace = .box(-1...1, shape: [1]) }
        #expect(
            throws: AgentError.observationSpace(
                agent: name, environment: "Parts", space: "Tuple(Discrete(2), Discrete(3))",
                needed: "discrete or a box")
        ) { try settings.makeAgent(for: parts, seed: 0) }
    }

    @Test(arguments: tabular) func tablesNeedNumberedStates(name: String) throws {
        let settings = try AgentCatalog.entry(name).makeSettings()
        let error = #expect(throws: AgentError.self) { try settings.makeAgent(for: .vector(4, actions: 2), seed: 0) }
        #expect(
            error?.description.contains("'\(name)' needs an observation space that is discrete, or a tuple of") == true)
        // Several discrete numbers count the states like digits.
        let agent = try settings.makeAgent(for: Self.parts, seed: 0)
        let columns = settings is TDLambdaSettings ? 1 : 2
        #expect(agent.variables["values"].values.count == 6 * columns)
        for step in 0..<3 {
            try agent.learn(
                PlayedStep(observation: [1 as Int32, 2], action: 1, reward: 1, next: [0, 0], terminated: step == 2))
        }
        let changed = agent.variables["values"].values.indices.filter { agent.variables["values"].values[$0] != 0 }
        #expect(changed == [6 * columns - 1])
    }

    @Test func tablesHaveALimit() {
        var description = Self.parts
        for space in [Space.multiDiscrete([1 << 20, 1 << 20, 1 << 40]), .discrete(1 << 26)] {
            description.observationSpace = space
            #expect(throws: AgentError.self) { try QLearningSettings().makeAgent(for: description, seed: 0) }
        }
    }

    @Test func unknownAgentsHaveASuggestion() throws {
        let error = #expect(throws: AgentError.self) { try AgentCatalog.entry("reinforse") }
        #expect(error == .unknownAgent("reinforse", advice: "Did you mean 'reinforce'?"))
        #expect(error?.description.contains("Did you mean 'reinforce'?") == true)
        #expect(throws: AgentError.unknownAgent("zzzzzz", advice: nil)) { try AgentCatalog.entry("zzzzzz") }
        #expect(try AgentCatalog.entry("DQN").name == "dqn")
    }

    @Test func adviceNamesOnlySettingsOfTheAgent() {
        for entry in AgentCatalog.entries {
            let settings = entry.makeSettings().settings.map(\.name)
            let errors: [AgentError] = [
                .diverged(agent: entry.name, update: 3, loss: .nan),
                .notFinite(agent: entry.name, name: "weight", update: 3),
            ]
            for error in errors {
                for name in ["learningRate", "gradientClipping"] {
                    #expect("\(error)".contains(name) == settings.contains(name), "\(entry.name): \(error)")
                }
            }
        }
    }

    @Test func agentsKnowTheirNames() {
        #expect(AgentCatalog.name(of: QLearning.self) == "q-learning")
        #expect(AgentCatalog.name(of: DQN.self) == "dqn" && AgentCatalog.name(of: REINFORCE.self) == "reinforce")
    }

    @Test(arguments: [
        ("trpo", "'ppo'"), ("tqc", "'sac'"), ("Double-DQN", "'rainbow'"), ("muzero", "'dyna-q'"),
        ("OpenAI-ES", "'cma-es'"),
    ])
    func wellKnownAgentsThatAreMissingHaveRelatives(name: String, relative: String) throws {
        let error = #expect(throws: AgentError.self) { try AgentCatalog.entry(name) }
        #expect(error?.description.contains("Of its kind") == true)
        #expect(error?.description.contains(relative) == true)
    }

    @Test func allAgentsOfTheCatalogueAct() throws {
        for name in AgentCatalog.agentsOfChoices {
            let agent = try AgentCatalog.entry(name).makeSettings().makeAgent(for: .states(5, actions: 3), seed: 1)
            let states = (0..<60).map { [Int32($0 % 5)] }
            for mode in [ActionMode.explore, .greedy] {
                let actions = try agent.actions(on: states, mode: mode)
                #expect(actions.allSatisfy { (0..<3).contains($0) }, "\(name)")
            }
            #expect(try agent.assess([4 as Int32])?.values.count == 3)
        }
    }
}
