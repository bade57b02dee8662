import Foundation
import GenerativeModels
import Storage
import Testing

@testable import Training

/// A run's folder has one writer, and nothing is lost in a folder that is not a run's.
@Suite struct RunClaimTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("r") }

    init() throws { folder = try TemporaryFolder() }

    private static func run(steps: Int = 600) throws -> TrainingRun {
        var flags = TrainingRun.Flags()
        flags.run = ["steps": steps]
        flags.settings = ["hiddenSizes=[4]", "learningStart=100", "replayCapacity=100"]
        return try TrainingRun(agent: "dqn", environment: "FrozenLake-v1", flags: flags)
    }

    private static func fit() throws -> FitConfiguration {
        var configuration = try FitConfiguration(model: "nade", dataset: "bars-and-stripes", seed: 0)
        try configuration.apply(assignments: ["epochs=1", "hiddenUnits=2"])
        return configuration
    }

    private static func quiet() -> ProgressBar { ProgressBar(total: 1_000, style: .lines, write: { _ in }) }

    /// All names and contents below a folder, links as what they name.
    private func content(_ path: String) throws -> [String: String] {
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return try Dictionary(
            uniqueKeysWithValues: names.map { name in
                let file = joinPath(path, name)
                switch PathKind(of: file) {
                case .link: return (name, try FileManager.default.destinationOfSymbolicLink(atPath: file))
                case .file:
                    return (name, String(decoding: try InputFile.bytes(of: file, limit: 1 << 24), as: UTF8.self))
                default: return (name, "")
                }
            })
    }

    /// What every attempt to write into a folder says.
    private func refusals(_ path: String) throws -> [StorageError] {
        let (run, fit) = (try Self.run(), try Self.fit())
        let attempts: [() throws -> Void] = [
            { _ = try TrainingSession(run, folder: path, overwrite: true) },
            { _ = try TrainingSession(continuing: run, folder: path) },
            { _ = try FitSession(fit, folder: path, overwrite: true) },
            { _ = try FitSession(continuing: fit, folder: path) },
        ]
        return try attempts.map { try #require(#expect(throws: StorageError.self, performing: $0)) }
    }

    private func write(_ name: String, _ text: String) throws {
        let file = joinPath(path, name)
        try createFolder(splitPath(file).folder)
        try writeAtomically(text, to: file, overwrite: true)
    }

    @Test func aRunHasOneWriter() throws {
        let session = try TrainingSession(Self.run(), folder: path, overwrite: false)
        let before = try content(path)
        for refusal in try refusals(path) { #expect(refusal.reason == .inUse(holder: "this process")) }
        let error = #expect(throws: StorageError.self) { try TrainingSession(resuming: path) }
        #expect(error?.reason == .inUse(holder: "this process"))
        #expect(try content(path) == before)
        #expect(try session.train() != nil)
        #expect(PathKind(of: joinPath(path, FolderLock.fileName)) == .nothing)
        #expect(try TrainingSession(resuming: path).train() != nil)
    }

    @Test func aFitHasOneWriter() throws {
        let session = try FitSession(Self.fit(), folder: path, overwrite: false)
        for refusal in try refusals(path) { #expect(refusal.reason == .inUse(holder: "this process")) }
        #expect(throws: StorageError.self) { try FitSession(resuming: path) }
        #expect(try session.fit(Self.quiet()) != nil)
        #expect(try FitSession(resuming: path).fit(Self.quiet()) != nil)
    }

    /// The checkpoints of a run must not go into another run that is now in its place.
    @Test func aRunWhoseFolderWasReplacedWritesNothing() throws {
        let session = try TrainingSession(Self.run(), folder: path, overwrite: false)
        try FileManager.default.moveItem(atPath: path, toPath: path + "-moved")
        let second = try TrainingSession(Self.run(steps: 300), folder: path, overwrite: false)
        #expect(throws: StorageError.self) { try session.train() }
        #expect(try second.train() != nil)
        #expect(try RunFolder(opening: path).checkpointSteps().last == 300)
    }

    @Test(arguments: [
        "replay/thesis.docx", "replay/0.bin", "metrics.jsonl", "episodes.csv", "checkpoints/thesis.docx",
        "checkpoints/step-5.safetensors", "thesis.docx", "summary.json", "weights.safetensors", "old/config.toml",
    ]) func aFolderThatIsNoRunLosesNothing(name: String) throws {
        try write(name, "mine")
        let before = try content(path)
        for refusal in try refusals(path) {
            guard case .unsuitable(let found, _) = refusal.reason else {
                Issue.record("\(refusal)")
                continue
            }
            #expect(found.contains("it holds \(name.split(separator: "/")[0]), but no config.toml"), "\(found)")
        }
        #expect(throws: FormatError.self) { try TrainingSession(resuming: path) }
        #expect(try content(path) == before)
    }

    @Test(arguments: [
        "x", "[agent]\n", "model = \"llama\"\n", "agent = \"dqn\"\n", "agent = \"none\"\nenvironment = \"x\"",
    ])
    func anotherToolsConfigurationMakesNoRun(text: String) throws {
        try write("config.toml", text)
        try write("metrics.jsonl", "mine")
        let before = try content(path)
        for refusal in try refusals(path) { #expect(refusal.description.contains("so it is no run"), "\(refusal)") }
        #expect(try content(path) == before)
    }

    @Test func aMissingConfigurationLosesNothing() throws {
        _ = try TrainingSession(Self.run(), folder: path, overwrite: false).train()
        try removeFile(joinPath(path, "config.toml"))
        let before = try content(path)
        _ = try refusals(path)
        #expect(try content(path) == before)
    }

    @Test func missingCheckpointsLoseNothing() throws {
        _ = try TrainingSession(Self.run(), folder: path, overwrite: false).train()
        let run = try RunFolder(opening: path)
        for restored in [false, true] {
            try FileManager.default.moveItem(atPath: run.checkpointFolder, toPath: folder.file("moved"))
            if restored { try createFolder(run.checkpointFolder) }
            let before = try content(path)
            for resumes in [
                { _ = try TrainingSession(resuming: path) },
                { _ = try TrainingSession(continuing: Self.run(), folder: path) },
            ] {
                let error = #expect(throws: StorageError.self, performing: resumes)
                #expect(error?.description.contains("but no checkpoint in \(run.checkpointFolder)") == true)
            }
            #expect(try content(path) == before)
            if restored { try FileManager.default.removeItem(atPath: run.checkpointFolder) }
            try FileManager.default.moveItem(atPath: folder.file("moved"), toPath: run.checkpointFolder)
        }
        #expect(try TrainingSession(resuming: path).train() != nil)
    }

    /// What lies in a run's folder besides its own files stays, whatever happens to the run.
    @Test func otherFilesInARunStay() throws {
        _ = try TrainingSession(Self.run(), folder: path, overwrite: false).train()
        let names = [
            "notes.txt", "replay/thesis.docx", "replay/05.bin", "replay/+3.bin", "checkpoints/mine.safetensors",
            "checkpoints/step-07.safetensors", "checkpoints/step-7.safetensors.bak",
        ]
        for name in names { try write(name, "mine") }
        #expect(try TrainingSession(resuming: path).train() != nil)
        #expect(try TrainingSession(Self.run(), folder: path, overwrite: true).train() != nil)
        _ = try FitSession(Self.fit(), folder: path, overwrite: true)
        let after = try content(path)
        for name in names { #expect(after[name] == "mine", "\(name)") }
        #expect(after["replay/0.bin"] == nil && after["episodes.csv"] == nil)
    }

    /// A run that was killed before its first checkpoint can be continued and replaced.
    @Test func aRunThatHardlyBeganIsARun() throws {
        for (index, leftovers) in [[], ["checkpoints"], ["checkpoints", "replay"]].enumerated() {
            let path = folder.file("\(index)")
            try createFolder(path)
            for name in leftovers { try createFolder(joinPath(path, name)) }
            try writeAtomically("1 elsewhere", to: joinPath(path, ".lock"), overwrite: true)
            try writeAtomically("", to: joinPath(path, ".config.toml.12.1.tmp"), overwrite: true)
            #expect(try TrainingSession(continuing: Self.run(), folder: path).train() != nil)
        }
        try write("config.toml", Self.run().tomlText)
        #expect(try TrainingSession(resuming: path).train() != nil)
    }

    /// The parameters that a run starts from are written before its configuration.
    @Test func aCopyOfTheFirstParametersIsNoForeignFile() throws {
        let run = try Self.run()
        let agent = try run.makeAgent(for: run.makeEnvironment(count: 1))
        try createFolder(path)
        let file = joinPath(path, "weights.safetensors")
        try Checkpoint.write(agent.behaviour, metadata: [:], to: file)
        #expect(throws: StorageError.self) { try RunFolder.content(of: path) }
        try Checkpoint.write(agent.behaviour, metadata: Checkpoint.initialParameters, to: file)
        #expect(try RunFolder.content(of: path) == .nothing)
    }

    @Test(arguments: [
        "config.toml", "metrics.jsonl", "episodes.csv", "summary.json", "checkpoints", "replay", "replay/0.bin",
        "checkpoints/step-600.safetensors", "checkpoints/best.safetensors", "weights.safetensors", ".lock",
    ]) func linksAreRefusedAndTheirTargetsKept(name: String) throws {
        _ = try TrainingSession(Self.run(), folder: path, overwrite: false).train()
        let (part, target) = (joinPath(path, name), folder.file("target"))
        if exists(part) {
            try FileManager.default.moveItem(atPath: part, toPath: target)
        } else {
            try writeAtomically("mine", to: target, overwrite: false)
        }
        try FileManager.default.createSymbolicLink(atPath: part, withDestinationPath: target)
        let before = try content(folder.path)
        for refusal in try refusals(path) {
            #expect(refusal.description.contains("\(part) is a symbolic link"), "\(refusal)")
        }
        #expect(throws: StorageError.self) { try TrainingSession(resuming: path) }
        #expect(try content(folder.path) == before)
    }

    /// The folder itself may be a link: whoever names it chooses its target.
    @Test func aLinkToAFolderIsAFolder() throws {
        try createFolder(folder.file("target"))
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder.file("target"))
        #expect(try TrainingSession(continuing: Self.run(), folder: path).train() != nil)
        #expect(exists(folder.file("target/summary.json")))
        try FileManager.default.createSymbolicLink(atPath: folder.file("l"), withDestinationPath: folder.file("none"))
        for refusal in try refusals(folder.file("l")) { #expect(refusal.description.contains("a link to nothing")) }
    }
}
