import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore
import Testing

@testable import Agents

/// Q-learning on windows: its targets, its loss, and how it explores.
@Suite struct PQNTests {
    private static let numbers = EnvironmentDescription(
        id: "Numbers", observationSpace: .box(-10...10, shape: [2]), actionSpace: .discrete(3), elementType: .float32,
        count: 2)

    private static func agent(_ change: (inout PQNSettings) -> Void = { _ in }) throws -> PQN {
        var settings = PQNSettings()
        (settings.hiddenSizes, settings.windowSteps, settings.minibatchSize) = ([6], 4, 8)
        (settings.epochs, settings.discount, settings.lambda) = (1, 0.9, 0.7)
        change(&settings)
        return try PQN(settings, environment: numbers, seed: 3)
    }

    private static func observation(_ step: Int, _ index: Int) -> [Float] { [Float(step), Float(index) - 0.5] }

    /// The loss of a window is ½ E[(Q(s, a) − G)²] with G by the recursion over max Q, whatever was explored: here with
    /// an end after the second step of the first environment and a truncation after the third of the second.
    @Test func theLossIsThatOfLambdaReturns() throws {
        let agent = try Self.agent()
        func values(_ step: Int, _ index: Int) throws -> [Double] {
            try agent.assess(Self.observation(step, index))!.values
        }
        var (chosen, best): ([[Double]], [[Double]]) = ([[], []], [[], []])
        var rewards: [[Double]] = [[], []]
        for step in 0..<4 {
            let rows = (0..<2).map { Self.observation(step, $0) }
            let actions = try agent.actions(on: rows)
            let steps = try (0..<2).map { index in
                let reward = Double(step) - Double(index)
                chosen[index].append(try values(step, index)[actions[index]])
                best[index].append(try values(step + 1, index).max()!)
                rewards[index].append(reward)
                return PlayedStep(
                    observation: rows[index], action: actions[index], reward: reward,
                    next: Self.observation(step + 1, index), terminated: index == 0 && step == 1,
                    truncated: index == 1 && step == 2)
            }
            try agent.learn(steps)
        }
        var sum = 0.0
        for index in 0..<2 {
            var following = 0.0
            for step in (0..<4).reversed() {
                let (ends, cut) = (index == 0 && step == 1, index == 1 && step == 2 || step == 3)
                let bootstrap = cut ? best[index][step] : 0.3 * best[index][step] + 0.7 * following
                following = rewards[index][step] + 0.9 * (ends ? 0 : bootstrap)
                sum += (chosen[index][step] - following) * (chosen[index][step] - following)
            }
        }
        #expect(agent.updates == 1)
        #expect(abs(agent.metric("loss")! - 0.5 * sum / 8) < 1e-5)
    }

    @Test func explorationFollowsItsSchedule() throws {
        let agent = try Self.agent { ($0.explorationStart, $0.explorationEnd, $0.explorationSteps) = (1, 0, 40) }
        #expect(agent.metric("exploration") == 1)
        func played() throws -> Set<Int> {
            try Set((0..<60).flatMap { _ in try agent.actions(on: [Self.observation(1, 0), Self.observation(1, 0)]) })
        }
        #expect(try played().count == 3)
        for step in 0..<20 {
            _ = try agent.actions(on: [Self.observation(step, 0), Self.observation(step, 1)])
            let steps = (0..<2).map {
                PlayedStep(observation: Self.observation(step, $0), next: Self.observation(step + 1, $0))
            }
            try agent.learn(steps)
        }
        #expect(agent.metric("exploration") == 0)
        let best = try agent.actions(on: [Self.observation(1, 0)], mode: .greedy)
        #expect(try played() == Set(best))
    }

    /// Valid actions are chosen where they are told.
    @Test func invalidActionsAreNotTaken() throws {
        let agent = try Self.agent()
        for mode in [ActionMode.explore, .greedy] {
            for _ in 0..<50 {
                let only = ActionMask { $0 == 2 }
                let rows = [Self.observation(1, 0), Self.observation(1, 1)]
                #expect(try agent.actions(on: rows, masks: [only, only], mode: mode) == [2, 2])
            }
        }
    }

    @Test func normalizationsStartAsTheIdentity() throws {
        let agent = try Self.agent()
        let gains = agent.behaviour.entries.filter { $0.path == "body.features.1.weight" }
        #expect(gains.count == 1 && gains[0].variable.values == Array(repeating: 1, count: 6))
        #expect(try Self.agent { $0.layerNorm = false }.behaviour.entries.count == gains.count + 3)
    }

    @Test func numbersAreRefused() throws {
        let error = #expect(throws: AgentError.self) {
            try PQN(
                environment: EnvironmentDescription(
                    id: "Box", observationSpace: .box(-1...1, shape: [2]), actionSpace: .box(-1...1, shape: [1]),
                    elementType: .float32), seed: 1)
        }
        #expect("\(error!)".contains("'pqn' needs an action space that is discrete"))
    }
}
