import Environments
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

    private static func episode(_ rewards: [Float]) -> Episode {
        var episode = Episode()
        let encoding = ObservationEncoding(.box(-9...9, shape: [2]))!
        for (index, reward) in rewards.enumerated() {
            [Float(index), 1].withUnsafeBytes {
                episode.append($0.baseAddress!, .float32, encoding, action: index % 3, reward: Double(reward))
            }
        }
        return episode
    }

    @Test func returnsAreDiscountedSums() {
        var episode = Self.episode([1, 2, 3])
        episode.replaceRewardsByReturns(discount: 0.5, after: 0)
        #expect(episode.values == [2.75, 3.5, 3])
        episode = Self.episode([1, 2, 3])
        episode.replaceRewardsByReturns(discount: 0.5, after: 8)
        #expect(episode.values == [3.75, 5.5, 7])
        episode = Self.episode([1, -1, 1])
        episode.replaceRewardsByReturns(discount: 1, after: 0)
        #expect(episode.values == [1, 0, 1])
        #expect(episode.observations == [0, 1, 1, 1, 2, 1] && episode.actions == [0, 1, 2])
    }

    /// A longer batch was in the buffers before: nothing of it is left.
    @Test func paddingClearsWhatWasThere() {
        func buffer<Value: ExpressibleByIntegerLiteral>(_ count: Int) -> UnsafeMutableBufferPointer<Value> {
            let buffer = UnsafeMutableBufferPointer<Value>.allocate(capacity: count)
            buffer.initialize(repeating: 9)
            return buffer
        }
        let observations: UnsafeMutableBufferPointer<Float> = buffer(8)
        let values: UnsafeMutableBufferPointer<Float> = buffer(4)
        let mask: UnsafeMutableBufferPointer<Float> = buffer(4)
        let actions: UnsafeMutableBufferPointer<Int32> = buffer(4)
        Self.episode([5, 6]).pad(observations: observations, actions: actions, values: values, mask: mask)
        #expect(Array(observations) == [0, 1, 1, 1, 0, 0, 0, 0])
        #expect(Array(actions) == [0, 1, 0, 0])
        #expect(Array(values) == [5, 6, 0, 0])
        #expect(Array(mask) == [1, 1, 0, 0])
        for buffer in [observations, values, mask] { buffer.deallocate() }
        actions.deallocate()
    }

    /// A baseline that says 2 of everything, and one step of reward 3: the squared error shows the return.
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

    /// Advantages are returns less the values of before the fit: a return that was foreseen moves no policy.
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
                // The return is the sum of what the observation shows.
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

    /// With advantages of zero only the entropy is left: a positive weight makes the policy more even.
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

    /// An action that is followed by more than expected becomes more probable, and the other way round.
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
