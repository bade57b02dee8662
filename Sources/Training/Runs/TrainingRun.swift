import Agents
import Configuration
import Environments

/// Settings of a training run itself.
public struct RunSettings: Configurable {
    /// The seed that all random streams of the run are split from.
    @Setting(0...Int.max, "random seed") public var seed = 0
    @Setting(1...1_000_000_000_000, "environment steps, over all environments") public var steps = 50_000
    /// The run ends after ``steps`` or ``episodes``, whichever comes first.
    @Setting(0...1_000_000_000, "maximum number of episodes; 0: no limit") public var episodes = 0
    @Setting(1...65_536, "parallel environments") public var environments = 1
    /// Steps between evaluations of the greedy policy, the best of which keeps its parameters.
    @Setting(0...1_000_000_000, "steps between evaluations; 0: none") public var evaluationInterval = 0
    @Setting(1...100_000, "episodes per evaluation") public var evaluationEpisodes = 100
    /// Steps after which an episode of an evaluation is left; see ``Evaluator``.
    @Setting(0...1_000_000_000, "step limit of evaluated episodes; 0: the environment's, else 100,000")
    public var evaluationStepLimit = 0

    public init() {}
}

/// An agent, its environments and all settings, resolved: what a run is made from.
public struct TrainingRun: Sendable {
    public let run: RunSettings
    public let agent: String
    public let environment: String
    public let settings: any AgentSettings
    /// The options of the environment that belong to the run.
    public let environmentOptions: [String: String]
    /// Options that belong to this process, such as where a program is; no file holds them.
    private let processOptions: [String: String]
    /// The file that the environment was read from; nil if the user has named it.
    private let file: String?

    /// What the command line's flags set; they take precedence over everything else.
    public struct Flags: Sendable {
        /// Settings of the run, by name.
        public var run: [String: Int] = [:]
        /// Settings of the agent, as `name=value`.
        public var settings: [String] = []
        /// Options of the environment.
        public var environmentOptions: [String: String] = [:]

        public init() {}
    }

    /// Resolves settings: defaults, then each of `layers` (a preset, a file), then flags.
    ///
    /// - Throws: ``Agents/AgentError``, ``Environments/EnvironmentError`` or ``Configuration/ConfigurationError``.
    public init(agent: String, environment: String, layers: [Experiment] = [], flags: Flags = Flags()) throws {
        try self.init(agent: agent, environment: environment, layers: layers, flags: flags, file: nil)
    }

    private init(agent: String, environment: String, layers: [Experiment], flags: Flags, file: String?) throws {
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
        options = try EnvironmentCatalog.storedOptions(options, of: environment, in: file ?? "the settings' file")
        let own = flags.environmentOptions
        let stored = try EnvironmentCatalog.storedOptions(own, of: environment)
        (self.run, self.agent, self.environment, self.file) = (run, agent, environment, file)
        self.settings = settings
        // A run must find its files from any folder.
        environmentOptions = try EnvironmentCatalog.located(options.merging(stored) { $1 }, of: environment)
        processOptions = own.filter { stored[$0.key] == nil }
    }

    /// Reads a run's configuration.
    ///
    /// - Throws: as ``init(agent:environment:layers:flags:)``, and `StorageError`.
    public init(contentsOf path: String) throws {
        let experiment = try Experiment(contentsOf: path)
        try self.init(
            agent: experiment.agent, environment: experiment.environment, layers: [experiment], flags: Flags(),
            file: path)
    }

    /// The resolved configuration as a TOML file that reads back as the same values.
    public var tomlText: String { experiment.tomlText }

    /// The resolved configuration.
    public var experiment: Experiment {
        let options = environmentOptions.sorted { $0.key < $1.key }
        return Experiment(
            agent: agent, environment: environment, run: run.settingsTable,
            environmentOptions: SettingsTable(options.map { .init($0.key, .text($0.value)) }),
            settings: settings.settingsTable)
    }

    /// The number of episodes after which the run ends.
    var episodeLimit: Int { run.episodes > 0 ? run.episodes : .max }

    /// Makes the environments of the run.
    ///
    /// - Parameter statistics: what the environments of a training keep over resets; these start from it and leave it
    ///   unchanged. Nil or empty for nothing.
    /// - Throws: ``Environments/EnvironmentError``.
    public func makeEnvironment(
        count: Int, autoreset: AutoresetMode = .sameStep, statistics: [UInt8]? = nil
    ) throws -> any BatchedEnvironment {
        let batch = try EnvironmentCatalog.make(
            environment, count: count, autoreset: autoreset,
            options: environmentOptions.merging(processOptions) { $1 }, from: file)
        if let statistics, !statistics.isEmpty { try batch.takeOver(statistics: statistics) }
        return batch
    }

    /// Makes the untrained agent, which learns from as many environments as the run has, however many there are here.
    ///
    /// - Throws: ``Agents/AgentError`` if it doesn't suit the environment.
    public func makeAgent(for environment: any BatchedEnvironment) throws -> any Learner {
        var description = EnvironmentDescription(environment)
        description.count = run.environments
        return try AgentCatalog.makeAgent(settings, for: description, seed: UInt64(run.seed))
    }
}
