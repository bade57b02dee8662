import Foundation
import Storage
import Testing

/// What the commands do with run folders: one writer, nothing lost, continuing on purpose.
@Suite struct RunFolderCommandTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func run(_ words: String, in place: String = "") throws -> Executable.Result {
        let command = place.isEmpty ? "" : "cd '\(place)' &&"
        return try Executable.run(words.split(separator: " ").map(String.init), in: folder, prefix: command)
    }

    private func expect(_ words: String, _ status: Int32, _ sentence: String = "", in place: String = "") throws {
        let result = try run(words, in: place)
        #expect(result.status == status, "\(words): \(result.errors)")
        #expect(sentence.isEmpty || result.errors.contains(sentence), "\(words): \(result.errors)")
    }

    private static let train = "train q-learning FrozenLake-v1 --preset none"

    @Test func oneProcessWrites() throws {
        try expect("\(Self.train) --steps 300 --run r", 0)
        try expect("fit nade bars-and-stripes --set epochs=1 --run f", 0)
        let locks = try ["r", "f"].map { try FolderLock(folder.file($0), operation: "test") }
        let before = folder.content()
        let sentence = "process \(getpid()) is using it"
        for words in [
            "resume r", "\(Self.train) --run r --force", "\(Self.train) --run r --resume", "resume f",
            "fit nade bars-and-stripes --run f --force", "fit nade bars-and-stripes --run f --resume",
        ] { try expect(words, 75, sentence) }
        #expect(folder.content() == before)
        // Who only reads needs no lock.
        try expect("evaluate r --episodes 2", 0)
        for lock in locks { lock.release() }
        try expect("resume r", 0)
    }

    /// One of several seeds is in use: the others train, and the failure is told.
    @Test func oneOfSeveralSeedsIsInUse() throws {
        try createFolder(folder.file("s/seed-1"))
        let lock = try FolderLock(folder.file("s/seed-1"), operation: "test")
        let result = try run("\(Self.train) --steps 300 --seeds 0..1 --run s")
        #expect(result.status == 75 && result.errors.contains("process \(getpid()) is using it"), "\(result.errors)")
        #expect(exists(folder.file("s/seed-0/summary.json")) && !exists(folder.file("s/seed-1/config.toml")))
        lock.release()
    }

    @Test func foldersThatAreNoRunLoseNothing() throws {
        for (index, name) in ["replay/thesis.docx", "metrics.jsonl", "checkpoints/step-1.safetensors"].enumerated() {
            let file = folder.file("b\(index)/\(name)")
            try createFolder(splitPath(file).folder)
            try writeAtomically("mine", to: file, overwrite: false)
            for flag in ["", " --resume", " --force"] {
                try expect("\(Self.train) --run b\(index)\(flag)", 73, "but no config.toml of a run")
                try expect("fit nade bars-and-stripes --run b\(index)\(flag)", 73, "but no config.toml of a run")
            }
            #expect(try InputFile.bytes(of: file, limit: 10) == Array("mine".utf8))
        }
    }

    @Test func otherSettingsAreRefusedAndMoreStepsAreTaken() throws {
        try expect("\(Self.train) --steps 300 --run r --set learningRate=0.1", 0)
        let resume = "\(Self.train) --run r --resume"
        try expect("\(resume) --set learningRate=0.2", 64, "learningRate is 0.1, not 0.2")
        try expect("\(resume) --set learningRate=0.2", 64, "reverie resume r --set learningRate=0.2")
        try expect("\(resume) --seed 4", 64, "seed is 0, not 4")
        try expect("\(resume) --option is_slippery=false", 64, "is_slippery is not set, not \"false\"")
        try expect("\(resume) --set learningRate=0.1 --seed 0", 0)
        try expect(resume, 0)
        #expect(folder.text("r/config.toml").contains("steps = 300\n"), "its own settings")
        try expect("\(resume) --steps 400", 0, "r goes on to 400 steps instead of 300")
        try expect("resume r --steps 500 --set learningRate=0.2", 0, "r goes on to 500 steps instead of 400")
        try expect("resume r --steps 200", 64, "the run in r has done 500 steps already")
        try expect("resume r --set nonsense=1", 64, "there is no setting 'nonsense'")
        let lines = folder.text("r/metrics.jsonl").split(separator: "\n").filter { $0.contains("changed") }
        #expect(
            lines == [
                #"{"step":300,"changed":{"steps":400}}"#,
                #"{"step":400,"changed":{"steps":500,"learningRate":0.2}}"#,
            ])
        try expect("evaluate r --episodes 2", 0)
    }

    @Test func fitsGoOnToMoreEpochs() throws {
        let fit = "fit nade bars-and-stripes --run f"
        try expect("\(fit) --set epochs=1 --set hiddenUnits=4", 0)
        try expect("\(fit) --resume --set hiddenUnits=5", 64, "hiddenUnits is 4, not 5")
        try expect("\(fit) --resume --seed 3", 64, "seed is 0, not 3")
        try expect("fit nade moons --run f --resume", 64, "dataset is \"bars-and-stripes\", not \"moons\"")
        try expect("\(fit) --resume --set epochs=2", 0, "f goes on with epochs=2")
        try expect("resume f --set epochs=3", 0)
        try expect("resume f --steps 3", 64, "--steps and --episodes are for agents")
        #expect(folder.text("f/config.toml").contains("epochs = 3\n"))
    }

    @Test func aFileOfSomeSettingsOverrides() throws {
        try writeAtomically(
            "steps = 250\n[settings]\nlearningRate = 0.25\n", to: folder.file("c.toml"), overwrite: false)
        try expect("\(Self.train) --config c.toml --run r", 0)
        let text = folder.text("r/config.toml")
        #expect(text.contains("steps = 250\n") && text.contains("learningRate = 0.25\n"), "\(text)")
        try writeAtomically("agent = \"dqn\"\n", to: folder.file("d.toml"), overwrite: false)
        try expect("\(Self.train) --config d.toml --run s", 64, "d.toml is for dqn")
    }

    @Test func aFolderOfSeedsIsResumed() throws {
        try expect("\(Self.train) --steps 300 --seeds 0..1 --run s", 0)
        let result = try run("resume s --steps 400 --json")
        #expect(result.status == 0, "\(result.errors)")
        #expect(try result.json()["runs"]?.array?.map { $0["steps"]?.integer } == [400, 400])
        try expect("resume s", 0)
        try expect("\(Self.train) --seeds 0..1 --run s --resume --steps 500", 0, "s/seed-1 goes on to 500 steps")
        #expect(folder.text("s/seed-1/config.toml").contains("steps = 500\n"))
        try expect("train random FrozenLake-v1 --steps 50 --run s/other", 0)
        try expect("resume s", 64, "name the one to resume, such as: reverie resume s/other")
    }

    /// Files named by a path are found from any folder, and noticed if they have changed.
    @Test func dataAndMapsAreFoundFromAnywhere() throws {
        try createFolder(folder.file("elsewhere"))
        try writeAtomically("\nS.G\n", to: folder.file("m.txt"), overwrite: false)
        try expect("train q-learning GridWorld --option map=m.txt --steps 200 --run r", 0)
        try expect("evaluate ../r --episodes 2", 0, in: "elsewhere")
        try expect("resume ../r --steps 300", 0, in: "elsewhere")
        try expect("record GridWorld --option map=m.txt --episodes 2 --to e.npz", 0)
        let rows = (0..<40).map { "\($0 % 2),\($0 / 2 % 2)\n" }.joined()
        try writeAtomically(rows, to: folder.file("t.csv"), overwrite: false)
        try expect("fit nade t.csv --set epochs=1 --run f", 0)
        try expect("evaluate ../f", 0, in: "elsewhere")
        try expect("resume ../f --set epochs=2", 0, in: "elsewhere")
        try writeAtomically("\nS..G\n", to: folder.file("m.txt"), overwrite: true)
        try expect("evaluate r --episodes 2", 65, "the content of the map has changed")
        try writeAtomically(rows + "1,1\n", to: folder.file("t.csv"), overwrite: true)
        try expect("evaluate f", 65, "the content of the data has changed")
        try expect("resume f", 65, "the content of the data has changed")
        try removeFile(folder.file("t.csv"))
        try expect("evaluate f", 66, "write their new path into its config.toml")
    }

    @Test func missingFoldersAreMissing() throws {
        let sentence = "cannot write into none: there is no such file or folder"
        try expect("record FrozenLake-v1 --episodes 1 --to none/x.npz", 74, sentence)
    }
}
