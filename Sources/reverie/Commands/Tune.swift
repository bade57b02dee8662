import Agents
import ArgumentParser
import Configuration
import Environments
import GenerativeModels
import Storage
import Training

struct Tune: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Search for good settings of an agent in an environment, or of a model on data.",
        discussion: """
            Many settings are tried in short runs, and the best of every few go on in longer ones (successive \
            halving), or all run to the end (--method random). Each is trained with several seeds from 1,000 up; an \
            agent's score is the mean return of its greedy policy with the final parameters, a model's its validation \
            loss. Ctrl-C saves everything, and --resume continues; a search that was killed ends with the same table.

            The settings to search and their ranges come from --range and --ranges, else from the agent or model \
            itself ('reverie list agents AGENT --json' shows them). All others stay as the preset, the file or the \
            flags have them. The first trial is these settings as they are.

            The folder keeps each trial's settings and runs, the scores plotted against each setting, and best.toml: \
            a preset of an agent, a settings file of a model.

            EXAMPLE
              reverie tune ppo CartPole-v1
              reverie tune sac Pendulum-v1 --range 'batchSize=64|256'
              reverie tune nade mnist --data data --epochs 20 --seeds 1000
              reverie train ppo CartPole-v1 --config best.toml
            """)

    @Argument(
        help: "An agent's or a model's name; 'reverie list agents' and 'reverie list models' show them.",
        completion: Completions.agents)
    var learner: String

    @Argument(
        help: ArgumentHelp(
            "For an agent, an environment's id; for a model, a dataset's name or path.", valueName: "environment"),
        completion: Completions.environments)
    var place: String

    @Option(
        name: .customLong("range"),
        help: ArgumentHelp(
            "A setting to search, with bounds ('1e-5..1e-2 log') or choices ('64 | 128'); may be repeated.",
            valueName: "key=range"))
    var ranges: [String] = []

    @Option(
        name: .customLong("ranges"), help: "A TOML file with a line such as learningRate = '1e-5..1e-2 log' for each.",
        completion: .file(extensions: ["toml"]))
    var rangesPath: String?

    @OptionGroup var search: SearchFlags

    @Option(
        parsing: .unconditional, help: "Runs at a time. (default: the number of processors)", transform: readCount)
    var jobs: Int?

    @Option(
        name: .customLong("run"), help: "The search's folder (default: runs/tune-LEARNER-ENVIRONMENT-seedN).",
        completion: .directory)
    var folder: String?

    @Flag(help: "Continue the search in the folder if there is one.")
    var resume = false

    @Option(
        name: .customLong("to"), help: "Write the best settings to this file, too.",
        completion: .file(extensions: ["toml"]))
    var presetPath: String?

    @OptionGroup var experiment: ExperimentFlags

    @OptionGroup var options: EnvironmentOptionFlags

    @Option(
        name: .customLong("data"), help: "For models: the folder where datasets are looked up by name.",
        completion: .directory)
    var dataFolder: String?

    @OptionGroup var trust: TrustFlags

    @Flag(help: "Print one JSON object at the end.")
    var json = false

    mutating func validate() throws {
        try require("--jobs", jobs, in: 1...1024)
        try require("--to", presetPath, endsIn: ".toml")
        if let entry = try? AgentCatalog.entry(learner) {
            (learner, place) = (entry.name, EnvironmentCatalog.canonical(place))
        } else if let entry = try? ModelCatalog.entry(learner) {
            learner = entry.name
        }
    }

    func run() throws {
        let subject = try subject()
        let tuning = try Tuning(subject, try search.settings(for: subject), ranges: try searchRanges(of: subject))
        try requireFree(presetPath, force: resume)
        try subject.check()
        let usualPath = RunFolder.usualPath(
            "tune-\(learner)", splitPath(place).name, options: try options.values(),
            seed: UInt64(tuning.settings.seed))
        let path = folder ?? usualPath
        let session = try TuningSession(tuning, folder: path, resuming: resume)
        let runs = counted(tuning.settings.trials, "trial") + " of \(tuning.settings.seeds.count) runs"
        note("tuning \(learner) in \(place): \(runs), up to \(tuning.lengths.last!) \(subject.unit): \(path)")
        let isInterrupted = try TuningRuns(session, jobs: jobs, words: words).run()
        if isInterrupted {
            note("stopped and saved; to continue, repeat the command with --resume")
            throw ExitCode(Interruption.exitCode)
        }
        try TuningResult(session, command: command).finish(json: json, presetPath: presetPath)
    }

    /// The command that uses the result.
    private var command: String { isOfModel ? "fit \(learner) \(place)" : "train \(learner) \(place)" }

    private var isOfModel: Bool { (try? AgentCatalog.entry(learner)) == nil }

    /// What is tuned, with the settings that the search starts from.
    private func subject() throws -> TuningSubject {
        guard isOfModel else { return .agent(try training()) }
        guard (try? ModelCatalog.entry(learner)) != nil else {
            let names = AgentCatalog.entries.map(\.name) + ModelCatalog.entries.map(\.name)
            throw UsageError(
                "there is no agent or model '\(learner)'"
                    + (nearestName(to: learner, among: names).map { "; did you mean '\($0)'?" } ?? "")
                    + "; 'reverie list agents' and 'reverie list models' list them")
        }
        return .model(try fit())
    }

    private func training() throws -> TrainingRun {
        guard dataFolder == nil else { throw UsageError("--data is for models, and \(learner) is an agent") }
        _ = try EnvironmentCatalog.entry(place)
        var flags = TrainingRun.Flags()
        flags.settings = experiment.assignments
        flags.environmentOptions = try options.values()
        return try TrainingRun(
            agent: learner, environment: place, layers: try experiment.layers(of: learner, in: place), flags: flags)
    }

    private func fit() throws -> FitConfiguration {
        guard options.wrappers.isEmpty else { throw UsageError("--wrap is for agents, and \(learner) is a model") }
        guard experiment.preset == nil else {
            throw UsageError("models have no presets; give their settings with --config or --set")
        }
        var fit: FitConfiguration
        if let config = experiment.config {
            fit = try content(of: config) {
                try FitConfiguration(partsOf: config, model: learner, dataset: place, folder: dataFolder, seed: nil)
            }
        } else {
            fit = try FitConfiguration(model: learner, dataset: place, folder: dataFolder ?? "", seed: 0)
        }
        try fit.apply(assignments: experiment.assignments)
        for text in options.assignments { try fit.data.apply(assignment: text) }
        return fit
    }

    /// The ranges of the file, then those of the flags, which replace them.
    private func searchRanges(of subject: TuningSubject) throws -> [SearchRange] {
        var found: [SearchRange] = []
        func add(_ range: SearchRange) {
            if let index = found.firstIndex(where: { $0.name == range.name }) {
                found[index] = range
            } else {
                found.append(range)
            }
        }
        if let rangesPath {
            let document = try TOMLDocument(contentsOf: rangesPath)
            let table = document.tables["ranges"] ?? document.top
            try content(of: rangesPath) {
                for entry in table.entries {
                    add(try subject.range(entry.value.text ?? entry.value.toml, of: entry.name, source: entry.source))
                }
            }
        }
        for text in ranges {
            guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
                throw UsageError("--range takes key=range, such as learningRate='1e-5..1e-2 log', not '\(text)'")
            }
            let name = text[..<equals].trimmingCharacters(in: .whitespaces)
            let range = String(text[text.index(after: equals)...])
            add(try subject.range(range, of: name, source: "--range \(name)"))
        }
        return found
    }

    /// The arguments of `reverie` that do a run.
    private func words(_ run: TuningSession.Run, _ session: TuningSession) -> [String] {
        let length = session.tuning.lengths[run.entry.rung]
        let common =
            [
                "--config", session.settingsPath(ofTrial: run.entry.trial), "--seed", "\(run.seed)",
                "--run", session.path(of: run), "--resume", "--worker", "--json",
            ] + (trust.trust ? ["--trust"] : [])
        guard !isOfModel else {
            // The rows for testing have no part in a search.
            return ["fit", learner, place, "--set", "epochs=\(length)", "--set", "testRows=1"] + common
        }
        let options = options.assignments.flatMap { ["--option", $0] } + options.wrappers.flatMap { ["--wrap", $0] }
        // Short runs need no checkpoints on their way.
        let checkpoints = max(1, TrainingSession.usualCheckpoints * length / session.tuning.lengths.last!)
        return ["train", learner, place, "--preset", "none", "--steps", "\(length)", "--checkpoints", "\(checkpoints)"]
            + options + common
    }
}

/// How a tuner searches.
struct SearchFlags: ParsableArguments {
    @Option(help: "The search: halving (successive halving) or random. (default: halving)")
    var method: String?

    @Option(parsing: .unconditional, help: "Settings to try. (default: 27)", transform: readCount)
    var trials: Int?

    @Option(
        parsing: .unconditional, help: "Of how many trials one goes on, that many times as long. (default: 3)",
        transform: readCount)
    var reduction: Int?

    @Option(
        parsing: .unconditional, help: "Lengths of runs. (default: up to 3, as there are trials for)",
        transform: readCount)
    var rungs: Int?

    @Option(
        parsing: .unconditional, help: "For agents: steps of the longest runs. (default: those of the settings)",
        transform: readCount)
    var steps: Int?

    @Option(
        parsing: .unconditional, help: "For models: epochs of the longest runs. (default: those of the settings)",
        transform: readCount)
    var epochs: Int?

    @Option(
        help: ArgumentHelp("The seeds of each trial's runs, from 1000 up. (default: 1000..1002)", valueName: "seeds"))
    var seeds: SeedSet?

    @Option(
        parsing: .unconditional, help: "For agents: greedy episodes that a run is scored by. (default: 20)",
        transform: readCount)
    var episodes: Int?

    @Option(
        parsing: .unconditional, help: "The seed of the settings that are tried. (default: 0)", transform: readCount)
    var seed: Int?

    /// The settings, checked.
    func settings(for subject: TuningSubject) throws -> TuningSettings {
        if case .model = subject, steps != nil || episodes != nil {
            throw UsageError("--steps and --episodes are for agents, and \(subject.learner) is a model; try --epochs")
        }
        if case .agent = subject, epochs != nil {
            throw UsageError("--epochs is for models, and \(subject.learner) is an agent; try --steps")
        }
        var settings = TuningSettings()
        if let method { try settings.set("method", to: .text(method), source: "--method") }
        let numbers = [
            ("trials", trials), ("reduction", reduction), ("rungs", rungs), ("steps", steps), ("epochs", epochs),
            ("episodes", episodes), ("seed", seed),
        ]
        for (flag, number) in numbers {
            guard let number else { continue }
            guard number > 0 || flag == "seed" else {
                throw UsageError("--\(flag) takes a number from 1, not \(number)")
            }
            let name = ["steps", "epochs"].contains(flag) ? "length" : flag
            try settings.set(name, to: .integer(number), source: "--\(flag)")
        }
        if let seeds { try settings.set("seeds", to: .integers(seeds.seeds), source: "--seeds") }
        return settings
    }
}
