import Foundation
import Scenes
import Storage
import Training

/// Small fits of models of each kind of rows, made once, and removed when the tests end: `nade`, `rbm` and `hopfield`
/// of pictures, `bits` of a table of bits, `points` of points, `lines` and `stream` of a text, `music`.
enum FittedModels {
    private struct Fit {
        var name, model, dataset: String
        var options: [String] = []
        var settings: [String] = []
    }

    private static let fits = [
        Fit(name: "nade", model: "nade", dataset: "bars-and-stripes", settings: ["hiddenUnits=8", "epochs=30"]),
        Fit(name: "rbm", model: "rbm", dataset: "bars-and-stripes", settings: ["hiddenUnits=8", "epochs=30"]),
        Fit(name: "hopfield", model: "hopfield", dataset: "bars-and-stripes"),
        Fit(name: "bits", model: "rbm", dataset: "bits.csv", settings: ["hiddenUnits=4", "epochs=2"]),
        Fit(name: "points", model: "vae", dataset: "moons", options: ["size=300"], settings: ["epochs=2"]),
        Fit(
            name: "lines", model: "transformer", dataset: "text.txt", options: ["lines=true"],
            settings: ["layers=1", "width=8", "heads=1", "context=12", "updates=40"]),
        Fit(name: "stream", model: "tcn", dataset: "text.txt", settings: ["context=60", "updates=10"]),
        Fit(name: "music", model: "tcn", dataset: "music.json", settings: ["context=16", "updates=10"]),
    ]

    private static let made = Result {
        let folder = try TemporaryFolder()
        let bits = (0..<60).map { row in (0..<6).map { "\((row >> $0) & 1)" }.joined(separator: ",") }
        try writeAtomically(bits.joined(separator: "\n") + "\n", to: folder.file("bits.csv"), overwrite: false)
        let words = ["anna", "hanna", "nahan", "ana", "annan"]
        try writeAtomically(
            (0..<100).map { words[$0 * $0 % 5] + "\n" }.joined(), to: folder.file("text.txt"), overwrite: false)
        let piece = "[" + (0..<30).map { "[\(60 + $0 % 5), \(48 + $0 % 3)]" }.joined(separator: ",") + "]"
        try writeAtomically(
            #"{"train": [\#(piece), \#(piece)], "valid": [\#(piece)], "test": [\#(piece)]}"#,
            to: folder.file("music.json"), overwrite: false)
        for fit in fits {
            let dataset = fit.dataset.contains(".") ? folder.file(fit.dataset) : fit.dataset
            var configuration = try FitConfiguration(model: fit.model, dataset: dataset, seed: 0)
            try configuration.apply(assignments: fit.settings + ["batchSize=20"])
            for option in fit.options { try configuration.data.apply(assignment: option) }
            let session = try FitSession(configuration, folder: folder.file(fit.name), overwrite: false)
            _ = try session.fit(ProgressBar(total: max(1, session.updates), from: 0))
        }
        return folder
    }

    private static let removeAtExit: Void = {
        atexit {
            if let folder = try? FittedModels.made.get() { try? FileManager.default.removeItem(atPath: folder.path) }
        }
    }()

    /// The folder of a fit.
    static func path(_ name: String) throws -> String {
        _ = removeAtExit
        return try made.get().file(name)
    }

    /// A fitted model.
    static func model(_ name: String) throws -> WatchedModel { WatchedModel(try FittedModel(run: path(name))) }

    /// A scene of a model.
    static func scene(_ name: String, _ view: ModelView?, seed: UInt64 = 5) throws -> ModelScene {
        try ModelScene(
            model(name), view: view, seed: seed,
            history: FitHistory(of: RunFolder(opening: path(name)), scoreTitle: "score"))
    }
}

/// A folder for the files of one test, removed with the object.
final class TemporaryFolder: Sendable {
    let path = joinPath(NSTemporaryDirectory(), "reverie-scenes-\(UUID().uuidString)")

    init() throws { try createFolder(path) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { joinPath(path, name) }

    /// A file's text; empty where there is none.
    func text(_ name: String) -> String { (try? String(contentsOfFile: file(name), encoding: .utf8)) ?? "" }

    func bytes(_ name: String) throws -> [UInt8] { try InputFile.bytes(of: file(name), limit: 1 << 26) }
}
