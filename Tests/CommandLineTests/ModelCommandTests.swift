import Foundation
import Graphics
import Rollouts
import Storage
import Testing

/// `watch`, `fit --live` and `sample` of models, as a user runs them.
@Suite struct ModelCommandTests {
    private func run(_ words: String, in folder: TemporaryFolder? = nil) throws -> Executable.Result {
        try Executable.run(words.split(separator: " ").map(String.init), in: folder ?? ModelRuns.folder())
    }

    @Test(arguments: [
        ("nade", "process", "nade-of-bars-and-stripes"), ("rbm", "weights", "rbm-of-bars-and-stripes"),
        ("hopfield", "recall", "hopfield-of-bars-and-stripes"), ("bits", "complete", "rbm-of-bits-csv"),
        ("lines", "process", "transformer-of-text-txt"), ("music", "samples", "tcn-of-music-json"),
        ("points", "samples", "vae-of-moons"),
    ]) func theWindowShowsAModel(name: String, show: String, picture: String) throws {
        let result = try run("watch \(name) --show \(show) --frames 12 --screenshot-after 10")
        #expect(result.status == 0 && result.output.isEmpty, "\(result.errors)")
        let shown = try PNG.decode(ModelRuns.folder().bytes(picture + "-1.png"))
        #expect(shown.width == 960 && shown.height == 600 && Set(shown.pixels).count > 8)
    }

    @Test func rowsOfAClassAreDrawn() throws {
        let folder = try ModelRuns.folder()
        for label in 0..<2 {
            let result = try run("sample classes --count 50 --class \(label) --to \(label).npz")
            #expect(result.status == 0, "\(result.errors)")
            let array = try #require(try NPZReader(path: folder.file("\(label).npz")).array("samples", limit: 1 << 20))
            let samples = array.bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
            let on = samples.reduce(0, +) / Float(samples.count)
            #expect(samples.count == 200 && abs(on - Float(label)) < 0.3, "\(label): \(on)")
        }
        let watched = try run("watch classes --class 1 --set samplingSteps=20 --frames 12 --screenshot-after 10")
        #expect(watched.status == 0, "\(watched.errors)")
        let wrong = try run("watch classes --class 1 --show weights --frames 2")
        #expect(wrong.status == 64 && wrong.errors.contains("--class applies to samples only"), "\(wrong)")
        let beyond = try run("sample classes --class 2 --to x.npz")
        #expect(beyond.status == 65 && beyond.errors.contains("the data hold classes 0 to 1"), "\(beyond)")
        let weights = try run("sample classes --class 1 --show weights --to x.png")
        #expect(weights.status == 64 && weights.errors.contains("--class applies to samples only"), "\(weights)")
        let plain = try run("sample nade --class 1 --to x.png")
        #expect(plain.status == 64 && plain.errors.contains("nade can't draw rows of a class"), "\(plain)")
    }

    /// For texts longer than the context, the window slides on; up to its length, the samples are the same.
    @Test func samplesAreAsLongAsAskedFor() throws {
        let folder = try ModelRuns.folder()
        for (words, name) in [("", "plain"), ("--set sampleSteps=150", "long"), ("--set sampleSteps=20", "short")] {
            let result = try run("sample stream --count 1 --to \(name).txt \(words)")
            #expect(result.status == 0, "\(result.errors)")
        }
        let texts = ["plain", "long", "short"].map { folder.text($0 + ".txt").dropLast() }
        #expect(texts.map(\.count) == [60, 150, 20])
        #expect(texts[1].hasPrefix(texts[0]) && texts[0].hasPrefix(texts[2]))
        let wrong = try run("sample stream --set sampleStep=20 --to x.txt")
        #expect(wrong.status == 64 && wrong.errors.contains("did you mean 'sampleSteps'?"), "\(wrong)")
    }

    @Test func codesAreClassified() throws {
        let json = try run("evaluate points --classifier --labels 100 --json").json()
        let codes = try #require(json["codeAccuracy"]?.double), rows = try #require(json["rowAccuracy"]?.double)
        #expect(json["labels"]?.integer == 100 && rows > 0.8 && codes > 0.4 && codes <= 1, "\(json)")
        let nade = try run("evaluate nade --classifier")
        #expect(nade.status == 64 && nade.errors.contains("nade can't encode rows"), "\(nade)")
        let bits = try run("evaluate bits --classifier")
        #expect(bits.status == 65 && bits.errors.contains("a classifier needs labelled rows"), "\(bits)")
    }

    @Test func aFitGoesOnBehindAWindow() throws {
        let folder = try TemporaryFolder()
        let words = "fit nade bars-and-stripes --set hiddenUnits=16 --set epochs=300 --json --run"
        let live = try run("\(words) live --live --frames 40", in: folder)
        #expect(live.status == 0, "\(live.errors)")
        #expect(try live.json()["epochs"]?.integer == 300)
        #expect(try run("\(words) plain", in: folder).status == 0)
        #expect(folder.text("live/metrics.jsonl") == folder.text("plain/metrics.jsonl"))
        let names = try namesInFolder(folder.file("plain/checkpoints"))
        #expect(try namesInFolder(folder.file("live/checkpoints")).sorted() == names.sorted() && !names.isEmpty)
        for name in names {
            #expect(Bool(try folder.bytes("live/checkpoints/\(name)") == folder.bytes("plain/checkpoints/\(name)")))
        }
    }

    @Test func aFitsErrorClosesTheWindow() throws {
        let result = try run("fit nade no-such-data --live --frames 600", in: TemporaryFolder())
        #expect(result.status == 66 && result.errors.contains("no-such-data"))
    }

    @Test(arguments: [
        ("nade", "png"), ("nade", "gif"), ("rbm --show recall", "gif"), ("bits", "png"), ("points", "png"),
        ("stream", "gif"), ("music", "png"), ("lines", "txt"), ("stream", "txt"),
    ]) func samplesGoToFiles(words: String, ending: String) throws {
        let folder = try ModelRuns.folder()
        let name = words.replacing(" ", with: "") + "." + ending
        let result = try run("sample \(words) --to \(name) --json")
        #expect(result.status == 0, "\(result.errors)")
        let bytes = try folder.bytes(name)
        switch ending {
        case "png": #expect(Set(try PNG.decode(bytes).pixels).count > 1)
        case "gif": #expect(bytes.starts(with: Array("GIF89a".utf8)) && bytes.count > 1000)
        default:
            let lines = folder.text(name).split(separator: "\n", omittingEmptySubsequences: false)
            if words == "lines" {
                #expect(lines.count == 1001)
            } else {
                #expect(lines.contains { $0.hasPrefix("---") })
            }
            #expect(folder.text(name).allSatisfy { "ahn-\n".contains($0) })
        }
        #expect(try run("sample \(words) --to again-\(name)").status == 0)
        #expect(Bool(try folder.bytes("again-" + name) == bytes))
        #expect(try run("sample \(words) --to \(name)").status == 73)
    }

    /// The file's picture is the window's: the same rows drawn by the same code.
    @Test func arraysHoldWhatIsShown() throws {
        let folder = try ModelRuns.folder()
        let summary = try run("sample rbm --show complete --count 9 --steps 30 --to c.npz --json").json()
        #expect(summary["steps"]?.integer == 30 && summary["count"]?.integer == 9)
        let file = try NPZReader(path: folder.file("c.npz"))
        for name in ["complete", "before", "original"] {
            #expect(try file.array(name, limit: 1 << 20)?.shape == [9, 4, 4, 1], "\(name)")
        }
        #expect(try run("sample music --count 3 --to m.npz").status == 0)
        #expect(try NPZReader(path: folder.file("m.npz")).array("samples", limit: 1 << 20)?.shape == [3, 16, 88])
    }

    @Test(arguments: [
        ("watch nade --show weights", 64, "nade can't show weights; for --show it has: process, samples, complete"),
        ("watch nade --show pictures", 64, "  - recall\n"),
        ("watch nade --stochastic", 64, "are for agents, but nade holds a model"),
        ("watch CartPole-v1 --show samples", 64, "--show, --class and --set are for models from 'reverie fit'"),
        ("sample points --to x.gif", 64, "vae can't show process; for --show it has: samples"),
        ("sample nade --to x.txt", 64, "x.txt holds text, but nade is not a model of text"),
        ("sample nade --to x.jpg", 64, ".png or .gif or .npz or .txt"),
        ("fit nade bars-and-stripes --frames 3", 64, "--frames needs --live"),
    ]) func mistakesAreExplained(words: String, status: Int32, message: String) throws {
        let result = try run(words)
        #expect(result.status == status && result.errors.contains(message), "\(result.errors)")
    }

    @Test func dataThatAreGoneAreMissedOnlyWhereTheyAreNeeded() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: ModelRuns.folder().file("bits"), toPath: folder.file("bits"))
        let file = folder.file("bits/config.toml")
        let moved = try folder.text("bits/config.toml").replacing(ModelRuns.folder().path, with: folder.path)
        try writeAtomically(moved, to: file, overwrite: true)
        #expect(try run("watch bits --frames 3", in: folder).status == 0)
        let result = try run("watch bits --show reconstruct --frames 3", in: folder)
        #expect(result.status == 66 && result.errors.contains("bits.csv"), "\(result.errors)")
    }
}
