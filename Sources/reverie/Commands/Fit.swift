import ArgumentParser
import Configuration
import GenerativeModels
import Scenes
import Storage
import Training
import Viewer

struct Fit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a generative model on data.",
        discussion: """
            Datasets are files of your own in the folder of --data (MNIST's, tables, texts, music, images, rollouts), \
            or synthetic. The model is scored on the validation rows after each epoch, and the likelihood of the test \
            rows is reported at the end.

            EXAMPLE
              reverie fit nade mnist --data data
              reverie fit rbm bars-and-stripes
              reverie record FrozenLake-v1 --episodes 200 --to random.npz
              reverie fit vae random.npz --set epochs=50
            """)

    @Argument(help: "A model's name; 'reverie list models' shows them.", completion: Completions.models)
    var model: String

    @Argument(
        help: "A dataset's name ('reverie list datasets' shows them), or the path of a file or folder.",
        completion: .file(extensions: ["npz"]))
    var dataset: String

    @Option(name: .customLong("data"), help: "The folder where datasets are looked up by name.", completion: .directory)
    var dataFolder: String?

    @Option(
        name: .customLong("option"),
        help: ArgumentHelp(
            "An option of the dataset, such as binarize=dynamic; may be repeated.", valueName: "key=value"))
    var options: [String] = []

    @Option(parsing: .unconditional, help: "The seed of every random stream. (default: 0)", transform: readCount)
    var seed: Int?

    @Option(
        name: .customLong("run"), help: "The run's folder (default: runs/MODEL-DATASET-seedN).",
        completion: .directory)
    var folder: String?

    @Option(
        help: "A TOML file of some or all settings, like a run's config.toml.", completion: .file(extensions: ["toml"]))
    var config: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "A setting of the model or of fitting; may be repeated. 'reverie list models MODEL' shows them.",
            valueName: "key=value"))
    var assignments: [String] = []

    @OptionGroup var launch: LaunchFlags

    @OptionGroup var trust: TrustFlags

    @OptionGroup var checks: CheckFlags

    @Flag(help: "Print one JSON object at the end.")
    var json = false

    @Flag(help: .hidden)
    var worker = false

    mutating func validate() throws {
        model = (try? ModelCatalog.entry(model).name) ?? model
        try require("--seed", seed, in: seedRange)
        try checks.validate(json: json, live: launch.live)
    }

    func run() throws {
        if worker { Worker.followParent() }
        try checks.running(fit)
    }

    private func fit() throws {
        var configuration = try configuration()
        try configuration.apply(assignments: assignments)
        for text in options { try configuration.data.apply(assignment: text) }
        let name = splitPath(dataset).name.split(separator: ".").first.map(String.init) ?? "data"
        let usualPath = RunFolder.usualPath(
            model, name, options: try parsedAssignments("--option", options), seed: UInt64(configuration.seed))
        let path = folder ?? usualPath
        let changes = launch.resume ? try continuation(of: path, &configuration) : RunChanges()
        guard launch.live else {
            let session = try session(configuration, path, changes)
            announce(configuration, path)
            try SessionCommand.fit(session, folder: path, json: json)
            return
        }
        let summary = try MainActor.assumeIsolated { [self, configuration] in
            let feed = FitFeed()
            let training = LiveTraining.ofCommand {
                let session = try session(configuration, path, changes)
                announce(configuration, path)
                session.feed = feed
                return try SessionCommand.fitted(session)
            }
            return try training.show(
                LiveModelScene(configuration, feed: feed, training: training), in: launch.window)
        }
        try SessionCommand.report(fit: summary, folder: path, json: json)
    }

    /// The model's defaults, changed by the settings file if there is one.
    private func configuration() throws -> FitConfiguration {
        guard let config else {
            return try FitConfiguration(model: model, dataset: dataset, folder: dataFolder ?? "", seed: seed ?? 0)
        }
        return try content(of: config) {
            try FitConfiguration(
                partsOf: config, model: model, dataset: dataset, folder: dataFolder, seed: seed)
        }
    }

    /// Says what begins, once everything that can be wrong has been checked.
    private func announce(_ configuration: FitConfiguration, _ path: String) {
        let epochs = counted(configuration.fitting.epochs, "epoch")
        note("fitting \(model) to \(dataset) for \(epochs), seed \(configuration.seed): \(path)")
    }

    /// What a fit that --resume is to continue is continued with: flags may lengthen it, but not change its settings.
    /// The configuration becomes the fit's.
    private func continuation(of path: String, _ configuration: inout FitConfiguration) throws -> RunChanges {
        guard case .run = try RunFolder.content(of: path) else { return RunChanges() }
        try RunFolder.requireSame(path, [("model", model)])
        let file = RunFolder.configurationPath(of: path)
        let saved = try content(of: file) { try FitConfiguration(contentsOf: file) }
        var asked = config == nil ? saved : try self.configuration()
        (asked.dataset, asked.folder, asked.seed) = (dataset, dataFolder ?? saved.folder, seed ?? saved.seed)
        try asked.apply(assignments: assignments)
        for text in options { try asked.data.apply(assignment: text) }
        try RunFolder.requireSettings(path, asked.differences(from: saved))
        var changes = RunChanges()
        changes.settings = asked.limits(otherThan: saved)
        for limit in changes.settings { note("\(path) goes on with \(limit)") }
        configuration = saved
        configuration.fitting = asked.fitting
        return changes
    }

    private func session(
        _ configuration: FitConfiguration, _ path: String, _ changes: RunChanges
    ) throws -> FitSession {
        let session =
            try launch.resume
            ? FitSession(continuing: configuration, folder: path, changes: changes)
            : FitSession(configuration, folder: path, overwrite: launch.force)
        for sentence in session.notes { note(sentence) }
        return session
    }
}
