import Agents
import Configuration
import Environments

/// Settings of a training run itself.
public struct RunSettings: Configurable {
    /// What all random streams of the run are split from.
    @Setting(0...Int.max, "random seed") public var seed = 0
    /// Environment steps, over all environments.
    @Setting(1...1_000_000_000_000, "environment steps, over all environments") public var steps = 50_000
    /// The run ends with ``steps`` or ``episodes``, whichever comes first.
    @Setting(0...1_000_000_000, "maximum number of episodes; 0: no limit") public var episodes = 0
    /// Environments stepped side by side.
    @Setting(1...65_536, "parallel environments") public var environments = 1
    /// Steps between evaluations of the greedy policy, whose best parameters are kept.
    @Setting(0...1_000_000_000, "steps between evaluations; 0: none") public var evaluationInterval = 0
    /// Episodes of an evaluation.
    @Setting(1...100_000, "episodes per evaluation") public var evaluationEpisodes = 100

    /// The defaults.
    public init() {}
}

/// An agent, its environments and all settings, resolved: what a run is made from, and read back from.
public struct TrainingRun: Sendable {
    /// The settings of the run itself.
    public let run: RunSettings
    /// The agent's name.
    public let agent: String
    /// The environment's name.
    public let environment: String
    /// The agent's settings.
    public let settings: any AgentSettings
    /// The environment's options.
    public let environmentOptions: [String: String]

    /// What flags say: the last word.
    public struct Flags: Sendable {
        /// Settings of the run, by name.
        public var run: [String: Int] = [:]
        /// Settings of the agent, as `name=value`.
        public var settings: [String] = []
        /// Options of the environment.
        public var environmentOptions: [String: String] = [:]

        /// No flags.
        public init() {}
    }

    /// Resolves settings: defaults, then each of `layers` (a preset, a file), then flags.
    ///
    /// - Throws: ``Agents/AgentError``, ``Environments/EnvironmentError`` or ``Configuration/ConfigurationError``.
    public init(agent: String, environment: String, layers: [Experiment] = [], flags: Flags = Flags()) throws {
        func resolved<Settings: AgentSettings>(_ defaults: Settings) throws -> Settings {
            try defaults.changed(by: layers.map(\.settings), assignments: flags.settings)
        }
        _ = try EnvironmentCatalog.entry(environment)
        let defaults = try AgentCatalog.entry(agent).makeSettings()
        let settings: any AgentSettings = try resolved(defaults)
        var run = try RunSettings().changed(by: layers.map(\.run))
        for (name, value) in flags.run.sorted(by: { $0.key < $1.key }) {
            try run.set(name, to: .integer(value), source: "--\(name)")
        }
        var options: [String: String] = [:]
        for layer in layers {
            for entry in layer.environmentOptions.entries { options[entry.name] = entry.value.text ?? entry.value.toml }
        }
        options.merge(flags.environmentOptions) { $1 }
        (self.run, self.agent, self.environment) = (run, agent, environment)
        (self.settings, environmentOptions) = (settings, options)
    }

    /// Reads back what a run was made from.
    ///
    /// - Throws: as ``init(agent:environment:layers:flags:)``, and `StorageError`.
    public init(contentsOf path: String) throws {
        let experiment = try Experiment(contentsOf: path)
        try self.init(agent: experiment.agent, environment: experiment.environment, layers: [experiment])
    }

    /// Everything resolved, as a TOML file that reads back as the same values.
    public var tomlText: String {
        let options = environmentOptions.sorted { $0.key < $1.key }
        return Experiment(
            agent: agent, environment: environment, run: run.settingsTable,
            environmentOptions: SettingsTable(options.map { .init($0.key, .text($0.value)) }),
            settings: settings.settingsTable
        ).tomlText
    }

    /// Environments as the experiment describes them.
    ///
    /// - Parameter statistics: what a training's environments keep over resets, which these take over and leave as it is;
    ///   nil or empty for nothing.
    /// - Throws: ``Environments/EnvironmentError``.
    public func makeEnvironment(
        count: Int, autoreset: AutoresetMode = .sameStep, statistics: [UInt8]? = nil
    ) throws -> any BatchedEnvironment {
        let batch = try EnvironmentCatalog.make(
            environment, count: count, autoreset: autoreset, options: environmentOptions)
        if let statistics, !statistics.isEmpty { try batch.takeOver(statistics: statistics) }
        return batch
    }

    /// The agent, untrained.
    ///
    /// - Throws: ``Agents/AgentError`` where it doesn't suit the environment.
    public func makeAgent(for environment: any BatchedEnvironment) throws -> any Learner {
        guard environment.actionSpace.discreteCount != nil else {
            throw AgentError.actionSpace(
                agent: agent, environment: environment.id, space: "\(environment.actionSpace)",
                needed: "a discrete one to learn from")
        }
        return try AgentCatalog.makeAgent(settings, for: EnvironmentDescription(environment), seed: UInt64(run.seed))
    }
}
