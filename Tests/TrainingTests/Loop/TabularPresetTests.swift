import Agents
import Configuration
import Environments
import Storage
import Testing

@testable import Training

/// The presets of planners and of tabular agents end at the optimum of their environments, with seeds that nothing was
/// tuned on and with the final parameters.
@Suite struct TabularPresetTests {
    /// The returns to reach: the optimal ones, less a margin for chance and for values that are not quite learned.
    private static let bars = [
        "FrozenLake-v1": 0.7, "FrozenLake8x8-v1": 0.78, "CliffWalking-v1": -13, "Taxi-v4": 7.7, "Blackjack-v1": -0.08,
    ]

    private static func library() -> PresetLibrary { PresetLibrary(folder: presetFolder()) }

    private static let names = (try? library().names()) ?? []
    private static func isControl(_ name: String) -> Bool {
        let agent = String(name.prefix { $0 != "/" })
        let settings = try? AgentCatalog.entry(agent).makeSettings()
        return settings is any TabularSettings || settings is any PlannerSettings
    }

    @Test(arguments: names.filter(isControl)) func presetsReachTheOptimum(name: String) throws {
        let preset = try Self.library().preset(named: name)
        var flags = TrainingRun.Flags()
        flags.run = ["seed": 2_000]
        let run = try TrainingRun(agent: preset.agent, environment: preset.environment, layers: [preset], flags: flags)
        let environment = try run.makeEnvironment(count: run.run.environments)
        let agent = try run.makeAgent(for: environment)
        try Trainer(agent: agent, environment: environment, seed: UInt64(run.run.seed)).run(steps: run.run.steps)
        let id = preset.environment
        let options = id == "CliffWalking-v1" ? ["max_episode_steps": "200"] : [:]
        let isCertain = id == "CliffWalking-v1"
        let results = try Evaluator(agent) { try EnvironmentCatalog.make(id, count: $0, options: options) }
            .run(episodes: isCertain ? 1 : id == "Blackjack-v1" ? 20_000 : 3_000, seed: 1_000_000)
        let (score, bar) = (Statistics.mean(results.map(\.return)), try #require(Self.bars[id]))
        // Two-step returns miss the last detour with some seeds.
        #expect(score >= (name == "n-step-sarsa/CliffWalking-v1" ? -15 : bar), "\(score)")
    }

    /// TD(λ) converges to the values that policy evaluation computes from the model.
    @Test func predictionComesToTheValuesOfTheModel() throws {
        let preset = try Self.library().preset(named: "td-lambda/FrozenLake-v1")
        var flags = TrainingRun.Flags()
        flags.run = ["seed": 2_000]
        let run = try TrainingRun(agent: preset.agent, environment: preset.environment, layers: [preset], flags: flags)
        let environment = try run.makeEnvironment(count: 1)
        let agent = try run.makeAgent(for: environment)
        try Trainer(agent: agent, environment: environment, seed: 2_000).run(steps: run.run.steps)
        let process = MarkovDecisionProcess(try #require(environment.tabularModel), discount: 0.99)
        let values = process.values(of: .uniform).values
        let learned = agent.variables.variables[0].values
        for state in values.indices { #expect(abs(Double(learned[state]) - values[state]) < 0.02, "\(state)") }
        #expect(values[14] > 0.3 && values[0] < 0.02)
    }
}
