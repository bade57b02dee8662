import Environments
import NeuralNetworks
import Testing

@testable import Agents

/// Q-learning step by step, and the agent that learns nothing.
@Suite struct TabularTests {
    private static func agent(
        seed: UInt64 = 1, _ change: (inout QLearningSettings) -> Void = { _ in }
    ) -> QLearning {
        var settings = QLearningSettings()
        (settings.learningRate, settings.finalLearningRate, settings.discount) = (0.5, 0.5, 0.9)
        change(&settings)
        return QLearning(settings, stateCount: 3, actionCount: 2, seed: seed)
    }

    private static func step(
        _ state: Int32, _ action: Int, _ reward: Double, _ next: Int32, terminated: Bool = false,
        truncated: Bool = false
    ) -> PlayedStep<Int32> {
        PlayedStep(
            observation: [state], action: action, reward: reward, next: [next], terminated: terminated,
            truncated: truncated)
    }

    @Test(arguments: [(false, false), (false, true), (true, false), (true, true)])
    func oneUpdateByHand(terminated: Bool, truncated: Bool) throws {
        let agent = Self.agent()
        let table = agent.variables["values"]
        table.set([1, 2, 3, 4, 5, 6])
        try agent.learn(Self.step(0, 1, 10, 2, terminated: terminated, truncated: truncated))
        let target: Float = terminated ? 10 : 10 + 0.9 * 6
        let expected: [Float] = [1, 2 + 0.5 * (target - 2), 3, 4, 5, 6]
        #expect(zip(table.values, expected).allSatisfy { abs($0 - $1) < 1e-5 }, "\(table.values)")
        #expect(abs(agent.metric("temporalDifference")! - Double(target - 2)) < 1e-5)
        #expect(agent.updates == 1)
    }

    /// A row sees what the rows before it have written.
    @Test func rowsAreUpdatedInOrder() throws {
        let agent = Self.agent()
        try agent.learn([Self.step(1, 0, 4, 2, terminated: true), Self.step(0, 0, 0, 1)])
        #expect(agent.variables["values"].values == [0.5 * 0.9 * 2, 0, 2, 0, 0, 0])
    }

    @Test func resetRowsTeachNothing() throws {
        let agent = Self.agent()
        var step = Self.step(1, 0, 4, 2)
        step.isReset = true
        try agent.learn(step)
        #expect(agent.variables["values"].values == [0, 0, 0, 0, 0, 0] && agent.updates == 0)
    }

    @Test func stepSizeAndExplorationFollowTheirSchedules() throws {
        let agent = Self.agent {
            ($0.finalLearningRate, $0.explorationStart, $0.explorationEnd, $0.scheduleSteps) = (0.1, 1, 0.2, 10)
        }
        let table = agent.variables["values"]
        for step in 0...12 {
            let share = min(1, Double(step) / 10)
            #expect(abs(agent.metric("learningRate")! - (0.5 - 0.4 * share)) < 1e-12)
            #expect(abs(agent.metric("exploration")! - (1 - 0.8 * share)) < 1e-12)
            table.set([0, 0, 0, 0, 0, 0])
            try agent.learn(Self.step(0, 0, 1, 1, terminated: true))
            #expect(abs(Double(table.values[0]) - (0.5 - 0.4 * share)) < 1e-6)
        }
    }

    @Test func exploresAsOftenAsItsScheduleSays() throws {
        let agent = Self.agent { ($0.explorationStart, $0.explorationEnd, $0.scheduleSteps) = (0.4, 0.4, 0) }
        agent.variables["values"].set([0, 1, 0, 0, 0, 0])
        let actions = try agent.actions(on: [[Int32]](repeating: [0], count: 10_000))
        let share = Double(actions.count { $0 == 0 }) / 10_000
        #expect(abs(share - 0.2) < 5 * (0.16 / 10_000).squareRoot())
        #expect(Set(try agent.actions(on: [[Int32]](repeating: [0], count: 100), mode: .greedy)) == [1])
    }

    @Test func equalValuesAreChosenAmongAtRandom() throws {
        var settings = QLearningSettings()
        (settings.explorationStart, settings.explorationEnd) = (0, 0)
        let agent = QLearning(settings, stateCount: 1, actionCount: 4, seed: 3)
        agent.variables["values"].set([1, 0, 1, 1])
        var counts = [Int](repeating: 0, count: 4)
        for action in try agent.actions(on: [[Int32]](repeating: [0], count: 9_000)) { counts[action] += 1 }
        #expect(counts[1] == 0 && isUniform([counts[0], counts[2], counts[3]]), "\(counts)")
        #expect(Set(try agent.actions(on: [[Int32]](repeating: [0], count: 50), mode: .greedy)) == [0])
    }

    @Test func initialValuesAndAssessment() throws {
        let agent = Self.agent { $0.initialValue = 7 }
        #expect(agent.variables["values"].values == [7, 7, 7, 7, 7, 7])
        agent.variables["values"].set([0, 1, 2, 3, 4, 5])
        let assessment = try agent.assess([2 as Int32])
        #expect(assessment == ActionAssessment(kind: .actionValues, values: [4, 5]))
    }

    @Test(arguments: [-1, 3] as [Int32]) func aStateOutsideTheTableStops(state: Int32) async {
        await #expect(processExitsWith: .failure) { [state] in
            try TabularTests.agent().learn(TabularTests.step(0, 0, 1, state))
        }
    }

    @Test func theRandomAgentIsUniform() throws {
        let agent = RandomAgent(actionCount: 5, seed: 9)
        for mode in [ActionMode.explore, .greedy] {
            var counts = [Int](repeating: 0, count: 5)
            for action in try agent.actions(on: [[Int32]](repeating: [0], count: 20_000), mode: mode) {
                counts[action] += 1
            }
            #expect(isUniform(counts), "\(counts)")
        }
        let rows = [[Int32]](repeating: [0], count: 100)
        let same = try RandomAgent(actionCount: 5, seed: 4).actions(on: rows)
        #expect(try RandomAgent(actionCount: 5, seed: 4).actions(on: rows) == same)
        #expect(try RandomAgent(actionCount: 5, seed: 5).actions(on: rows) != same)
        try agent.learn(Self.step(0, 0, 1, 1))
        #expect(agent.updates == 0 && agent.variables.entries.isEmpty && agent.metrics.isEmpty)
    }
}
