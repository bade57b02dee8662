import Storage

/// What to run: an agent in an environment, and every setting that differs from its default.
///
/// Presets, a user's files and the `config.toml` of a run all have this format:
///
/// ```toml
/// description = "CartPole by DQN in two minutes"
/// agent = "dqn"
/// environment = "CartPole-v1"
/// steps = 50_000
///
/// [environmentOptions]
/// maximumSteps = 500
///
/// [settings]
/// learningRate = 2.5e-4
/// hiddenUnits = [120, 84]
/// ```
///
/// `steps` and all other names at the top are settings of the run itself (``run``). A preset's measured scores are in a
/// table of their own, `[scores]`; see ``PresetScores``.
public struct Experiment: Hashable, Sendable {
    public var agent: String
    public var environment: String
    /// What it is for, in one sentence; may be empty.
    public var description: String
    /// The settings of the run itself: steps, seed and so on.
    public var run: SettingsTable
    public var environmentOptions: SettingsTable
    public var settings: SettingsTable
    /// The scores that it reached, if they were measured.
    public var scores: PresetScores?

    public init(
        agent: String, environment: String, description: String = "", run: SettingsTable = SettingsTable(),
        environmentOptions: SettingsTable = SettingsTable(), settings: SettingsTable = SettingsTable()
    ) {
        self.agent = agent
        self.environment = environment
        self.description = description
        self.run = run
        self.environmentOptions = environmentOptions
        self.settings = settings
    }

    /// The number of environment steps to train for, if the experiment sets it.
    public var steps: Int? { run["steps"]?.integer }

    private static let tableNames = ["environmentOptions", "settings", PresetScores.tableName]

    /// Reads a file.
    ///
    /// - Throws: `StorageError` if it can't be read, ``ConfigurationError`` with the line that is wrong.
    public init(contentsOf path: String) throws {
        try self.init(TOMLDocument(contentsOf: path))
    }

    /// Reads a file that may have only some settings of an agent in an environment.
    ///
    /// - Parameters:
    ///   - agent: The agent, if the file names none.
    ///   - environment: The environment, if the file names none.
    /// - Throws: as ``init(contentsOf:)``.
    public init(partsOf path: String, agent: String, environment: String) throws {
        var document = try TOMLDocument(contentsOf: path)
        for (name, usual) in [("agent", agent), ("environment", environment)] where document.top[name] == nil {
            document.top[name] = .text(usual)
        }
        try self.init(document)
    }

    /// Reads a document.
    ///
    /// - Throws: ``ConfigurationError`` if agent or environment is missing, or a table is unknown.
    public init(_ document: TOMLDocument) throws(ConfigurationError) {
        for name in document.tables.keys.sorted() where !Self.tableNames.contains(name) {
            let nearest = nearestName(to: name, among: Self.tableNames)
            let hint =
                nearest.map { "did you mean [\($0)]?" }
                ?? "the tables are [environmentOptions], [settings] and [scores]"
            let message = "there is no table [\(name)]; \(hint)"
            throw .badFile(path: document.file, line: document.line(of: name), message: message)
        }
        agent = try Self.text("agent", in: document)
        environment = try Self.text("environment", in: document)
        description = document.top["description"] == nil ? "" : try Self.text("description", in: document)
        run = SettingsTable(
            document.top.entries.filter { !["agent", "environment", "description"].contains($0.name) })
        environmentOptions = document.tables["environmentOptions"] ?? SettingsTable()
        settings = document.tables["settings"] ?? SettingsTable()
        scores = try PresetScores(document)
    }

    private static func text(_ name: String, in document: TOMLDocument) throws(ConfigurationError) -> String {
        guard let value = document.top[name] else {
            throw .badFile(path: document.file, line: 1, message: "\(name) is missing; add \(name) = \"…\"")
        }
        guard let text = value.text else {
            let source = "\(document.file):\(document.line(of: name))"
            throw .badValue(name: name, value: value.toml, expected: "a text", source: source)
        }
        return text
    }

    /// The experiment as a TOML file that reads back as the same values.
    public var tomlText: String {
        var top = SettingsTable()
        if !description.isEmpty { top["description"] = .text(description) }
        top["agent"] = .text(agent)
        top["environment"] = .text(environment)
        var text = top.tomlText + run.tomlText
        if !environmentOptions.entries.isEmpty { text += "\n[environmentOptions]\n" + environmentOptions.tomlText }
        if !settings.entries.isEmpty { text += "\n[settings]\n" + settings.tomlText }
        if let scores { text += "\n[\(PresetScores.tableName)]\n" + scores.table.tomlText }
        return text
    }
}
