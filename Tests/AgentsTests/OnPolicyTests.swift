import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore
import Testing

@testable import Agents

/// What agents that learn from windows have in common: how windows divide, what they hold, and the details that
/// implementations differ in.
@Suite struct OnPolicyTests {
    private static func settings(_ change: (inout PPOSettings) -> Void = { _ in }) -> PPOSettings {
        var settings = PPOSettings()
        (settings.learning.windowSteps, settings.minibatchSize, settings.epochs) = (8, 8, 2)
        settings.learning.network.hiddenSizes = [6]
        change(&settings)
        return settings
    }

    /// The numbers of states are not normalised.
    @Test func numberedObservationsStayAsTheyAre() throws {
        let cells = EnvironmentDescription(
            id: "Cells", observationSpace: .discrete(8), actionSpace: .discrete(2), elementType: .int32, count: 1)
        let rows = (0..<8).map { [Int32($0)] }
        func values(_ normalizes: Bool) throws -> [[Double]] {
            let agent = try Self.agent(cells) { $0.learning.normalizeObservations = normalizes }
            return try rows.map { try agent.assess($0)!.values }
        }
        #expect(try values(true) == values(false))
        #expect(Set(try values(true)).count == 8)
    }

    private static let numbers = EnvironmentDescription(
        id: "Numbers", observationSpace: .box(-10...10, shape: [3]), actionSpace: .discrete(3), elementType: .float32,
        count: 2)

    private static func agent(
        _ environment: EnvironmentDescription = numbers, _ change: (inout PPOSettings) -> Void = { _ in }
    ) throws -> PPO { try PPO(settings(change), environment: environment, seed: 3) }

    /// A step of both environments.
    private static func step(_ agent: PPO, _ number: Int, reward: Double = 1, truncated: Bool = false) throws {
        let rows = [[Float(number), 0, 1], [0, Float(number), 2]]
        let actions = try agent.actions(on: rows)
        let steps = rows.indices.map { index in
            PlayedStep(
                observation: rows[index], action: actions[index], reward: reward, next: rows[index],
                truncated: truncated)
        }
        try withStep(steps) { try agent.learn(from: $0) }
    }

    // MARK: Windows

    @Test func windowsDivideIntoMinibatches() throws {
        #expect(throws: AgentError.self) { try Self.agent { $0.minibatchSize = 5 } }
        #expect(throws: AgentError.self) { try Self.agent { $0.minibatchSize = 32 } }
        do {
            _ = try Self.agent { $0.minibatchSize = 6 }
        } catch let error as AgentError {
            #expect("\(error)".contains("a divisor of the 16 rows of a window") && "\(error)".contains("nearest is 4"))
        }
        // Sequences longer than a minibatch, or that don't divide the window.
        for (length, batch) in [(8, 4), (3, 8), (5, 16)] {
            #expect(throws: AgentError.self) {
                try Self.agent {
                    ($0.learning.network.memory, $0.sequenceLength, $0.minibatchSize) = (.gru, length, batch)
                }
            }
        }
    }

    /// Every row of a window is in one minibatch of an epoch, and sequences are consecutive steps of one environment.
    @Test func sequencesAreStepsOfOneEnvironment() throws {
        let agent = try Self.agent {
            ($0.learning.network.memory, $0.sequenceLength) = (.lstm, 4)
        }
        let layout = agent.layout
        #expect(layout.sequences == 4 && layout.batchSequences == 2)
        var seen: Set<Int> = []
        for sequence in 0..<layout.sequences {
            let rows = (0..<4).map { layout.row(sequence: sequence, step: $0) }
            #expect(zip(rows, rows.dropFirst()).allSatisfy { $1 - $0 == layout.environments })
            #expect(rows[0] / layout.environments % 4 == 0)
            seen.formUnion(rows)
        }
        #expect(seen == Set(0..<16))
    }

    /// An update follows each full window, never an incomplete one.
    @Test func updatesFollowWindows() throws {
        let agent = try Self.agent()
        for number in 0..<7 { try Self.step(agent, number) }
        #expect(agent.updates == 0)
        try Self.step(agent, 7)
        #expect(agent.updates == 4)
    }

    /// A large minibatch is cut into chunks, whose gradients add up to those of the whole, on any number of threads.
    @Test func largeMinibatchesAreSplit() throws {
        var environment = Self.numbers
        environment.count = 64
        func parameters(_ make: (UpdateProgram, PPO) throws -> any MinibatchStep) throws -> ([Float], [Float]) {
            let settings = Self.settings {
                ($0.learning.windowSteps, $0.minibatchSize, $0.learning.entropyBonus) = (96, 6144, 0.01)
            }
            let agent = try PPO(settings, environment: environment, seed: 3)
            let window = try agent.started().window
            var stream = RandomStream(seed: 9)
            for row in 0..<agent.layout.rows {
                for place in 0..<3 { window.observations.set(row, place, to: stream.normal()) }
                window.samples[row] = Float(stream.integers(below: 3))
                window.logProbabilities[row] = -1 - Float(stream.uniform())
                (window.advantages[row], window.returns[row]) = (Float(stream.normal()), Float(stream.normal()))
                window.reset[row] = row % 11 == 0
            }
            window.fillRecords()
            let step = try make(UpdateProgram(agent.rule, agent.settings, agent.model), agent)
            let order = Array((0..<agent.layout.sequences).reversed())
            let terms = (0..<3).flatMap { _ in step.run(on: order[...], of: window) }
            return (agent.model.parameters.variables.flatMap(\.values), terms)
        }
        let optimizer = OnPolicySettings().makeOptimizer
        let (whole, wholeTerms) = try parameters { update, agent in
            let own = optimizer()
            own.prepare(for: agent.model.parameters)
            return try WholeStep(update, agent.layout, own)
        }
        let (split, splitTerms) = try parameters { update, agent in
            let own = optimizer()
            own.prepare(for: agent.model.parameters)
            return try #require(try SplitStep(update, agent.layout, own))
        }
        #expect(zip(whole, split).allSatisfy { abs($0 - $1) < 2e-6 })
        #expect(zip(wholeTerms, splitTerms).allSatisfy { abs($0 - $1) < 1e-5 * max(1, abs($0)) })
        let (again, _) = try parameters { update, agent in
            let own = optimizer()
            own.prepare(for: agent.model.parameters)
            return try #require(try SplitStep(update, agent.layout, own, threads: 1))
        }
        #expect(again == split)
    }

    // MARK: Details

    /// Engstrom et al. (2020): weights are orthogonal, with √2 in hidden layers, 0.01 for the policy, 1 for the value.
    @Test func initialWeightsAreOrthogonal() throws {
        let agent = try Self.agent { $0.learning.network.hiddenSizes = [3, 3] }
        func gain(_ path: String) -> Double {
            let variable = agent.model.parameters[path]
            let (rows, columns) = (variable.shape[0], variable.shape[1])
            let first = variable.values.prefix(columns).map(Double.init)
            for row in 1..<max(rows, 2) where row < rows {
                let other = variable.values[row * columns..<(row + 1) * columns].map(Double.init)
                #expect(abs(zip(first, other).map(*).reduce(0, +)) < 1e-5)
            }
            return first.map { $0 * $0 }.reduce(0, +).squareRoot()
        }
        #expect(abs(gain("policyBody.features.0.weight") - 2.0.squareRoot()) < 1e-5)
        #expect(abs(gain("valueBody.features.2.weight") - 2.0.squareRoot()) < 1e-5)
        #expect(abs(gain("policy.last.weight") - 0.01) < 1e-6)
        #expect(abs(gain("value.last.weight") - 1) < 1e-5)
        let other = try Self.agent { $0.learning.network.orthogonal = false }
        #expect(other.model.parameters["policy.last.bias"].values.contains { $0 != 0 })
    }

    @Test func sharedNetworksHaveOneBody() throws {
        let (apart, shared) = (try Self.agent(), try Self.agent { $0.learning.network.sharing = .shared })
        #expect(shared.model.parameters.count == apart.model.parameters.count - (3 * 6 + 6))
    }

    /// The rest of a window is left when the policy has moved too far.
    @Test func updatesEndAtTheDivergenceLimit() throws {
        func updates(_ limit: Double) throws -> Int {
            let agent = try Self.agent {
                ($0.divergenceLimit, $0.learning.learningRate, $0.epochs) = (limit, 0.1, 20)
            }
            for number in 0..<8 { try Self.step(agent, number, reward: Double(number % 3)) }
            return agent.updates
        }
        #expect(try updates(0) == 40)
        #expect(2..<40 ~= (try updates(0.02)))
    }

    /// Learning rate, clip and entropy bonus go to their final values in a straight line.
    @Test func schedulesAreFollowed() throws {
        let agent = try Self.agent {
            ($0.learning.learningRate, $0.learning.finalLearningRate, $0.learning.scheduleSteps) = (0.01, 0, 32)
            ($0.clip, $0.finalClip) = (0.4, 0.2)
        }
        for number in 0..<8 { try Self.step(agent, number) }
        #expect(abs(agent.optimizer.learningRate.values[0] - 0.005) < 1e-7)
        #expect(abs(agent.rule.clip!.values[0] - 0.3) < 1e-6)
        #expect(agent.rule.schedules.count == 1)
    }

    /// The order of minibatches differs from epoch to epoch, and none of it is the window's order.
    @Test func minibatchesAreShuffled() throws {
        func parameters(_ seed: UInt64) throws -> [Float] {
            let agent = try PPO(Self.settings { $0.minibatchSize = 4 }, environment: Self.numbers, seed: 3)
            if seed != 3 { agent.order = RandomStream(seed: seed) }
            for number in 0..<8 { try Self.step(agent, number, reward: Double(number % 3)) }
            return agent.model.parameters.variables.flatMap(\.values)
        }
        #expect(try parameters(3) == parameters(3))
        #expect(try parameters(3) != parameters(4))
    }

    /// With a span, the state of a recurrent layer that sees nothing outlasts it; with PyTorch's biases it is gone
    /// after a few steps.
    @Test(arguments: [PolicyMemoryName.gru, .lstm]) func memoryLastsAsLongAsItsSpan(name: PolicyMemoryName) throws {
        func remains(_ span: Int) throws -> Float {
            var stream = RandomStream(seed: 2)
            let memory = try #require(PolicyMemory(name, inputs: 1, units: 32, span: span, random: &stream))
            func end(_ start: Float) throws -> [Float] {
                let state = Tensor([Float](repeating: start, count: memory.width), shape: [1, memory.width])
                let (_, last) = memory(.zeros([40, 1, 1]), from: state, kept: .ones([40, 1]))
                return try last.floats()
            }
            return zip(try end(0.5), try end(-0.5)).map { abs($0 - $1) }.max()!
        }
        #expect(try remains(0) < 1e-3)
        #expect(try remains(200) > 0.1)
    }

    // MARK: Normalisation

    /// Running moments are those of all numbers so far, with the weight of 1/10,000 of a sample at the start.
    @Test func runningMomentsAreThoseOfAllNumbers() {
        var stream = RandomStream(seed: 5)
        var (moments, all) = (RunningMoments(width: 1), [Double]())
        for size in [1, 7, 100, 3] {
            let batch = (0..<size).map { _ in 3 + 2 * stream.normal() }
            all += batch
            moments.add(
                sums: [batch.reduce(0, +)], squares: [batch.map { $0 * $0 }.reduce(0, +)], count: Double(size))
        }
        let (count, first) = (Double(all.count), 1e-4)
        let mean = all.reduce(0, +) / (count + first)
        let second = (all.map { $0 * $0 }.reduce(0, +) + first) / (count + first)
        #expect(abs(moments.mean[0] - mean) < 1e-12)
        #expect(abs(moments.variance[0] - (second - mean * mean)) < 1e-9)
    }

    /// A policy sees the moments of the windows before; acting alone, greedily or not, changes nothing.
    @Test func momentsAreFrozenOutsideOfLearning() throws {
        let agent = try Self.agent { $0.learning.normalizeObservations = true }
        let mean = agent.behaviour["observations.mean"]
        for number in 0..<7 { try Self.step(agent, number + 5) }
        #expect(mean.values == [0, 0, 0])
        try Self.step(agent, 12)
        let seen = mean.values
        #expect(abs(seen[0] - (5...12).reduce(0) { $0 + Float($1) } / 16) < 1e-3)
        _ = try agent.actions(on: [[100, 100, 100], [1, 1, Float(1)]], mode: .greedy)
        _ = try agent.actions(on: [[100, 100, Float(100)]], mode: .explore)
        #expect(mean.values == seen)
    }

    /// Rewards are divided by the deviation of the discounted returns, which start anew with each episode.
    @Test func rewardsAreDividedByTheDeviationOfReturns() {
        var normalizer = RewardNormalizer(environments: 1, discount: 0.5)
        var (moments, result, running) = (RunningMoments(width: 1), [Float(0)], 0.0)
        for (step, reward) in [4.0, -2, 8, 1, 3].enumerated() {
            let ends = step == 2
            running = running * 0.5 + reward
            moments.add(sums: [running], squares: [running * running], count: 1)
            let played = PlayedStep(observation: [Float(0)], reward: reward, next: [Float(0)], truncated: ends)
            withStep([played]) { normalizer.normalize($0, into: &result) }
            let expected = min(max(reward / (moments.variance[0] + 1e-8).squareRoot(), -10), 10)
            #expect(abs(Double(result[0]) - expected) < 1e-5)
            if ends { running = 0 }
        }
    }

    // MARK: Masks

    /// With masks, actions that are not valid are never taken, and their logits get no gradient.
    @Test func invalidActionsAreNeverTaken() throws {
        let agent = try Self.agent()
        #expect(agent.wantsActionMasks)
        let masks = [ActionMask(bits: 0b101), ActionMask(bits: 0b010)]
        for number in 0..<40 {
            let actions = try agent.actions(on: [[Float(number), 0, 0], [0, 0, 0]], masks: masks)
            #expect(actions[0] != 1 && actions[1] == 1)
        }
        let other = try Self.agent { $0.learning.masking = false }
        #expect(!other.wantsActionMasks)
    }
}
