import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore
import Testing

@testable import Agents

/// REINFORCE from steps to updates: returns, bootstrap, baseline, entropy, plans.
@Suite struct REINFORCETests {
    private static func agent(
        seed: UInt64 = 1, _ change: (inout REINFORCESettings) -> Void = { _ in }
    ) throws -> REINFORCE {
        var settings = REINFORCESettings()
        settings.hiddenSizes = [8]
        settings.episodesPerUpdate = 1
        change(&settings)
        return try REINFORCE(settings, environment: .vector(2, actions: 3), seed: seed)
    }

    /// An episode whose t-th observation is (t, 1) and whose action is t modulo 3; truncated if `rest` is given.
    private static func episode(_ rewards: [Double], discount: Double = 1, rest: Double? = nil) -> EpisodeBatch {
        var batch = EpisodeBatch(.vector(2, actions: 3))
        for (index, reward) in rewards.enumerated() {
            let isLast = index == rewards.count - 1
            let step = PlayedStep<Float>(
                observation: [Float(index), 1], action: index % 3, reward: reward, next: [Float(index + 1), 1],
                terminated: isLast && rest == nil, truncated: isLast && rest != nil)
            withStep([step]) { batch.append(row: 0, of: $0, discount: discount) { rest ?? .nan } }
        }
        return batch
    }

    private static func returns(_ batch: EpisodeBatch) -> [Float] {
        batch.finished.withRows(.returns) { Array($0.floats) }
    }

    @Test func returnsAreDiscountedSums() {
        #expect(Self.returns(Self.episode([1, 2, 3], discount: 0.5)) == [2.75, 3.5, 3])
        #expect(Self.returns(Self.episode([1, 2, 3], discount: 0.5, rest: 8)) == [3.75, 5.5, 7])
        let episode = Self.episode([1, -1, 1])
        #expect(Self.returns(episode) == [1, 0, 1])
        #expect(episode.finished.withRows(.observations) { Array($0.floats) } == [0, 1, 1, 1, 2, 1])
        #expect(episode.finished.withRows(.actions) { Array($0.integers) } == [0, 1, 2])
    }

    /// A longer batch was in the buffers before: nothing of it remains.
    @Test func paddingClearsWhatWasThere() {
        func buffer<Value: ExpressibleByIntegerLiteral>(_ count: Int) -> UnsafeMutableBufferPointer<Value> {
            let buffer = UnsafeMutableBufferPointer<Value>.allocate(capacity: count)
            buffer.initialize(repeating: 9)
            return buffer
        }
        let observations: UnsafeMutableBufferPointer<Float> = buffer(8)
        let returns: UnsafeMutableBufferPointer<Float> = buffer(4)
        let mask: UnsafeMutableBufferPointer<Float> = buffer(4)
        let actions: UnsafeMutableBufferPointer<Int32> = buffer(4)
        Self.episode([5, 6], discount: 0).write(
            observations: observations, actions: actions, returns: returns, mask: mask,
            encoding: ObservationEncoding(.box(-9...9, shape: [2]))!)
        #expect(Array(observations) == [0, 1, 1, 1, 0, 0, 0, 0])
        #expect(Array(actions) == [0, 1, 0, 0])
        #expect(Array(returns) == [5, 6, 0, 0])
        #expect(Array(mask) == [1, 1, 0, 0])
        for buffer in [observations, returns, mask] { buffer.deallocate() }
        actions.deallocate()
    }

    /// A baseline that predicts 2 everywhere, and one step of reward 3: the squared error reveals the return.
    @Test(arguments: [(false, true, 3 + 0.5 * 2), (true, false, 3.0), (true, true, 3.0)])
    func bootstrapsOnlyWhatWasCut(terminated: Bool, truncated: Bool, expected: Double) throws {
        let agent = try Self.agent { ($0.discount, $0.baselineUpdates, $0.hiddenSizes) = (0.5, 1, []) }
        agent.variables["baseline.layers.0.weight"].set([0, 0])
        agent.variables["baseline.layers.0.bias"].set([2])
        let step = PlayedStep<Float>(
            observation: [1, 1], reward: 3, next: [4, 4], terminated: terminated, truncated: truncated)
        try agent.learn(step)
        #expect(agent.updates == 1)
        #expect(abs(agent.metric("baselineLoss")! - (expected - 2) * (expected - 2)) < 1e-5)
    }

    /// Advantages are returns minus the values before the fit: a predicted return does not change the policy.
    @Test func theBaselineIsSubtracted() throws {
        for (reward, isForeseen) in [(2.0, true), (5.0, false)] {
            let agent = try Self.agent { ($0.whitening, $0.hiddenSizes) = (false, []) }
            agent.variables["baseline.layers.0.weight"].set([0, 0])
            agent.variables["baseline.layers.0.bias"].set([2])
            let before = agent.variables.values(below: "policy.")
            try agent.learn(
                PlayedStep<Float>(observation: [1, 1], reward: reward, next: [0, 0], terminated: true))
            #expect((agent.variables.values(below: "policy.") == before) == isForeseen)
        }
    }

    @Test func theBaselineLearnsTheReturns() throws {
        let agent = try Self.agent { ($0.baselineLearningRate, $0.baselineUpdates) = (0.05, 1) }
        var losses: [Double] = []
        for _ in 0..<150 {
            for position in [Float(-1), 1] {
                // The return is the sum of the observed numbers.
                try agent.learn(
                    PlayedStep<Float>(
                        observation: [position, 1], reward: Double(3 * position + 1), next: [0, 0], terminated: true))
            }
            losses.append(agent.metric("baselineLoss")!)
        }
        #expect(losses.last! < 0.05 && losses.first! > 1, "\(losses)")
    }

    @Test func withoutABaselineThereIsNone() throws {
        let agent = try Self.agent { $0.baseline = false }
        #expect(agent.variables.entries.allSatisfy { !$0.path.hasPrefix("baseline") })
        try agent.learn(PlayedStep<Float>(observation: [1, 1], reward: 1, next: [0, 0], truncated: true))
        #expect(agent.updates == 1 && agent.metric("baselineLoss") == nil)
    }

    /// With advantages of zero only the entropy remains: a positive weight makes the policy more uniform.
    @Test func theEntropyBonusRaisesEntropy() throws {
        func entropies(bonus: Double) throws -> (first: Double, last: Double) {
            let agent = try Self.agent {
                ($0.baseline, $0.whitening, $0.entropyBonus, $0.learningRate) = (false, false, bonus, 0.02)
            }
            agent.variables["policy.layers.1.bias"].set([2, 0, -1])
            let step = PlayedStep<Float>(observation: [0, 0], reward: 0, next: [0, 0], terminated: true)
            try agent.learn(step)
            let first = agent.metric("entropy")!
            for _ in 0..<100 { try agent.learn(step) }
            return (first, agent.metric("entropy")!)
        }
        let raised = try entropies(bonus: 0.5)
        #expect(raised.first < 0.9 && raised.last > 1.05, "\(raised)")
        let unchanged = try entropies(bonus: 0)
        #expect(unchanged.first == unchanged.last)
    }

    /// An action with a higher return than expected becomes more probable, and vice versa.
    @Test(arguments: [1.0, -1.0])
    func goodActionsBecomeMoreProbable(reward: Double) throws {
        let agent = try Self.agent { ($0.baseline, $0.whitening) = (false, false) }
        let step = PlayedStep<Float>(observation: [1, 0], action: 2, reward: reward, next: [0, 0], terminated: true)
        func probability() throws -> Double { try agent.assess(step.observation)!.values[2] }
        let before = try probability()
        for _ in 0..<20 { try agent.learn(step) }
        #expect(try (probability() - before) * reward > 0.1)
    }

    @Test func updatesComeAfterWholeEpisodes() throws {
        let agent = try Self.agent { $0.episodesPerUpdate = 3 }
        let running = PlayedStep<Float>(observation: [1, 0], reward: 1, next: [0, 1])
        var ended = running, cut = running, reset = running
        (ended.terminated, cut.truncated, reset.isReset) = (true, true, true)
        var updates: [Int] = []
        for batch in [[running, ended], [running, reset], [cut, running], [ended, running], [ended, ended]] {
            try agent.learn(batch)
            updates.append(agent.updates)
        }
        #expect(updates == [0, 0, 0, 1, 1])
        try agent.learn([cut, running])
        #expect(agent.updates == 2)
    }

    @Test func actionsFollowThePolicy() throws {
        let agent = try Self.agent { $0.hiddenSizes = [] }
        agent.variables["policy.layers.0.weight"].set([Float](repeating: 0, count: 6))
        agent.variables["policy.layers.0.bias"].set([0, 1, 0.5])
        let observations = [[Float]](repeating: [1, 2], count: 20_000)
        let assessment = try #require(
            try agent.assess(observations[0]))
        #expect(assessment.kind == .probabilities && abs(assessment.values.reduce(0, +) - 1) < 1e-6)
        let actions = try agent.actions(on: observations)
        for action in 0..<3 {
            let share = Double(actions.count { $0 == action }) / 20_000
            #expect(abs(share - assessment.values[action]) < 5 * (0.25 / 20_000).squareRoot())
        }
        #expect(Set(try agent.actions(on: Array(observations[..<50]), mode: .greedy)) == [1])
    }

    @Test func theSameSeedGivesTheSameBits() throws {
        func run(seed: UInt64) throws -> [[UInt32]] {
            let agent = try Self.agent(seed: seed) { $0.episodesPerUpdate = 2 }
            var random = RandomStream(seed: 5)
            for index in 0..<200 {
                let observation = [Float(random.normal()), Float(random.normal())]
                let action = try agent.actions(on: [observation])[0]
                try agent.learn(
                    PlayedStep(
                        observation: observation, action: action, reward: Double(action), next: observation,
                        terminated: index % 9 == 8, truncated: index % 40 == 39))
            }
            return agent.variables.bits
        }
        #expect(try run(seed: 3) == run(seed: 3))
        #expect(try run(seed: 3) != run(seed: 4))
    }

    /// Episodes of every length from 1 to 1,000 steps.
    @Test func lengthsShareTenPlansAtMost() throws {
        let agent = try Self.agent { ($0.hiddenSizes, $0.baselineUpdates) = ([2], 1) }
        var random = RandomStream(seed: 6)
        for index in 0..<60 {
            let length = index == 0 ? 1000 : 1 + random.integers(below: 1000)
            for step in 1...length {
                try agent.learn(
                    PlayedStep<Float>(observation: [1, 0], next: [0, 0], truncated: step == length))
            }
        }
        #expect(agent.updates == 60)
        let baseline = try #require(agent.baseline)
        for program in [agent.learningProgram, baseline.valueProgram, baseline.fitProgram] {
            #expect((2...10).contains(program.planCount), "\(program.name): \(program.planCount) plans")
        }
    }
}
