import Agents
import Configuration
import Environments

/// Settings of a training run itself.
public struct RunSettings: Configurable {
    /// What the run's random streams are made from.
    public var seed = 0
    /// Environment steps, over all environments.
    public var steps = 50_000
    /// Episodes after which the run ends earlier; 0: only ``steps`` counts.
    public var episodes = 0
    /// Environments stepped side by side.
    public var environments = 1

    /// The defaults.
    public init() {}

    /// The settings by name.
    public static let settings: [Setting<RunSettings>] = [
        Setting("seed", \.seed, 0...Int.max, "what the run's random streams are made from"),
        Setting("steps", \.steps, 1...1_000_000_000_000, "environment steps, over all environments"),
        Setting("episodes", \.episodes, 0...1_000_000_000, "episodes after which the run ends earlier; 0: no limit"),
        Setting("environments", \.environments, 1...65_536, "environments stepped side by side"),
    ]
}

/// An agent, its environments and all settings, resolved: what a run is made from, and read back from.
public struct TrainingRun {
    /// The names and tables, complete, as `config.toml` holds them.
    public let experiment: Experiment
    /// The settings of the run itself.
    public let run: RunSettings
    /// The agent's settings.
    public let settings: any AgentSettings

    /// Resolves an experiment: defaults where it says nothing.
    ///
    /// - Throws: ``Agents/AgentError``, ``Environments/EnvironmentError`` or ``Configuration/ConfigurationError``.
    public init(_ experiment: Experiment) throws {
        func resolved<Settings: Configurable>(_ settings: Settings, _ table: SettingsTable) throws -> Settings {
            var settings = settings
            for entry in table.entries { try settings.set(entry.name, to: entry.value, source: entry.source) }
            return settings
        }
        let agentSettings = try AgentCatalog.entry(experiment.agent).makeSettings()
        let settings: any AgentSettings = try resolved(agentSettings, experiment.settings)
        run = try resolved(RunSettings(), experiment.run)
        self.settings = settings
        var complete = experiment
        complete.run = Self.table(run)
        complete.settings = Self.table(settings)
        self.experiment = complete
        _ = try EnvironmentCatalog.entry(experiment.environment)
    }

    private static func table(_ settings: some Configurable) -> SettingsTable {
        SettingsTable(settings.values.map { SettingsTable.Entry($0.name, $0.value) })
    }

    /// Environments as the experiment describes them.
    ///
    /// - Throws: ``Environments/EnvironmentError``.
    public func makeEnvironment(count: Int, autoreset: AutoresetMode = .sameStep) throws -> any BatchedEnvironment {
        var options: [String: String] = [:]
        for entry in experiment.environmentOptions.entries { options[entry.name] = entry.value.text }
        return try EnvironmentCatalog.make(experiment.environment, count: count, autoreset: autoreset, options: options)
    }

    /// The agent, untrained.
    ///
    /// - Throws: ``Agents/AgentError`` where it doesn't suit the environment.
    public func makeAgent(for environment: any BatchedEnvironment) throws -> any Agent {
        try settings.makeAgent(for: EnvironmentDescription(environment), seed: UInt64(run.seed))
    }
}
