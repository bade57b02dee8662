import Configuration
import Environments
import Experience
import Foundation
import NeuralNetworks
import Random
import TensorCore
import Testing

@testable import Agents

/// What DDPG, TD3 and SAC have in common: the range of actions, the noise, when they learn, and what they refuse.
@Suite struct OffPolicyTests {
    /// An agent of the family, and one with another kind of noise.
    enum Kind: String, CaseIterable {
        case ddpg, td3, sac, gSDE

        /// - Parameter change: of the settings that all share.
        func make(
            for environment: EnvironmentDescription, _ change: (inout OffPolicySettings) -> Void = { _ in }
        ) throws -> OffPolicyLearner {
            func prepare(_ settings: inout OffPolicySettings) {
                (settings.hiddenSizes, settings.batchSize, settings.replayCapacity) = ([6], 4, 100)
                (settings.learningStart, settings.learningRate) = (8, 1e-3)
                change(&settings)
            }
            switch self {
            case .ddpg:
                var settings = DDPGSettings()
                settings.exploration.noiseDeviation = 2
                prepare(&settings.learning)
                return try DDPG(settings, environment: environment, seed: 3)
            case .td3:
                var settings = TD3Settings()
                (settings.exploration.noise, settings.exploration.noiseDeviation) = (.ornsteinUhlenbeck, 10)
                prepare(&settings.learning)
                return try TD3(settings, environment: environment, seed: 3)
            case .sac, .gSDE:
                var settings = SACSettings()
                settings.stateDependentNoise = self == .gSDE
                prepare(&settings.learning)
                return try SAC(settings, environment: environment, seed: 3)
            }
        }
    }

    /// Two numbers of an action, whose ranges are apart and don't include 0.
    private static let space = Space.box(low: [-3, 1], high: [-1, 5], shape: [2], element: .float32)

    private static func description(_ actionSpace: Space = space, count: Int = 1) -> EnvironmentDescription {
        EnvironmentDescription(
            id: "Numbers", observationSpace: .box(-10...10, shape: [3]), actionSpace: actionSpace,
            elementType: .float32, count: count)
    }

    private static func actions(_ agent: OffPolicyLearner, on rows: [[Float]], _ mode: ActionMode) throws -> [Float] {
        var actions = [Float](repeating: .nan, count: 2 * rows.count)
        try actions.withUnsafeMutableBytes { bytes in
            try withRows(rows) {
                try agent.act(
                    on: Percepts($0), mode: mode,
                    into: MutableRows(bytes.baseAddress!, type: .float32, count: rows.count, width: 2))
            }
        }
        return actions
    }

    private static func train(_ agent: OffPolicyLearner, steps: Int) throws {
        let environment = VectorEnvironment("slide", count: 1) { TimeLimit(Slide(), steps: 20) }
        try play(agent, in: environment, steps: steps, seed: 1)
    }

    private static let slide = EnvironmentDescription(
        VectorEnvironment("slide", count: 1) { TimeLimit(Slide(), steps: 20) })

    // MARK: Actions

    /// Random actions, actions with noise and greedy ones are in the environment's range, and explore much of it.
    @Test(arguments: Kind.allCases) func actionsAreInTheirRange(kind: Kind) throws {
        for start in [0, 1_000] {
            let agent = try kind.make(for: Self.description()) { $0.learningStart = start }
            var seen: [[Float]] = []
            for number in 0..<300 {
                let observation = [Float(number % 7) - 3, Float(number % 5) - 2, 1]
                seen.append(try Self.actions(agent, on: [observation], .explore))
                seen.append(try Self.actions(agent, on: [observation], .greedy))
            }
            for (place, range) in [(0, Float(-3)...(-1)), (1, 1...5)] {
                let numbers = seen.map { $0[place] }
                #expect(numbers.allSatisfy(range.contains))
                let spread = numbers.max()! - numbers.min()!
                #expect(spread > 0.2 * (range.upperBound - range.lowerBound), "\(spread)")
            }
        }
    }

    @Test(arguments: Kind.allCases) func greedyActionsAreTheSameAgain(kind: Kind) throws {
        let agent = try kind.make(for: Self.description())
        let rows: [[Float]] = [[1, 2, 3], [0, -1, 2]]
        #expect(try Self.actions(agent, on: rows, .greedy) == Self.actions(agent, on: rows, .greedy))
    }

    /// The process has the deviation σ √dt / √(1 − (1 − θ dt)²), and its neighbours the correlation 1 − θ dt.
    @Test func noiseOfTheProcess() {
        var settings = ActionNoiseSettings()
        (settings.noise, settings.noiseDeviation) = (.ornsteinUhlenbeck, 0.5)
        let noise = ActionNoise(settings: settings)
        var (state, random): (Float?, RandomStream) = (0, RandomStream(seed: 1))
        let count = 4_000_000
        var (square, product, last) = (0.0, 0.0, 0.0)
        for _ in 0..<count {
            let next = noise.next(&state, &random)
            (square, product, last) = (square + next * next, product + next * last, next)
        }
        let kept = 1 - 0.15 * 0.01
        let expected = 0.5 * 0.1 / (1 - kept * kept).squareRoot()
        #expect(abs((square / Double(count)).squareRoot() / expected - 1) < 0.05)
        #expect(abs(product / square - kept) < 1e-4)
        #expect(noise.memoryWidth(3) == 3)
    }

    @Test func gaussianNoiseHasItsDeviation() {
        let noise = ActionNoise(settings: ActionNoiseSettings())
        var (state, random): (Float?, RandomStream) = (nil, RandomStream(seed: 1))
        let numbers = (0..<100_000).map { _ in noise.next(&state, &random) }
        let square = numbers.reduce(0) { $0 + $1 * $1 } / Double(numbers.count)
        #expect(abs(square.squareRoot() / 0.1 - 1) < 0.01)
        #expect(noise.memoryWidth(3) == 0)
    }

    // MARK: Networks

    /// Small last weights keep the first actions near the middle of the range (Lillicrap et al. 2016).
    @Test(arguments: [Kind.ddpg, .sac]) func lastWeightsAreSmall(kind: Kind) throws {
        let agent = try kind.make(for: Self.description()) { $0.lastWeights = 0.003 }
        let last = agent.variables.entries.filter {
            $0.path.hasPrefix("actor.last.") || $0.path.hasSuffix("head.layers.1.weight")
                || $0.path.hasSuffix("head.layers.1.bias")
        }
        #expect(last.count > 4)
        for (path, variable) in last where !path.contains("Optimizer") {
            #expect(variable.values.allSatisfy { abs($0) <= 0.003 } && variable.values.contains { $0 != 0 }, "\(path)")
        }
        for (place, number) in try Self.actions(agent, on: [[5, -5, 5]], .greedy).enumerated() {
            #expect(abs(number - [-2, 3][place]) < 0.1)
        }
    }

    @Test(arguments: Kind.allCases) func targetsStartAsTheirNetworks(kind: Kind) throws {
        let agent = try kind.make(for: Self.slide)
        func same() -> Bool {
            agent.variables.values(below: "critics.") == agent.variables.values(below: "targetCritics.")
        }
        #expect(same())
        try Self.train(agent, steps: 20)
        #expect(!same())
        agent.behaviourWasSet()
        #expect(same())
    }

    // MARK: Learning

    /// No update before learning starts; then one per step, or as many as the settings say.
    @Test(arguments: Kind.allCases) func updatesAreMadeWhenDue(kind: Kind) throws {
        let agent = try kind.make(for: Self.slide)
        try Self.train(agent, steps: 8)
        #expect(agent.updates == 0 && agent.metrics.isEmpty)
        try Self.train(agent, steps: 5)
        #expect(agent.updates == 5)
        let rounds = try kind.make(for: Self.slide) { ($0.trainEvery, $0.updatesPerRound) = (5, 3) }
        try Self.train(rounds, steps: 26)
        #expect(rounds.updates == 4 * 3)
    }

    /// The moments of observations are part of what the agent acts by, and greedy play leaves them alone.
    @Test func momentsAreFrozenInEvaluations() throws {
        let agent = try Kind.sac.make(for: Self.slide) { $0.normalizeObservations = true }
        func moments() -> [String: [Float]] { agent.behaviour.values(below: "observations.") }
        let before = moments()
        try Self.train(agent, steps: 40)
        let after = moments()
        #expect(before != after && after.keys.sorted() == ["mean", "scale"])
        let environment = VectorEnvironment("slide", count: 1) { TimeLimit(Slide(), steps: 20) }
        _ = try greedyReturn(agent, in: environment, episodes: 2, seed: 1)
        #expect(moments() == after)
        #expect(agent.variables.values(below: "observations.") == after)
    }

    /// Expectations over choices are sums.
    @Test(arguments: [Lesson.corridor, .loop]) func choicesAreLearned(lesson: Lesson) throws {
        var settings = SACSettings()
        (settings.learning.hiddenSizes, settings.learning.batchSize) = ([16], 32)
        (settings.learning.learningRate, settings.learning.targetRate) = (3e-3, 0.02)
        (settings.learning.replayCapacity, settings.learning.learningStart) = (6_000, 200)
        (settings.learning.discount, settings.targetEntropy) = (lesson.discount, 0.1)
        for seed in [UInt64(1), 2] {
            let environment = lesson.make(2, true)
            let agent = try SAC(settings, environment: EnvironmentDescription(environment), seed: seed)
            try play(agent, in: environment, steps: 6_000, seed: seed)
            #expect(try greedyReturn(agent, in: lesson.make(1, false), episodes: 1, seed: seed) >= lesson.bar)
            let assessment = try #require(try agent.assess([Int32(2)]))
            #expect(assessment.kind == .probabilities && abs(assessment.values.reduce(0, +) - 1) < 1e-6)
        }
    }

    /// The entropy approaches its target.
    @Test func temperatureHoldsTheEntropy() throws {
        var settings = SACSettings()
        (settings.learning.hiddenSizes, settings.learning.batchSize) = ([16], 64)
        (settings.learning.learningRate, settings.learning.learningStart) = (3e-3, 100)
        settings.targetEntropy = -0.5
        let agent = try SAC(settings, environment: Self.slide, seed: 1)
        try Self.train(agent, steps: 3_000)
        let entropy = try #require(agent.metric("entropy"))
        #expect(abs(entropy + 0.5) < 0.35, "\(entropy)")
        #expect(agent.metric("temperature")! < 0.9)
    }

    // MARK: Refusals

    private static func refusal(_ space: Space, _ settings: any AgentSettings) -> String {
        do {
            _ = try settings.makeAgent(for: description(space), seed: 1)
            return "none"
        } catch { return "\(error)" }
    }

    @Test func unsuitableActionsAreRefused() {
        let endless = Space.box(low: [-.infinity], high: [1], shape: [1], element: .float32)
        for settings in [DDPGSettings(), TD3Settings(), SACSettings()] as [any AgentSettings] {
            let sentence = Self.refusal(endless, settings)
            #expect(sentence.contains("a box of float32 with finite bounds"), "\(sentence)")
            #expect(!type(of: settings).needs.areMet(by: Self.description(endless)))
        }
        #expect(Self.refusal(.discrete(3), DDPGSettings()).contains("finite bounds"))
        #expect(Self.refusal(.discrete(3), TD3Settings()).contains("finite bounds"))
        #expect(Self.refusal(.discrete(3), SACSettings()) == "none")
        #expect(Self.refusal(.multiDiscrete([2, 3]), SACSettings()).contains("discrete or a box"))
    }

    @Test func unsuitableSettingsAreRefused() throws {
        var cold = SACSettings()
        cold.temperature = 0
        #expect(Self.refusal(Self.space, cold).contains("temperature = 0"))
        cold.tuning = false
        #expect(Self.refusal(Self.space, cold) == "none")
        var noisy = SACSettings()
        noisy.stateDependentNoise = true
        #expect(Self.refusal(.discrete(2), noisy).contains("stateDependentNoise"))
        var large = DDPGSettings()
        large.learning.replayCapacity = 10
        #expect(Self.refusal(Self.space, large).contains("batchSize = 256"))
        var negative: any AgentSettings = SACSettings()
        #expect(throws: ConfigurationError.self) {
            try negative.set("temperature", to: .number(-0.1), source: "test")
        }
    }
}
