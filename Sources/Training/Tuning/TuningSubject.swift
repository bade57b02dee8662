import Agents
import Configuration
import GenerativeModels
import Storage

/// What is tuned: an agent in an environment, or a model on a dataset, with the settings that the search starts from.
public enum TuningSubject: Sendable {
    case agent(TrainingRun)
    case model(FitConfiguration)

    /// The agent or the model.
    public var learner: String {
        switch self {
        case .agent(let run): run.agent
        case .model(let fit): fit.model
        }
    }

    /// The environment or the dataset.
    public var place: String {
        switch self {
        case .agent(let run): run.environment
        case .model(let fit): fit.dataset
        }
    }

    /// What the length of a run is counted in.
    public var unit: String {
        switch self {
        case .agent: "steps"
        case .model: "epochs"
        }
    }

    /// The length of a run by the settings, in ``unit``.
    var length: Int {
        switch self {
        case .agent(let run): run.run.steps
        case .model(let fit): fit.fitting.epochs
        }
    }

    /// The words for a score.
    public var scoreName: String {
        switch self {
        case .agent: "mean return"
        case .model: "validation"
        }
    }

    /// Whether a lower score is better: a model's is a loss.
    public var isLoss: Bool {
        switch self {
        case .agent: false
        case .model: true
        }
    }

    /// The groups of settings, the learner's own first.
    private var groups: [any Configurable] {
        switch self {
        case .agent(let run): [run.settings]
        case .model(let fit): [fit.settings, fit.fitting]
        }
    }

    /// The settings that can be tuned.
    var settings: [SettingDescription] { groups.flatMap(\.settings) }

    /// Checks that the learner suits its place and has a score, before any run.
    ///
    /// - Throws: whatever its runs would.
    public func check() throws {
        switch self {
        case .agent(let run): _ = try run.makeAgent(for: run.makeEnvironment(count: run.run.environments))
        case .model(let fit):
            let model = try fit.settings.makeModel(for: FitData(fit).description, seed: 0)
            guard model is any ScoredModel else { throw TrainingError.noScoreToTune(learner: learner) }
        }
    }

    /// Reads the range of a setting.
    ///
    /// - Throws: ``Configuration/ConfigurationError``.
    public func range(_ text: String, of name: String, source: String) throws(ConfigurationError) -> SearchRange {
        for group in groups where group.settings.contains(where: { $0.name == name }) {
            return try SearchRange(text, of: name, among: group, source: source)
        }
        throw .unknownSetting(
            name: name, source: source, nearest: nearestName(to: name, among: settings.map(\.name)))
    }

    /// The ranges that the settings themselves name.
    ///
    /// - Throws: ``Configuration/ConfigurationError``.
    public func usualRanges() throws(ConfigurationError) -> [SearchRange] {
        var ranges: [SearchRange] = []
        for setting in settings {
            guard let text = setting.search else { continue }
            ranges.append(try range(text, of: setting.name, source: "the range of \(setting.name)"))
        }
        return ranges
    }

    /// The same with some settings changed.
    ///
    /// - Throws: ``Configuration/ConfigurationError``.
    func changed(by table: SettingsTable) throws -> TuningSubject {
        switch self {
        case .agent(let run):
            var changed = run.experiment
            for entry in table.entries { changed.settings[entry.name] = entry.value }
            return .agent(
                try TrainingRun(agent: run.agent, environment: run.environment, layers: [changed]))
        case .model(var fit):
            try fit.apply(assignments: table.entries.map { "\($0.name)=\($0.value.flag)" })
            return .model(fit)
        }
    }

    /// The file of these settings, without those that are the defaults.
    ///
    /// - Parameters:
    ///   - description: What it is for, in a sentence.
    ///   - length: The length of a run, if it isn't that of the settings.
    ///   - scores: What it reached, of an agent.
    /// - Throws: ``Agents/AgentError``.
    public func file(description: String, length: Int? = nil, scores: PresetScores? = nil) throws -> String {
        switch self {
        case .agent(let run):
            var experiment = run.experiment
            experiment.description = description
            experiment.run = RunSettings().differences(experiment.run)
            experiment.run["seed"] = nil
            experiment.run["steps"] = .integer(length ?? run.run.steps)
            experiment.settings = try AgentCatalog.entry(run.agent).makeSettings().differences(experiment.settings)
            experiment.scores = scores
            return experiment.tomlText
        case .model(var fit):
            fit.fitting.epochs = length ?? fit.fitting.epochs
            let comment = description.split(separator: "\n").map { "# \($0)\n" }.joined()
            return comment + fit.tomlText
        }
    }

    /// All settings, as a file.
    var tomlText: String {
        switch self {
        case .agent(let run): run.tomlText
        case .model(let fit): fit.tomlText
        }
    }
}

extension Configurable {
    /// The entries of a table whose values are not these.
    fileprivate func differences(_ table: SettingsTable) -> SettingsTable {
        let own = settingsTable
        return SettingsTable(table.entries.filter { own[$0.name] != $0.value })
    }
}

extension SettingValue {
    /// The value as in a flag, which takes texts without quotes.
    fileprivate var flag: String { text ?? toml }
}
