import Environments
import Testing

@testable import Agents

/// Sutton and Barto's example 6.6: along the cliff, Q-learning learns the shortest way and falls while it explores;
/// SARSA takes exploration into account, keeps away from the edge and earns more. ε = 0.1, α = 0.5, γ = 1.
@Suite struct CliffTests {
    /// The mean return while exploring, over the episodes after the first hundred, and the greedy return at the end.
    private static func returns<Settings: TabularSettings>(_ settings: Settings, seed: UInt64) throws -> (
        online: Double, greedy: Double
    ) {
        var settings = settings
        (settings.table.learningRate, settings.table.finalLearningRate, settings.table.discount) = (0.5, 0.5, 1)
        (settings.table.explorationStart, settings.table.explorationEnd) = (0.1, 0.1)
        let world = try EnvironmentCatalog.make("CliffWalking-v1")
        let agent = try settings.makeAgent(for: EnvironmentDescription(world), seed: seed)
        let returns = try play(agent, in: world, steps: 20_000, seed: seed).dropFirst(100)
        let limited = try EnvironmentCatalog.make("CliffWalking-v1", options: ["max_episode_steps": "100"])
        return (
            returns.reduce(0, +) / Double(returns.count),
            try greedyReturn(agent, in: limited, episodes: 1, seed: seed)
        )
    }

    @Test func qLearningFallsWhereSARSAKeepsAway() throws {
        for seed in [1, 2, 3] as [UInt64] {
            let sarsa = try Self.returns(SARSASettings(), seed: seed)
            let watkins = try Self.returns(QLearningSettings(), seed: seed)
            #expect(-35 < sarsa.online && sarsa.online < -18, "\(sarsa)")
            #expect(-65 < watkins.online && watkins.online < -40, "\(watkins)")
            #expect(watkins.greedy == -13, "the shortest way")
        }
    }

    /// Expected SARSA keeps away just the same, with less noise.
    @Test func expectedSARSAKeepsAwayToo() throws {
        let expected = try Self.returns(ExpectedSARSASettings(), seed: 1)
        #expect(-30 < expected.online && expected.online < -18 && expected.greedy < -13, "\(expected)")
    }
}
