import Storage
import TestSupport
import Testing

@testable import Training

@Suite struct RunFolderTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func usualPath() {
        #expect(RunFolder.usualPath("dqn", "CartPole-v1", seed: 0) == "runs/dqn-CartPole-v1-seed0")
        #expect(
            RunFolder.usualPath("a", "MinAtar/Break out é", seed: 7) == "runs/a-MinAtar-Break-out-é-seed7")
    }

    @Test func usualPathsTellOptionsAndMapsApart() {
        func path(_ options: [String: String]) -> String {
            RunFolder.usualPath("a", "GridWorld", options: options, files: ["map"], seed: 0)
        }
        #expect(path(["map": "maps/deep/first.txt"]) == "runs/a-GridWorld-first-seed0")
        #expect(path(["map": "second.txt", "view": "full"]) == "runs/a-GridWorld-second-view-full-seed0")
        #expect(path(["wrap": "frame-stack=4"]) == "runs/a-GridWorld-wrap-frame-stack-4-seed0")
    }

    @Test(arguments: ["字", "x"]) func longNamesStillMakeAFolder(letter: String) throws {
        let names = ["a", "b"].map { String(repeating: letter, count: 255 / letter.utf8.count - 1) + $0 }
        let paths = names.map { folder.file(RunFolder.usualPath("q-learning", $0, seed: .max)) }
        #expect(paths[0] != paths[1])
        for path in paths {
            let run = try RunFolder.claim(creating: path).folder
            try writeAtomically("", to: run.configurationPath, overwrite: false)
            #expect(splitPath(path).name.utf8.count <= 200)
        }
    }

    @Test func createsAndOpens() throws {
        let run = try RunFolder.claim(creating: folder.file("runs/a")).folder
        #expect(throws: FormatError.self) { try RunFolder(opening: run.path) }
        try writeAtomically("agent = 'x'\n", to: run.configurationPath, overwrite: false)
        #expect(try RunFolder(opening: run.path) == run)
        #expect(throws: StorageError.self) { try RunFolder(opening: folder.file("none")) }
        #expect(throws: StorageError.self) { try RunFolder(opening: run.configurationPath) }
    }

    @Test func refusesAFolderWithFilesUnlessForced() throws {
        let run = try RunFolder.claim(creating: folder.file("a")).folder
        for path in [run.metricsPath, run.checkpointPath(step: 5), folder.file("a/notes.txt")] {
            try writeAtomically("x", to: path, overwrite: false)
        }
        try writeAtomically(
            "agent = 'dqn'\nenvironment = 'CartPole-v1'\n", to: run.configurationPath, overwrite: false)
        let refusal = StorageError(path: run.path, operation: "start a run in", reason: .wouldOverwrite)
        #expect(throws: refusal) { try RunFolder.claim(creating: run.path) }
        #expect(exists(run.metricsPath))
        _ = try RunFolder.claim(creating: run.path, force: true)
        #expect(try namesInFolder(run.path) == ["checkpoints", "notes.txt"])
        #expect(try run.checkpointSteps().isEmpty)
    }

    @Test func checkpoints() throws {
        let run = try RunFolder.claim(creating: folder.file("a")).folder
        let missing = StorageError(path: run.checkpointFolder, operation: "find a checkpoint in", reason: .missing)
        #expect(throws: missing) { try run.lastCheckpointPath() }
        for step in [1000, 200, 30] { try writeAtomically("", to: run.checkpointPath(step: step), overwrite: false) }
        for name in ["step-x.safetensors", "step-05.safetensors", ".step-7.safetensors.1.tmp", "step--1.safetensors"] {
            try writeAtomically("", to: joinPath(run.checkpointFolder, name), overwrite: false)
        }
        #expect(try run.checkpointSteps() == [30, 200, 1000])
        #expect(try run.lastCheckpointPath() == run.checkpointPath(step: 1000))
        try run.removeCheckpoints()
        #expect(try run.checkpointSteps() == [200, 1000])
    }
}

@Suite struct LogTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private let episodes = [
        EpisodeLog.Episode(
            number: 0, environment: 3, step: 84, totalReward: 21, length: 21, terminated: true, truncated: false),
        EpisodeLog.Episode(
            number: 1, environment: 0, step: 2000, totalReward: -0.1, length: 500, terminated: false, truncated: true),
    ]

    /// The script beside the fixtures reads this one.
    @Test func episodesAreTheFixture() throws {
        let log = try EpisodeLog(creating: folder.file("e.csv"))
        for episode in episodes { try log.append(episode) }
        try log.synchronize()
        #expect(try matchesFixture(folder.bytes("e.csv"), at: fixturePath("episodes.csv")))
        #expect(try folder.text("e.csv").hasSuffix("\n0,3,84,21.0,21,1,0\n1,0,2000,-0.1,500,0,1\n"))
    }

    /// Git's autocrlf gives the files of a run such lines.
    @Test func linesMayEndAsOnWindows() throws {
        let bytes = try fixture("episodes.csv")
        let windows = bytes.flatMap { $0 == 10 ? [13, 10] : [$0] }
        let read = try EpisodeLog.read(windows, file: "e.csv")
        #expect(read == (try EpisodeLog.read(bytes, file: "e.csv")) && read.count == 2)
    }

    @Test func aResumedLogHasTheSameBytes() throws {
        let length: Int
        do {
            let log = try EpisodeLog(creating: folder.file("e.csv"))
            try log.append(episodes[0])
            length = log.length
            // What was written after the checkpoint is lost.
            try log.append(episodes[0])
        }
        do { try EpisodeLog(resuming: folder.file("e.csv"), at: length).append(episodes[1]) }
        #expect(try folder.bytes("e.csv") == fixture("episodes.csv"))
    }

    @Test func quotesTexts() throws {
        do {
            let table = try CSVWriter(creating: folder.file("t.csv"), columns: ["a", "b,c"])
            try table.append([.text("say \"é\""), .number(1e-5)])
            try table.append([.text("two\nlines"), .number(.nan)])
        }
        #expect(try folder.text("t.csv") == "a,\"b,c\"\n\"say \"\"é\"\"\",1e-05\n\"two\nlines\",nan\n")
    }

    @Test func jsonLines() throws {
        let length: Int
        do {
            let writer = try JSONLinesWriter(creating: folder.file("m.jsonl"))
            try writer.append(["step": 100, "loss": 0.1])
            length = writer.length
            try writer.append(["step": 200, "loss": .number(.infinity)])
        }
        #expect(try folder.text("m.jsonl") == "{\"step\":100,\"loss\":0.1}\n{\"step\":200,\"loss\":null}\n")
        do { try JSONLinesWriter(resuming: folder.file("m.jsonl"), at: length).append(["step": 300]) }
        #expect(try folder.text("m.jsonl") == "{\"step\":100,\"loss\":0.1}\n{\"step\":300}\n")
        #expect(throws: StorageError.self) { try JSONLinesWriter(creating: folder.file("m.jsonl")) }
    }

    /// The script beside the fixtures reads this one with TensorBoard.
    @Test func eventsAreTheFixture() throws {
        let name = "events.out.tfevents.reverie"
        let length: Int
        do {
            let writer = try TensorBoardWriter(creating: folder.file(name), time: 1.5e9)
            try writer.append([("train/loss", 0.25), ("train/return é", -21.3)], step: 0, time: 1.5e9 + 0.5)
            length = writer.length
            try writer.append([("lost", 1)], step: 1, time: 0)
        }
        do {
            let writer = try TensorBoardWriter(resuming: folder.file(name), at: length)
            try writer.append([("train/loss", 1e-30)], step: 300, time: 1.5e9 + 1)
            try writer.append([(String(repeating: "long", count: 50), .infinity)], step: 1 << 40, time: 1.5e9 + 2)
            try writer.synchronize()
        }
        #expect(try matchesFixture(folder.bytes(name), at: fixturePath(name)))
    }
}
