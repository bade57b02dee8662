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

    @Option(parsing: .unconditional, help: "The seed of every random stream.")
    var seed = 0

    @Option(
        name: .customLong("run"), help: "The run's folder (default: runs/MODEL-DATASET-seedN).",
        completion: .directory)
    var folder: String?

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

    func validate() throws {
        try require("--seed", seed, in: seedRange)
        try checks.validate(json: json, live: launch.live)
    }

    func run() throws { try checks.running(fit) }

    private func fit() throws {
        var configuration = try FitConfiguration(
            model: model, dataset: dataset, folder: dataFolder ?? "", seed: seed)
        try configuration.apply(assignments: assignments)
        for text in options { try configuration.data.apply(assignment: text) }
        let name = splitPath(dataset).name.split(separator: ".").first.map(String.init) ?? "data"
        let path = folder ?? joinPath("runs", "\(model)-\(name)-seed\(seed)")
        if launch.resume { try RunFolder.requireSame(path, [("model", model), ("dataset", dataset)]) }
        note("fitting \(model) to \(dataset) for \(configuration.fitting.epochs) epochs, seed \(seed): \(path)")
        guard launch.live else {
            try SessionCommand.fit(session(configuration, path), folder: path, json: json)
            return
        }
        let summary = try MainActor.assumeIsolated { [self, configuration] in
            let feed = FitFeed()
            let training = LiveTraining.ofCommand {
                let session = try session(configuration, path)
                session.feed = feed
                return try SessionCommand.fitted(session)
            }
            return try training.show(
                LiveModelScene(configuration, feed: feed, training: training), in: launch.window)
        }
        try SessionCommand.report(fit: summary, folder: path, json: json)
    }

    private func session(_ configuration: FitConfiguration, _ path: String) throws -> FitSession {
        try launch.resume
            ? FitSession(continuing: configuration, folder: path)
            : FitSession(configuration, folder: path, overwrite: launch.force)
    }
}
