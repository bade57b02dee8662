import Environments
import NeuralNetworks
import Random
import Testing

@testable import Agents

/// Dyna-Q: the model that it learns, and what it learns from the model.
@Suite struct DynaTests {
    private static let shape = TableShape(stateCount: 4, actionCount: 2)

    private static func agent(_ change: (inout DynaQSettings) -> Void) -> any Learner {
        var settings = DynaQSettings()
        (settings.learningRate, settings.finalLearningRate, settings.discount) = (0.5, 0.5, 0.9)
        change(&settings)
        return DynaQ(settings, shape: shape, seed: 1)
    }

    private static func step(_ pair: Int, _ reward: Double, _ next: Int, terminated: Bool = false) -> TableStep {
        TableStep(
            state: pair / 2, pair: pair, reward: reward, next: next, terminated: terminated, ended: terminated)
    }

    /// One step, four updates: the distance to the target halves each time.
    @Test(arguments: [(true, 9.5), (false, 14.5625)]) func plannedUpdatesRepeatWhatWasSeen(
        terminated: Bool, value: Float
    )
        throws
    {
        let agent = Self.agent { $0.planningSteps = 3 }
        agent.variables["values"].set([1, 2, 3, 4, 5, 6, 7, 8])
        try agent.learn(
            PlayedStep(
                observation: [0 as Int32], action: 1, reward: 10, next: [2], terminated: terminated,
                truncated: !terminated))
        let values = agent.variables["values"].values
        #expect(abs(values[1] - value) < 1e-5 && values[0] == 1 && values[2...] == [3, 4, 5, 6, 7, 8])
        #expect(agent.updates == 4)
    }

    /// After one pass through a corridor, planning alone learns the rest, from end to end.
    @Test func planningCarriesValuesBack() throws {
        let agent = Self.agent { $0.planningSteps = 400 }
        for state in 0..<3 as Range<Int32> {
            try agent.learn(
                PlayedStep(
                    observation: [state], action: 0, reward: state == 2 ? 1 : 0, next: [state + 1],
                    terminated: state == 2))
        }
        let values = agent.variables["values"].values
        for (state, value) in [0.81, 0.9, 1].enumerated() {
            #expect(abs(Double(values[2 * state]) - value) < 1e-3, "\(values)")
        }
    }

    /// An action never tried promises κ√τ for staying: 2 + 0.9 · 20 = 20 with τ = 1.
    @Test func curiosityValuesWhatWasNeverTried() throws {
        let step = PlayedStep(observation: [0 as Int32], action: 1, reward: 10, next: [2], terminated: true)
        let plain = Self.agent { $0.planningSteps = 3_000 }
        try plain.learn(step)
        #expect(plain.variables["values"].values[0] == 0)
        let curious = Self.agent { ($0.planningSteps, $0.curiosity) = (3_000, 2) }
        try curious.learn(step)
        let values = curious.variables["values"].values
        #expect(abs(values[0] - 20) < 1e-3 && abs(values[1] - 10) < 1e-3 && values[2...].allSatisfy { $0 == 0 })
    }

    @Test func drawsAreAsFrequentAsWhatWasSeen() throws {
        var model = DynaModel(Self.shape, isDeterministic: false)
        for _ in 0..<3 { model.observe(Self.step(3, 1, 0)) }
        model.observe(Self.step(3, 5, 2))
        for reward in [2.0, 4] { model.observe(Self.step(3, reward, 2, terminated: true)) }
        var random = RandomStream(seed: 5)
        var counts = [0, 0, 0]
        for _ in 0..<12_000 {
            let outcome = try #require(model.draw(3, &random))
            let kind = outcome.next == 0 ? 0 : outcome.terminated ? 2 : 1
            #expect(outcome.reward == [1, 5, 3][kind])
            counts[kind] += 1
        }
        #expect(isUniform([counts[0], counts[1] + counts[2]]), "\(counts)")
        let deviation: Double = 12_000 * 5 / 36
        #expect(abs(Double(counts[1]) - 2_000) < 5 * deviation.squareRoot(), "\(counts)")
        #expect(model.draw(2, &random) == nil && model.pairs == [3] && model.states == [1])
    }

    @Test func theLatestModelForgetsWhatWasBefore() throws {
        var model = DynaModel(Self.shape, isDeterministic: true)
        model.observe(Self.step(3, 1, 0))
        model.observe(Self.step(3, 7, 2, terminated: true))
        var random = RandomStream(seed: 5)
        for _ in 0..<100 {
            let outcome = try #require(model.draw(3, &random))
            #expect(outcome.next == 2 && outcome.reward == 7 && outcome.terminated)
        }
    }

    /// Bytes that hold another table's model are rejected.
    @Test func aModelThatDoesNotFitIsRefused() throws {
        let agent = Self.agent { _ in }
        try agent.learn(PlayedStep(observation: [3 as Int32], action: 1, reward: 10, next: [2]))
        let other = DynaQ(shape: TableShape(stateCount: 3, actionCount: 2), seed: 1)
        #expect(throws: EnvironmentError.self) { try other.restoreState(from: agent.stateBytes()) }
        #expect(other.updates == 0)
    }
}
