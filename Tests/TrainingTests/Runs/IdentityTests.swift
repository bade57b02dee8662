import Agents
import Configuration
import Foundation
import Storage
import TensorCore
import Testing

@testable import Training

/// Pieces that don't belong together are refused and named; changes on purpose are recorded.
@Suite struct IdentityTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("r") }

    init() throws { folder = try TemporaryFolder() }

    private static func run(
        seed: Int = 0, steps: Int = 600, _ settings: [String] = [], environment: String = "FrozenLake-v1",
        options: [String: String] = [:]
    ) throws -> TrainingRun {
        var flags = TrainingRun.Flags()
        flags.run = ["steps": steps, "seed": seed]
        flags.settings = ["hiddenSizes=[4]", "learningStart=100", "replayCapacity=100", "trainEvery=20"] + settings
        flags.environmentOptions = options
        return try TrainingRun(agent: "dqn", environment: environment, flags: flags)
    }

    @discardableResult private func train(_ run: TrainingRun, _ name: String = "r") throws -> JSON? {
        try TrainingSession(run, folder: folder.file(name), overwrite: false).train()
    }

    /// All contents of the run's folder.
    private func content() throws -> [String: [UInt8]] {
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        let files = names.filter { PathKind(of: joinPath(path, $0)) == .file }
        return try Dictionary(
            uniqueKeysWithValues: files.map { ($0, try InputFile.bytes(of: joinPath(path, $0), limit: 1 << 24)) })
    }

    /// Resuming is refused and changes nothing.
    private func refusal(_ changes: RunChanges = RunChanges()) throws -> String {
        let before = try content()
        let error = try #require(
            #expect(throws: (any Error).self) { try TrainingSession(resuming: path, changes: changes) })
        #expect(try content() == before)
        return "\(error)"
    }

    private func edit(_ old: String, _ new: String) throws {
        let file = joinPath(path, "config.toml")
        let text = String(decoding: try InputFile.bytes(of: file, limit: 1 << 20), as: UTF8.self)
        #expect(text.contains(old), "\(text)")
        try writeAtomically(text.replacing(old, with: new), to: file, overwrite: true)
    }

    @Test(arguments: [
        ("seed = 0", "seed = 1", "seed is 1 instead of 0. Restore what has changed"),
        ("environments = 1", "environments = 2", "environments is 2 instead of 1"),
        ("discount = 0.99", "discount = 0.9", "discount is 0.9 instead of 0.99. Restore config.toml, or continue"),
        ("batchSize = 32", "batchSize = 16", "reverie resume "),
        ("FrozenLake-v1", "FrozenLake8x8-v1", "environment is \"FrozenLake8x8-v1\" instead of \"FrozenLake-v1\""),
        ("[settings]", "[environmentOptions]\nis_slippery = \"false\"\n[settings]", "the option is_slippery is"),
    ]) func anEditedConfigurationIsRefused(old: String, new: String, sentence: String) throws {
        try train(Self.run())
        let evaluated = try RunFolder(opening: path).lastCheckpointPath()
        try edit(old, new)
        let text = try refusal()
        #expect(text.contains(sentence) && text.contains(path), "\(text)")
        let run = try TrainingRun(contentsOf: joinPath(path, "config.toml"))
        #expect(throws: TrainingError.self) { try run.requireIdentity(of: evaluated, in: path) }
    }

    /// Steps and episodes may be edited, since a run's past doesn't depend on them.
    @Test func limitsMayBeEdited() throws {
        try train(Self.run())
        try edit("steps = 600", "steps = 800")
        #expect(try TrainingSession(resuming: path).train()?["steps"]?.integer == 800)
    }

    @Test func experienceOfAnotherRunIsRefused() throws {
        try train(Self.run())
        try train(Self.run(seed: 1), "other")
        try writeAtomically(folder.bytes("other/replay/0.bin"), to: joinPath(path, "replay/0.bin"), overwrite: true)
        let text = try refusal()
        #expect(text.contains("replay/0.bin") && text.contains("found that of another run"), "\(text)")
    }

    @Test(arguments: ["metrics.jsonl", "episodes.csv"]) func anotherLogIsRefused(name: String) throws {
        try train(Self.run())
        let original = try folder.bytes("r/" + name)
        try train(Self.run(seed: 1), "other")
        var edited = original
        edited[edited.count / 2] ^= 1
        for bytes in [edited, try folder.bytes("other/" + name) + original] {
            try writeAtomically(bytes, to: joinPath(path, name), overwrite: true)
            let text = try refusal()
            #expect(text.contains(name) && text.contains("found another or changed log"), "\(text)")
        }
        try writeAtomically(original + Array("tail\n".utf8), to: joinPath(path, name), overwrite: true)
        _ = try TrainingSession(resuming: path)
        #expect(try folder.bytes("r/" + name) == original, "what came after the checkpoint is cut off")
    }

    @Test func changesOnPurposeAreRecorded() throws {
        try train(Self.run())
        var changes = RunChanges()
        (changes.steps, changes.settings) = (900, ["discount=0.5"])
        let session = try TrainingSession(resuming: path, changes: changes)
        #expect(!exists(joinPath(path, "summary.json")), "it is no longer finished")
        let line = #"{"step":600,"changed":{"steps":900,"discount":0.5}}"#
        #expect(try folder.text("r/metrics.jsonl").contains(line + "\n"))
        #expect(try session.train()?["steps"]?.integer == 900)
        let run = try TrainingRun(contentsOf: joinPath(path, "config.toml"))
        #expect(run.run.steps == 900 && run.tomlText.contains("discount = 0.5\n"))
        #expect(try folder.text("r/metrics.jsonl").contains(line + "\n"))
        // The experience of both times belongs to the run.
        #expect(try TrainingSession(resuming: path).train()?["steps"]?.integer == 900)
        try edit("discount = 0.5", "discount = 0.99")
        #expect(try refusal().contains("discount is 0.99 instead of 0.5"))
    }

    /// A process that ends after the configuration was changed, but before its checkpoint was: the advice works.
    @Test func aChangeThatWasInterruptedIsRepeated() throws {
        try train(Self.run())
        try edit("discount = 0.99", "discount = 0.5")
        #expect(try refusal().contains("reverie resume \(path) --set discount=0.5"))
        var changes = RunChanges()
        changes.settings = ["discount=0.5"]
        _ = try TrainingSession(resuming: path, changes: changes).train()
        #expect(try folder.text("r/metrics.jsonl").contains(#""changed":{"discount":0.5}"#))
        _ = try TrainingSession(resuming: path)
    }

    /// A run of the same settings throughout isn't that of one whose settings were changed and changed back.
    @Test func digestsRememberTheWay() throws {
        let (first, second) = (try Self.run().identity(), try Self.run(["discount=0.5"]).identity())
        var origins = ReplayOrigins(first)
        origins.append(second, from: 10)
        origins.append(first, from: 20)
        #expect(
            [0, 9, 10, 19, 20].map(origins.digest(of:)).map { $0 == first.digest() } == [
                true, true, false, false, false,
            ])
        #expect(RunIdentity(text: first.text) == first)
        #expect(try Self.run(steps: 1).identity() == first)
    }

    @Test func aChangeThatDoesNotFitIsRefused() throws {
        try train(Self.run())
        var changes = RunChanges()
        changes.settings = ["hiddenSizes=[5]"]
        let text = try refusal(changes)
        #expect(text.contains("can't go on with hiddenSizes") && text.contains("Start a new run"), "\(text)")
    }

    /// Checkpoints of earlier versions can be evaluated, but not resumed.
    @Test func checkpointsWithoutAnIdentityAreNotResumed() throws {
        try train(Self.run())
        let (run, file) = (try Self.run(), try RunFolder(opening: path).lastCheckpointPath())
        let agent = try run.makeAgent(for: run.makeEnvironment(count: 1))
        try Checkpoint.read(file, into: agent)
        try Checkpoint.write(
            agent.variables, states: [Checkpoint.agentState: agent.stateBytes()], metadata: [:], to: file)
        let text = try refusal()
        #expect(text.contains("earlier version") && text.contains("--weights \(file)"), "\(text)")
        try run.requireIdentity(of: file, in: path)
        try Checkpoint.read(file, into: agent)
    }

    @Test func aMapThatHasChangedIsRefused() throws {
        let map = folder.file("m.txt")
        try writeAtomically("\nS.G\n", to: map, overwrite: false)
        let run = try Self.run(environment: "GridWorld", options: ["map": map])
        try train(run)
        _ = try TrainingSession(resuming: path)
        try writeAtomically("\nS..G\n", to: map, overwrite: true)
        let text = try refusal()
        #expect(text.contains("the content of the map has changed"), "\(text)")
        // A copy elsewhere is the same map.
        try writeAtomically("\nS.G\n", to: folder.file("n.txt"), overwrite: false)
        try edit("m.txt", "n.txt")
        _ = try TrainingSession(resuming: path)
    }

    /// A path as typed would be another file in another folder.
    @Test func pathsAreKeptFromTheRoot() throws {
        let current = FileManager.default.currentDirectoryPath
        let run = try Self.run(environment: "GridWorld", options: ["map": "./maps/m.txt"])
        #expect(run.environmentOptions["map"] == joinPath(current, "maps/m.txt"))
        #expect(absolutePath("/a/b") == "/a/b" && absolutePath(".") == current)
        var fit = try FitConfiguration(model: "nade", dataset: "some/table.csv", folder: "data", seed: 0)
        #expect(fit.located().dataset == joinPath(current, "some/table.csv"))
        fit.dataset = "mnist"
        #expect(fit.located().dataset == "mnist" && fit.located().folder == joinPath(current, "data"))
        (fit.dataset, fit.folder) = ("moons", "")
        #expect(fit.located().dataset == "moons" && fit.located().folder == "")
        // Found in the folder, so not to be looked for in the current one.
        try writeAtomically("x", to: folder.file("t.txt"), overwrite: false)
        (fit.dataset, fit.folder) = ("t.txt", folder.path)
        #expect(fit.located().dataset == folder.file("t.txt"))
    }
}

/// The same for fits.
@Suite struct FitIdentityTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("r") }
    private var table: String { folder.file("t.csv") }

    init() throws {
        folder = try TemporaryFolder()
        try write(rows: 60)
    }

    private func write(rows: Int, first: Int = 0) throws {
        let lines = (0..<rows).map { row in (0..<4).map { (first + row * row + $0 * 3) % 2 }.map(String.init) }
        try writeAtomically(
            lines.map { $0.joined(separator: ",") + "\n" }.joined(), to: table, overwrite: true)
    }

    private func fit(_ settings: [String] = []) throws {
        var configuration = try FitConfiguration(model: "nade", dataset: table, seed: 0)
        try configuration.apply(assignments: ["epochs=2", "hiddenUnits=2", "patience=0"] + settings)
        _ = try FitSession(configuration, folder: path, overwrite: false).fit(Self.quiet())
    }

    private static func quiet() -> ProgressBar { ProgressBar(total: 1_000, style: .lines, write: { _ in }) }

    private func resume(_ settings: [String] = []) throws -> JSON? {
        var changes = RunChanges()
        changes.settings = settings
        return try FitSession(resuming: path, changes: changes).fit(Self.quiet())
    }

    private func refusal(_ settings: [String] = []) throws -> String {
        "\(try #require(#expect(throws: (any Error).self) { try resume(settings) }))"
    }

    private func edit(_ old: String, _ new: String) throws {
        let file = joinPath(path, "config.toml")
        let text = try folder.text("r/config.toml")
        #expect(text.contains(old), "\(text)")
        try writeAtomically(text.replacing(old, with: new), to: file, overwrite: true)
    }

    @Test func dataThatHaveChangedAreRefused() throws {
        try fit()
        _ = try FittedModel(run: path).rows(.test)
        try write(rows: 60, first: 1)
        #expect(try refusal().contains("the content of the data has changed"))
        let error = #expect(throws: TrainingError.self) { try FittedModel(run: path).rows(.test) }
        #expect(error?.description.contains("the content of the data has changed") == true)
        try write(rows: 60)
        _ = try resume()
    }

    @Test func dataThatHaveMovedAreFoundAgain() throws {
        try fit()
        try FileManager.default.moveItem(atPath: table, toPath: folder.file("moved.csv"))
        let text = try refusal()
        #expect(text.contains("write their new path into its config.toml"), "\(text)")
        #expect(throws: TrainingError.self) { try FittedModel(run: path).rows(.test) }
        try edit("t.csv", "moved.csv")
        _ = try resume()
        _ = try FittedModel(run: path).rows(.test)
    }

    @Test func settingsThatDifferAreRefusedOrRecorded() throws {
        try fit()
        try edit("learningRate = 0", "learningRate = 1")
        #expect(try refusal().contains("reverie resume \(path) --set learningRate=1"))
        #expect(throws: TrainingError.self) { try FittedModel(run: path) }
        _ = try resume(["learningRate=0.01"])
        #expect(try folder.text("r/metrics.jsonl").contains(#""changed":{"learningRate":0.01}"#))
        _ = try FittedModel(run: path)
        #expect(try refusal(["hiddenUnits=3"]).contains("can't go on with hiddenUnits"))
    }

    @Test func moreEpochsAreRecorded() throws {
        try fit()
        #expect(try resume(["epochs=3"])?["epochs"]?.integer == 3)
        #expect(try folder.text("r/metrics.jsonl").contains(#""changed":{"epochs":3}"#))
        #expect(try folder.text("r/config.toml").contains("epochs = 3\n"))
        #expect(try resume()?["epochs"]?.integer == 3)
    }

    /// A learning rate that decays depends on when the fit ends.
    @Test func theEndBelongsToADecay() throws {
        try fit(["decay=linear"])
        try edit("epochs = 2", "epochs = 3")
        #expect(try refusal().contains("epochs is 3 instead of 2"))
        #expect(try resume(["epochs=3"])?["epochs"]?.integer == 3)
    }

    @Test func anotherLogIsRefused() throws {
        try fit()
        let text = try folder.text("r/metrics.jsonl")
        try writeAtomically(text.replacing("1", with: "2"), to: joinPath(path, "metrics.jsonl"), overwrite: true)
        #expect(try refusal().contains("another or changed log"))
    }
}
