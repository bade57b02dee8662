import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore
import Testing

@testable import Agents

/// When a deep Q-network explores, learns, and updates its target.
@Suite struct DQNScheduleTests {
    private static func agent(
        environments: EnvironmentDescription = .vector(3, actions: 4, count: 8), seed: UInt64 = 1,
        _ change: (inout DQNSettings) -> Void = { _ in }
    ) throws -> DQN {
        var settings = DQNSettings()
        settings.hiddenSizes = [8]
        settings.batchSize = 4
        settings.replayCapacity = 100
        settings.learningStart = 0
        settings.trainEvery = 1
        settings.learningRate = 0.01
        change(&settings)
        return try DQN(settings, environment: environments, seed: seed)
    }

    /// Random steps of `count` environments; every seventh terminates, every fifth is truncated.
    private static func batch(_ count: Int, _ random: inout RandomStream) -> [PlayedStep<Float>] {
        (0..<count).map { _ in
            let values = (0..<6).map { _ in Float(random.normal()) }
            return PlayedStep(
                observation: Array(values[..<3]), action: random.integers(below: 4), reward: random.normal(),
                next: Array(values[3...]), terminated: random.integers(below: 7) == 0,
                truncated: random.integers(below: 5) == 0)
        }
    }

    /// The updates after each of `calls` steps of `environments` environments.
    private static func updates(
        calls: Int, environments: Int, _ change: (inout DQNSettings) -> Void
    ) throws -> [Int] {
        let agent = try agent(change)
        var random = RandomStream(seed: 2)
        return try (0..<calls).map { _ in
            try agent.learn(batch(environments, &random))
            return agent.updates
        }
    }

    @Test func updatesComeEverySoManySteps() throws {
        #expect(try Self.updates(calls: 6, environments: 1) { $0.trainEvery = 1 } == [1, 2, 3, 4, 5, 6])
        let each = try Self.updates(calls: 9, environments: 1) { $0.trainEvery = 4 }
        #expect(each == [0, 0, 0, 1, 1, 1, 1, 2, 2])
        let several = try Self.updates(calls: 4, environments: 1) { ($0.trainEvery, $0.updatesPerRound) = (2, 3) }
        #expect(several == [0, 3, 3, 6])
        #expect(try Self.updates(calls: 3, environments: 1) { $0.updatesPerRound = 0 } == [0, 0, 0])
    }

    @Test func minusOneMeansAsManyUpdatesAsSteps() throws {
        let single = try Self.updates(calls: 6, environments: 1) { ($0.trainEvery, $0.updatesPerRound) = (3, -1) }
        #expect(single == [0, 0, 3, 3, 3, 6])
        let eight = try Self.updates(calls: 3, environments: 8) { ($0.trainEvery, $0.updatesPerRound) = (1, -1) }
        #expect(eight == [8, 16, 24])
        let twelve = try Self.updates(calls: 4, environments: 8) { ($0.trainEvery, $0.updatesPerRound) = (12, -1) }
        #expect(twelve == [0, 16, 16, 32])
    }

    @Test func severalEnvironmentsCountEachStep() throws {
        #expect(try Self.updates(calls: 4, environments: 8) { $0.trainEvery = 16 } == [0, 1, 1, 2])
        #expect(try Self.updates(calls: 3, environments: 8) { $0.trainEvery = 8 } == [1, 2, 3])
    }

    @Test func learningStartsAfterItsSteps() throws {
        #expect(try Self.updates(calls: 6, environments: 1) { $0.learningStart = 3 } == [0, 0, 0, 1, 2, 3])
        #expect(try Self.updates(calls: 4, environments: 8) { $0.learningStart = 20 } == [0, 0, 1, 2])
    }

    /// Rounds are counted from the first step, as in Stable-Baselines3: those due before learning starts are skipped,
    /// and the first one after that comes at its usual step.
    @Test(arguments: [(3, [4, 8, 12]), (4, [8, 12]), (6, [8, 12]), (7, [8, 12]), (8, [12])])
    func roundsAreDueAtMultiplesOfTheirInterval(learningStart: Int, rounds: [Int]) throws {
        let updates = try Self.updates(calls: 14, environments: 1) {
            ($0.learningStart, $0.trainEvery, $0.updatesPerRound) = (learningStart, 4, 2)
        }
        #expect(updates == (1...14).map { step in 2 * rounds.count { $0 <= step } })
    }

    @Test func resetRowsAreNoSteps() throws {
        let agent = try Self.agent { $0.trainEvery = 2 }
        var random = RandomStream(seed: 2)
        for _ in 0..<10 {
            var step = PlayedStep<Float>(observation: [1, 2, 3], next: [1, 2, 3])
            step.isReset = true
            try agent.learn(step)
        }
        #expect(agent.updates == 0)
        for _ in 0..<4 { try agent.learn(Self.batch(1, &random)) }
        #expect(agent.updates == 2)
    }

    /// The target becomes the network before the step's updates, at every third step and no other.
    @Test func hardTargetUpdates() throws {
        let agent = try Self.agent { $0.targetEvery = 3 }
        var random = RandomStream(seed: 3)
        var target = agent.variables.values(below: "target.")
        #expect(target == agent.variables.values(below: "network."), "both start equal")
        for step in 1...10 {
            let before = agent.variables.values(below: "network.")
            try agent.learn(Self.batch(1, &random))
            if step % 3 == 0 { target = before }
            #expect(agent.variables.values(below: "target.") == target, "step \(step)")
            #expect(agent.variables.values(below: "network.") != before)
        }
    }

    /// θ̄ ← θ̄ + τ (θ − θ̄), elementwise, at every second step and no other.
    @Test func softTargetUpdates() throws {
        let agent = try Self.agent {
            ($0.targetRate, $0.targetEvery, $0.learningRate) = (0.25, 2, 0.1)
        }
        var random = RandomStream(seed: 3)
        for step in 1...8 {
            let (network, target) = (
                agent.variables.values(below: "network."), agent.variables.values(below: "target.")
            )
            try agent.learn(Self.batch(1, &random))
            for (path, after) in agent.variables.values(below: "target.") {
                for (element, value) in after.enumerated() {
                    let old = target[path]![element]
                    let expected = step % 2 == 0 ? old + 0.25 * (network[path]![element] - old) : old
                    #expect(abs(value - expected) < 1e-6, "step \(step), \(path)")
                }
            }
        }
        #expect(agent.variables.values(below: "network.") != agent.variables.values(below: "target."))
    }

    /// An agent for which action 2 is always best.
    private static func decided(_ change: (inout DQNSettings) -> Void) throws -> DQN {
        let agent = try agent {
            $0.hiddenSizes = []
            $0.learningRate = 0
            change(&$0)
        }
        agent.variables["network.layers.0.weight"].set([Float](repeating: 0, count: 12))
        agent.variables["network.layers.0.bias"].set([0, 0, 1, 0])
        return agent
    }

    @Test(arguments: [0, 20]) func explorationFollowsItsSchedule(delay: Int) throws {
        let agent = try Self.decided {
            ($0.explorationStart, $0.explorationEnd, $0.explorationSteps) = (0.8, 0.2, 50)
            ($0.learningStart, $0.explorationDelay) = (10, delay)
        }
        let schedule = LinearSchedule(from: 0.8, to: 0.2, over: 50)
        let observations = [[Float]](repeating: [1, 2, 3], count: 4000)
        for step in 0...60 {
            if step % 10 == 0 || step == 9 {
                let epsilon = step < 10 ? 1 : schedule.value(at: max(0, step - delay))
                #expect(agent.metric("exploration") == epsilon)
                var counts = [Int](repeating: 0, count: 4)
                for action in try agent.actions(on: observations) { counts[action] += 1 }
                // A random action is also the best one in a quarter of the cases: five standard deviations.
                let share = 1 - Double(counts[2]) / 4000
                #expect(abs(share - 0.75 * epsilon) < 5 * (0.25 / 4000).squareRoot(), "step \(step): \(share)")
                #expect(isUniform([counts[0], counts[1], counts[3]]))
            }
            try agent.learn(PlayedStep<Float>(observation: [0, 0, 0], next: [0, 0, 0]))
        }
    }

    @Test func greedyActionsDoNotExplore() throws {
        let agent = try Self.decided { ($0.explorationStart, $0.explorationEnd) = (1, 1) }
        let actions = try agent.actions(on: [[Float]](repeating: [1, 2, 3], count: 500), mode: .greedy)
        #expect(Set(actions) == [2])
        let without = try Self.decided { ($0.explorationStart, $0.explorationEnd) = (0, 0) }
        #expect(Set(try without.actions(on: [[Float]](repeating: [1, 2, 3], count: 500))) == [2])
    }

    /// Each row's action is its own best one, and the assessment its values.
    @Test func greedyActionsAreTheBestOfTheirRows() throws {
        let agent = try Self.agent { $0.hiddenSizes = [] }
        let weights: [Float] = [1, 0, 0, 0, 1, 0, 0, 0, 1, -1, -1, -1]
        agent.variables["network.layers.0.weight"].set(weights)
        agent.variables["network.layers.0.bias"].set([0, 0.5, 0, 0])
        let observations: [[Float]] = [[3, 1, 2], [0, 1, 1.25], [0, 1, 2], [-5, -6, -7]]
        #expect(try agent.actions(on: observations, mode: .greedy) == [0, 1, 2, 3])
        let assessment = try #require(try agent.assess(observations[0]))
        #expect(assessment == ActionAssessment(kind: .actionValues, values: [3, 1.5, 2, -6]))
    }

    /// Variables and actions of a short training, bit for bit.
    private static func run(seed: UInt64) throws -> (bits: [[UInt32]], actions: [[Int]]) {
        let agent = try agent(seed: seed) {
            ($0.trainEvery, $0.updatesPerRound, $0.explorationSteps, $0.targetEvery) = (8, 2, 200, 24)
        }
        var random = RandomStream(seed: 77)
        var actions: [[Int]] = []
        for _ in 0..<60 {
            let batch = batch(4, &random)
            actions.append(try agent.actions(on: batch.map(\.observation)))
            try agent.learn(batch)
        }
        return (agent.variables.bits, actions)
    }

    @Test func theSameSeedGivesTheSameBits() throws {
        let (first, second, other) = (try Self.run(seed: 4), try Self.run(seed: 4), try Self.run(seed: 5))
        #expect(first.bits == second.bits)
        #expect(first.actions == second.actions)
        #expect(first.bits != other.bits)
        #expect(first.actions != other.actions)
    }

    @Test func discreteObservationsAreLearnedPerState() throws {
        var settings = DQNSettings()
        settings.hiddenSizes = []
        settings.optimizer = .sgd
        (settings.learningRate, settings.learningStart, settings.trainEvery, settings.batchSize) = (0.25, 0, 1, 2)
        (settings.lossFunction, settings.replayCapacity, settings.network) = (.squared, 2, .mlp)
        let agent = try DQN(settings, environment: .states(3, actions: 2), seed: 1)
        let weight = agent.variables["network.layers.0.weight"]
        weight.set([Float](repeating: 0, count: 6))
        agent.variables["network.layers.0.bias"].set([0, 0])
        try agent.learn(PlayedStep(observation: [2 as Int32], action: 1, reward: 1, next: [0], terminated: true))
        // Only the weight from state 2 to action 1, by α · 2 (1 − 0).
        #expect(weight.values == [0, 0, 0, 0, 0, 0.5])
    }
}
