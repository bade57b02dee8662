import Environments
import NeuralNetworks
import Testing

@testable import Agents

/// Each update rule by hand: three states, two actions, Q = ((1, 2), (3, 4), (5, 6)), α = ½, γ = 0.9, ε = 0.2. The
/// expected values of the states are then 1.9, 3.9 and 5.9.
@Suite struct UpdateRuleTests {
    private static func agent<Settings: TabularSettings>(
        _ settings: Settings, _ change: (inout Settings) -> Void = { _ in }
    ) -> any Learner {
        var settings = settings
        (settings.table.learningRate, settings.table.finalLearningRate) = (0.5, 0.5)
        (settings.table.explorationStart, settings.table.explorationEnd) = (0.2, 0.2)
        settings.table.discount = 0.9
        change(&settings)
        let agent = settings.makeAgent(shape: TableShape(stateCount: 3, actionCount: 2), seed: 1)
        agent.variables["values"].set([1, 2, 3, 4, 5, 6])
        return agent
    }

    private static func step(
        _ state: Int32, _ action: Int, _ reward: Double, _ next: Int32, _ end: String = ""
    ) -> PlayedStep<Int32> {
        PlayedStep(
            observation: [state], action: action, reward: reward, next: [next], terminated: end == "terminated",
            truncated: end == "truncated")
    }

    private static func values(_ agent: any Learner, after steps: [PlayedStep<Int32>]) throws -> [Float] {
        for step in steps { try agent.learn(step) }
        return agent.variables["values"].values
    }

    private static func near(_ values: [Float], _ expected: [Double]) -> Bool {
        zip(values, expected).allSatisfy { abs(Double($0) - $1) < 2e-6 }
    }

    // MARK: One step

    @Test func sarsaWaitsForItsNextAction() throws {
        let agent = Self.agent(SARSASettings())
        #expect(try Self.values(agent, after: [Self.step(0, 1, 10, 2)]) == [1, 2, 3, 4, 5, 6])
        // 2 + ½ (10 + 0.9 · 5 − 2); then 5 + ½ (1 + 0.9 · 3.9 − 5), because no action follows truncation.
        let cut = try Self.values(agent, after: [Self.step(2, 0, 1, 1, "truncated")])
        #expect(Self.near(cut, [1, 8.25, 3, 4, 4.755, 6]), "\(cut)")
        let ended = try Self.values(agent, after: [Self.step(1, 1, 2, 0, "terminated")])
        #expect(Self.near(ended, [1, 8.25, 3, 3, 4.755, 6]), "\(ended)")
        #expect(agent.updates == 3)
    }

    @Test(arguments: [("", 8.655), ("truncated", 8.655), ("terminated", 6)])
    func expectedSARSA(end: String, value: Double) throws {
        let values = try Self.values(Self.agent(ExpectedSARSASettings()), after: [Self.step(0, 1, 10, 2, end)])
        #expect(Self.near(values, [1, value, 3, 4, 5, 6]), "\(values)")
    }

    /// The table that the coin selects asks the other one for the value of its own best action.
    @Test(arguments: [(false, 6.45, 9.75), (true, 6, 7.5)])
    func doubleQLearning(terminated: Bool, first: Float, second: Float) throws {
        var seen: Set<[Float]> = []
        for seed in 0..<20 as Range<UInt64> {
            var settings = DoubleQLearningSettings()
            (settings.learningRate, settings.finalLearningRate, settings.discount) = (0.5, 0.5, 0.9)
            let agent = settings.makeAgent(shape: TableShape(stateCount: 3, actionCount: 2), seed: seed)
            agent.variables["first"].set([1, 2, 3, 4, 5, 6])
            agent.variables["second"].set([6, 5, 4, 3, 2, 1])
            try agent.learn(Self.step(0, 1, 10, 2, terminated ? "terminated" : "truncated"))
            let (a, b) = (agent.variables["first"].values, agent.variables["second"].values)
            #expect(agent.variables["values"].values[1] == (a[1] + b[1]) / 2)
            #expect([a[0], b[0]] == [1, 6] && a[2...] == [3, 4, 5, 6] && b[2...] == [4, 3, 2, 1])
            seen.insert([a[1], b[1]])
        }
        #expect(seen.count == 2)
        let rounded = Set(seen.map { $0.map { ($0 * 1000).rounded() / 1000 } })
        #expect(rounded == [[first, 5], [2, second]])
    }

    @Test func bothTablesFollowAGivenOne() throws {
        let agent = Self.agent(DoubleQLearningSettings())
        agent.behaviourWasSet()
        for name in ["first", "second"] { #expect(agent.variables[name].values == [1, 2, 3, 4, 5, 6]) }
        #expect(agent.behaviour.entries.map(\.path) == ["values"])
    }

    // MARK: Several steps

    private static let walk = [step(0, 1, 1, 1), step(1, 0, 2, 2)]

    /// Two-step returns: the first is known when the third action is; the end of the episode completes the others at
    /// once.
    @Test(arguments: [
        ("sarsa", "terminated", 4.83, 4.3, 5), ("sarsa", "truncated", 4.83, 6.101035, 7.00115),
        ("expected", "terminated", 4.7895, 4.3, 5), ("tree", "terminated", 3.44895, 4.345, 5),
    ])
    func returnsOfTwoSteps(backup: String, end: String, first: Double, second: Double, third: Double) throws {
        let agent = Self.agent(NStepSARSASettings()) { ($0.stepCount, $0.backup) = (2, .init(rawValue: backup)!) }
        #expect(try Self.values(agent, after: Self.walk) == [1, 2, 3, 4, 5, 6])
        let values = try Self.values(agent, after: [Self.step(2, 1, 4, 0, end)])
        #expect(Self.near(values, [1, first, second, 4, 5, third]), "\(values)")
    }

    @Test(arguments: ["", "terminated", "truncated"]) func oneStepOfSARSAIsSARSA(end: String) throws {
        let steps = Self.walk + [Self.step(2, 0, -3, 1, end), Self.step(1, 1, 2, 0)]
        let one = Self.agent(NStepSARSASettings()) { $0.stepCount = 1 }
        #expect(try Self.values(one, after: steps) == Self.values(Self.agent(SARSASettings()), after: steps))
    }

    @Test func sarsaLambda() throws {
        let agent = Self.agent(SARSALambdaSettings()) { $0.lambda = 0.5 }
        #expect(try Self.values(agent, after: [Self.walk[0]]) == [1, 2, 3, 4, 5, 6])
        let second = try Self.values(agent, after: [Self.walk[1]])
        #expect(Self.near(second, [1, 2.85, 3, 4, 5, 6]), "\(second)")
        let third = try Self.values(agent, after: [Self.step(2, 1, 4, 0, "terminated")])
        #expect(Self.near(third, [1, 3.6375, 4.75, 4, 5, 5]), "\(third)")
        // The next episode has no traces of this one.
        let next = try Self.values(agent, after: [Self.step(0, 0, 3, 0, "terminated")])
        #expect(Self.near(next, [2, 3.6375, 4.75, 4, 5, 5]), "\(next)")
    }

    /// A truncated episode bootstraps from the expected value of its last state.
    @Test func sarsaLambdaBootstrapsBehindACut() throws {
        let agent = Self.agent(SARSALambdaSettings())
        let values = try Self.values(agent, after: [Self.step(0, 1, 10, 2, "truncated")])
        #expect(Self.near(values, [1, 8.655, 3, 4, 5, 6]), "\(values)")
    }

    @Test(arguments: TraceKind.allCases) func aSecondVisit(kind: TraceKind) throws {
        let agent = Self.agent(SARSALambdaSettings()) { ($0.lambda, $0.traces) = (0.5, kind) }
        agent.variables["values"].set([0, 0, 0, 0, 0, 0])
        let values = try Self.values(agent, after: [Self.step(0, 0, 0, 0), Self.step(0, 0, 1, 0, "terminated")])
        // γλ = 0.45: the trace is 1.45, 1, or 1 + 0.5 · 0.45.
        let expected = [TraceKind.accumulating: 0.725, .replacing: 0.5, .dutch: 0.6125][kind]!
        #expect(abs(Double(values[0]) - expected) < 1e-6, "\(values)")
    }

    @Test func qLambdaForgetsAtAnExploringAction() throws {
        let agent = Self.agent(QLambdaSettings()) { $0.lambda = 0.5 }
        let first = try Self.values(agent, after: [Self.walk[0]])
        #expect(Self.near(first, [1, 3.3, 3, 4, 5, 6]), "\(first)")
        let second = try Self.values(agent, after: [Self.walk[1]])
        #expect(Self.near(second, [1, 3.3, 5.2, 4, 5, 6]), "\(second)")
        let third = try Self.values(agent, after: [Self.step(2, 1, 4, 0, "terminated")])
        #expect(Self.near(third, [1, 3.3, 4.75, 4, 5, 5]), "\(third)")
    }

    @Test(arguments: [SARSALambdaSettings.agentName, QLambdaSettings.agentName])
    func withoutLambdaTheyAreTheirOneStepAgents(name: String) throws {
        let steps = Self.walk + [Self.step(2, 0, -3, 1, "truncated"), Self.step(1, 1, 2, 0), Self.step(0, 0, 1, 1)]
        for kind in TraceKind.allCases {
            let pair: [any Learner] =
                name == SARSALambdaSettings.agentName
                ? [
                    Self.agent(SARSALambdaSettings()) { ($0.lambda, $0.traces) = (0, kind) },
                    Self.agent(SARSASettings()),
                ]
                : [
                    Self.agent(QLambdaSettings()) { ($0.lambda, $0.traces) = (0, kind) },
                    Self.agent(QLearningSettings()),
                ]
            let (own, other) = (try Self.values(pair[0], after: steps), try Self.values(pair[1], after: steps))
            #expect(zip(own, other).allSatisfy { abs($0 - $1) < 1e-5 }, "\(own) \(other)")
        }
    }

    // MARK: Whole episodes

    @Test(arguments: [("terminated", 4.02, 4.3), ("truncated", 6.17055, 6.6895)])
    func monteCarloLearnsFirstVisits(end: String, first: Double, second: Double) throws {
        let agent = Self.agent(MonteCarloSettings()) { $0.averaging = false }
        let steps = [Self.step(0, 1, 1, 1), Self.step(1, 0, 2, 0)]
        #expect(try Self.values(agent, after: steps) == [1, 2, 3, 4, 5, 6])
        let values = try Self.values(agent, after: [Self.step(0, 1, 4, 2, end)])
        #expect(Self.near(values, [1, first, second, 4, 5, 6]), "\(values)")
    }

    @Test func monteCarloAverages() throws {
        let agent = Self.agent(MonteCarloSettings())
        let returns = [6.0, 2, 7]
        for (index, value) in returns.enumerated() {
            let values = try Self.values(agent, after: [Self.step(0, 1, value, 0, "terminated")])
            let mean = returns[...index].reduce(0, +) / Double(index + 1)
            #expect(Self.near(values, [1, mean, 3, 4, 5, 6]), "\(values)")
        }
    }

    // MARK: Side by side

    /// The data of different environments don't mix: each learns as it would alone if they visit different states.
    @Test(arguments: AgentCatalog.entries.map(\.name)) func environmentsDoNotMix(name: String) throws {
        guard let settings = try AgentCatalog.entry(name).makeSettings() as? any TabularSettings,
            !(settings is DynaQSettings), !(settings is DoubleQLearningSettings)
        else { return }
        func make() -> any Learner { settings.makeAgent(shape: TableShape(stateCount: 6, actionCount: 2), seed: 1) }
        func episode(_ offset: Int32, _ end: String) -> [PlayedStep<Int32>] {
            [
                Self.step(offset, 1, 1, offset + 1), Self.step(offset + 1, 0, 2, offset + 2),
                Self.step(offset + 2, 1, 4, offset, end),
            ]
        }
        let (one, other) = (episode(0, "terminated"), episode(3, "terminated"))
        let (alone, together) = (make(), make())
        for step in one + other { try alone.learn(step) }
        for (first, second) in zip(one, other) { try together.learn([first, second]) }
        let (expected, values) = (alone.variables["values"].values, together.variables["values"].values)
        // α falls by some 10⁻⁵ per step.
        #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-3 }, "\(values) \(expected)")
        #expect(values[1] != 0 && values[7] != 0)
    }
}
