import Agents
import Configuration
import Environments
import Storage
import Testing

@testable import Training

/// The path of the repository's presets.
func presetFolder() -> String {
    let tests = splitPath(splitPath(splitPath(#filePath).folder).folder).folder
    return joinPath(splitPath(tests).folder, "assets/presets")
}

@Suite struct TrainingRunTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func reloaded(_ run: TrainingRun) throws -> TrainingRun {
        let path = folder.file("config.toml")
        try writeAtomically(run.tomlText, to: path, overwrite: true)
        return try TrainingRun(contentsOf: path)
    }

    private func expectSame(_ first: TrainingRun, _ second: TrainingRun) {
        #expect(first.agent == second.agent && first.environment == second.environment)
        #expect(first.run.settingsTable == second.run.settingsTable)
        #expect(first.settings.settingsTable == second.settings.settingsTable)
        #expect(first.environmentOptions == second.environmentOptions)
        #expect(first.tomlText == second.tomlText)
    }

    private static let changes: [(agent: String, settings: [String])] = [
        ("random", []),
        ("q-learning", ["learningRate=0.1", "initialValue=-1.5e-7", "scheduleSteps=1e6"]),
        (
            "dqn",
            [
                "hiddenSizes=7,5,3", "activation=tanh", "optimizer=centredRMSprop", "learningRate=2.5e-4",
                "lossFunction=squared", "updatesPerRound=-1", "targetRate=0.1",
            ]
        ),
        ("reinforce", ["baseline=false", "whitening=false", "entropyBonus=0.013", "hiddenSizes=[9]"]),
    ]

    @Test(arguments: changes.indices)
    func configurationsReadBackTheSame(index: Int) throws {
        let (agent, settings) = Self.changes[index]
        var flags = TrainingRun.Flags()
        flags.settings = settings
        flags.run = ["seed": .max, "steps": 1234, "environments": 3, "episodes": 17]
        flags.environmentOptions = ["is_slippery": "false", "desc": "SF/\"G\"", "max_episode_steps": "50"]
        let run = try TrainingRun(agent: agent, environment: "FrozenLake-v1", flags: flags)
        #expect(run.run.seed == .max && run.run.steps == 1234 && run.run.environments == 3 && run.run.episodes == 17)
        expectSame(run, try reloaded(run))
        let defaults = try TrainingRun(agent: agent, environment: "FrozenLake-v1")
        #expect((run.settings.settingsTable == defaults.settings.settingsTable) == settings.isEmpty)
        expectSame(defaults, try reloaded(defaults))
    }

    @Test func everyPresetMakesItsAgent() throws {
        let presets = PresetLibrary(folder: presetFolder())
        let names = try presets.names()
        #expect(names.contains("dqn/CartPole-v1"))
        for name in names {
            let preset = try presets.preset(named: name)
            let run = try TrainingRun(agent: preset.agent, environment: preset.environment, layers: [preset])
            expectSame(run, try reloaded(run))
            let environment = try run.makeEnvironment(count: run.run.environments)
            #expect(environment.count == run.run.environments && environment.autoreset == .sameStep)
            #expect(try run.makeAgent(for: environment).updates == 0)
            for entry in preset.settings.entries {
                #expect(run.settings.settingsTable[entry.name]?.number == entry.value.number, "\(name): \(entry.name)")
            }
        }
    }

    @Test func flagsHaveTheLastWord() throws {
        let preset = Experiment(
            agent: "dqn", environment: "CartPole-v1",
            run: SettingsTable([.init("steps", .integer(10)), .init("seed", .integer(3))]),
            environmentOptions: SettingsTable([
                .init("max_episode_steps", .integer(20)), .init("sutton_barto_reward", .boolean(true)),
            ]),
            settings: SettingsTable([.init("batchSize", .integer(5)), .init("discount", .number(0.5))]))
        var flags = TrainingRun.Flags()
        flags.run = ["steps": 99]
        flags.settings = ["batchSize=6"]
        flags.environmentOptions = ["max_episode_steps": "30"]
        let run = try TrainingRun(agent: "dqn", environment: "CartPole-v1", layers: [preset], flags: flags)
        #expect(run.run.steps == 99 && run.run.seed == 3)
        let settings = try #require(run.settings as? DQNSettings)
        #expect(settings.batchSize == 6 && settings.discount == 0.5 && settings.trainEvery == DQNSettings().trainEvery)
        #expect(run.environmentOptions == ["max_episode_steps": "30", "sutton_barto_reward": "true"])
    }

    @Test func mistakesAreTypedErrors() throws {
        #expect(throws: AgentError.unknownAgent("dqm", advice: "Did you mean 'dqn'?")) {
            try TrainingRun(agent: "dqm", environment: "CartPole-v1")
        }
        #expect(throws: EnvironmentError.unknownEnvironment(id: "CartPole-v7", nearest: "CartPole-v1")) {
            try TrainingRun(agent: "dqn", environment: "CartPole-v7")
        }
        var flags = TrainingRun.Flags()
        flags.settings = ["batchsize=6"]
        #expect(
            throws: ConfigurationError.unknownSetting(
                name: "batchsize", source: "--set batchsize=6", nearest: "batchSize")
        ) { try TrainingRun(agent: "dqn", environment: "CartPole-v1", flags: flags) }
        flags.settings = []
        flags.run = ["steps": 0]
        #expect(throws: ConfigurationError.self) {
            try TrainingRun(agent: "dqn", environment: "CartPole-v1", flags: flags)
        }
        let boxes = try TrainingRun(agent: "q-learning", environment: "CartPole-v1")
        #expect(throws: AgentError.self) { try boxes.makeAgent(for: boxes.makeEnvironment(count: 1)) }
    }
}
