import Foundation
import Storage

/// Small fits of models of each kind of rows, made once, and removed when the tests end: `nade`, `rbm` and `hopfield`
/// of images, `bits` of a table of bits, `points` of points, `classes` of a table with classes, `lines` and `stream`
/// of a text, `music`.
enum ModelRuns {
    private static let data = "--set batchSize=20 --run"

    private static let commands = [
        "fit nade bars-and-stripes --set hiddenUnits=8 --set epochs=30 \(data) nade",
        "fit rbm bars-and-stripes --set hiddenUnits=8 --set epochs=30 \(data) rbm",
        "fit hopfield bars-and-stripes \(data) hopfield",
        "fit rbm bits.csv --set hiddenUnits=4 --set epochs=2 \(data) bits",
        "fit conditional-rbm classes.csv --option labelColumn=last --set hiddenUnits=4 --set epochs=100 "
            + "--set learningRate=0.1 \(data) classes",
        "fit vae moons --option size=300 --set epochs=2 \(data) points",
        "fit transformer text.txt --option lines=true --set layers=1 --set width=8 --set heads=1 --set context=12 "
            + "--set updates=40 \(data) lines",
        "fit tcn text.txt --set context=60 --set updates=10 \(data) stream",
        "fit tcn music.json --set context=16 --set updates=10 \(data) music",
    ]

    private static let made = Result {
        let folder = try TemporaryFolder()
        let bits = (0..<60).map { row in (0..<6).map { "\((row >> $0) & 1)" }.joined(separator: ",") }
        // A row has the bits of its class, except for one in each third row.
        let classes = (0..<60).map { row in
            ((0..<4).map { (row / 3 % 4 == $0 && row % 3 == 0) == (row % 2 == 1) ? 0 : 1 } + [row % 2])
                .map(String.init).joined(separator: ",")
        }
        let words = ["anna", "hanna", "nahan", "ana", "annan"]
        try writeAtomically(classes.joined(separator: "\n") + "\n", to: folder.file("classes.csv"), overwrite: false)
        let piece = "[" + (0..<30).map { "[\(60 + $0 % 5), \(48 + $0 % 3)]" }.joined(separator: ",") + "]"
        try writeAtomically(bits.joined(separator: "\n") + "\n", to: folder.file("bits.csv"), overwrite: false)
        try writeAtomically(
            (0..<100).map { words[$0 * $0 % 5] + "\n" }.joined(), to: folder.file("text.txt"), overwrite: false)
        try writeAtomically(
            #"{"train": [\#(piece), \#(piece)], "valid": [\#(piece)], "test": [\#(piece)]}"#,
            to: folder.file("music.json"), overwrite: false)
        for words in commands {
            let result = try Executable.run(words.split(separator: " ").map(String.init), in: folder)
            guard result.status == 0 else { throw MadeRuns.Failure(words: words, errors: result.errors) }
        }
        return folder
    }

    private static let removeAtExit: Void = {
        atexit {
            if let folder = try? ModelRuns.made.get() { try? FileManager.default.removeItem(atPath: folder.path) }
        }
    }()

    /// The folder with all of them; tests may add files to it.
    static func folder() throws -> TemporaryFolder {
        _ = removeAtExit
        return try made.get()
    }
}

/// Changes to folders of fits.
enum FittedRuns {
    /// Lets a run's configuration name data that are nowhere, as if they had been moved away.
    static func moveData(of run: String) throws {
        let path = run + "/config.toml"
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
            line.hasPrefix("dataset = ")
                ? "dataset = \"/nowhere/data.\(line.hasSuffix("npz\"") ? "npz" : "csv")\"" : line
        }
        try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
    }
}
