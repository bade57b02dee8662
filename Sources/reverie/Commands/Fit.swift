import ArgumentParser
import Configuration
import GenerativeModels
import Storage
import Training

struct Fit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a generative model on recorded observations.",
        discussion: """
            The bound is given in nats an observation; it is a lower bound of the mean log-likelihood of the tenth of \
            the data that is held back.

            EXAMPLE
              reverie record FrozenLake-v1 --episodes 200 --to random.npz
              reverie fit vae random.npz --set epochs=50
            """)

    @Argument(help: "A model's name; 'reverie list models' shows them.", completion: Completions.models)
    var model: String

    @Argument(
        help: "A rollout file (.npz); its observations are the data.", completion: .file(extensions: ["npz"]))
    var dataset: String

    @Option(parsing: .unconditional, help: "The seed of every random stream.")
    var seed = 0

    @Option(
        name: .customLong("run"), help: "The run's folder (default: runs/MODEL-DATASET-seedN).",
        completion: .directory)
    var folder: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "A setting of the model; may be repeated. 'reverie list models MODEL' shows them.", valueName: "key=value"))
    var assignments: [String] = []

    @Flag(help: "Replace the run's folder where it exists.")
    var force = false

    @Flag(help: "Go on with the run in the folder where there is one, by its own settings.")
    var resume = false

    @OptionGroup var checks: CheckFlags

    @Flag(help: "Print one JSON object at the end.")
    var json = false

    func validate() throws {
        try require("--seed", seed, in: seedRange)
        try requireOneOf(force: force, resume: resume)
        try checks.validate(json: json)
    }

    func run() throws { try checks.running(fit) }

    private func fit() throws {
        var configuration = try FitConfiguration(model: model, dataset: dataset, seed: seed)
        try configuration.apply(assignments: assignments)
        let name = splitPath(dataset).name.split(separator: ".").first.map(String.init) ?? "data"
        let path = folder ?? joinPath("runs", "\(model)-\(name)-seed\(seed)")
        if resume { try RunFolder.requireSame(path, [("model", model), ("dataset", dataset)]) }
        note("\(model) learns \(dataset) in \(configuration.fitting.epochs) epochs, seed \(seed): \(path)")
        let session =
            try resume
            ? FitSession(continuing: configuration, folder: path)
            : FitSession(configuration, folder: path, overwrite: force)
        try SessionCommand.fit(session, folder: path, json: json)
    }
}
