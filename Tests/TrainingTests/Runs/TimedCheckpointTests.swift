import Storage
import Testing

@testable import Training

/// Checkpoints that the clock asks for change nothing but what a killed run loses.
@Suite struct TimedCheckpointTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static func run(_ agent: String, _ values: [String: Int] = [:]) throws -> TrainingRun {
        var flags = TrainingRun.Flags()
        flags.run = ["steps": 400, "environments": 3, "seed": 4].merging(values) { $1 }
        if agent == "dqn" { flags.settings = ["hiddenSizes=[8]", "learningStart=50", "replayCapacity=120"] }
        return try TrainingRun(agent: agent, environment: "FrozenLake-v1", flags: flags)
    }

    /// The names and bytes of everything but TensorBoard's events, the summary, which have times, and the blocks of
    /// experience.
    private func content(_ name: String) throws -> [String: [UInt8]] {
        let run = try RunFolder(opening: folder.file(name))
        var files = ["config.toml", "metrics.jsonl", "episodes.csv"]
        files += try namesInFolder(run.checkpointFolder).map { "checkpoints/" + $0 }
        return try Dictionary(uniqueKeysWithValues: files.map { ($0, try folder.bytes(name + "/" + $0)) })
    }

    @Test(arguments: [("q-learning", [:]), ("dqn", [:]), ("q-learning", ["episodes": 20])])
    func theyLeaveNoTrace(agent: String, values: [String: Int]) throws {
        let run = try Self.run(agent, values)
        for (name, seconds) in [("without", Double.infinity), ("with", -1)] {
            let session = try TrainingSession(run, folder: folder.file(name), overwrite: false)
            session.checkpoints.seconds = seconds
            var most = 0
            _ = try session.train {
                most = max(most, (try? RunFolder(opening: folder.file(name)).checkpointSteps().count) ?? 0)
                return false
            }
            #expect(most == (seconds < 0 ? 3 : 2))
        }
        #expect(try content("with") == content("without"))
    }

    /// A run that is killed after one of them goes on from it, and ends the same.
    @Test(arguments: ["q-learning", "dqn"]) func aRunGoesOnFromThem(agent: String) throws {
        let run = try Self.run(agent)
        _ = try TrainingSession(run, folder: folder.file("whole"), overwrite: false).train()
        struct Killed: Error {}
        final class Killer: TrainingObserver {
            func didStep(_ trainer: Trainer) throws { if trainer.steps == 231 { throw Killed() } }
        }
        do {
            let session = try TrainingSession(
                run, folder: folder.file("killed"), overwrite: false, watchers: [Killer()])
            session.checkpoints.seconds = -1
            #expect(throws: Killed.self) { try session.train() }
        }
        let killed = try RunFolder(opening: folder.file("killed"))
        #expect(try killed.checkpointSteps() == [201, 222, 228])
        let session = try TrainingSession(resuming: killed.path)
        #expect(session.trainer.steps == 228)
        #expect(try session.train() != nil)
        #expect(try content("killed") == content("whole"))
    }

    /// Where the last checkpoint is damaged, the error names the one before, and without the damaged one the run goes
    /// on from there.
    @Test func aDamagedOneNamesTheOneBefore() throws {
        let run = try Self.run("dqn")
        _ = try TrainingSession(run, folder: folder.file("whole"), overwrite: false).train()
        let session = try TrainingSession(run, folder: folder.file("a"), overwrite: false)
        var left = 77
        _ = try session.train {
            left -= 1
            return left < 0
        }
        let opened = try RunFolder(opening: folder.file("a"))
        let steps = try opened.checkpointSteps()
        let (last, previous) = (opened.checkpointPath(step: steps.last!), opened.checkpointPath(step: steps[1]))
        #expect(steps.count == 3)
        let whole = try folder.bytes("a/checkpoints/step-\(steps.last!).safetensors")
        for damaged in [Array(whole.dropLast(5)), [], [UInt8](repeating: 0x20, count: whole.count)] {
            try writeAtomically(damaged, to: last, overwrite: true)
            let error = #expect(throws: DamagedCheckpoint.self) { _ = try TrainingSession(resuming: opened.path) }
            #expect(error?.path == last && error?.previous == previous)
            #expect(error?.description.contains("The checkpoint before it is \(previous): to continue") == true)
        }
        try removeFile(last)
        #expect(try TrainingSession(resuming: opened.path).train() != nil)
        #expect(try content("a") == content("whole"))
    }

    @Test func theOnlyOneHasNoneBefore() throws {
        let run = try Self.run("q-learning")
        _ = try TrainingSession(run, folder: folder.file("a"), overwrite: false).train { true }
        let path = try RunFolder(opening: folder.file("a")).lastCheckpointPath()
        try writeAtomically([1, 2], to: path, overwrite: true)
        #expect(throws: FormatError.self) { _ = try TrainingSession(resuming: folder.file("a")) }
    }

    /// What killed processes left is collected when a run goes on.
    @Test func leftoversAreCollected() throws {
        let run = try Self.run("q-learning")
        _ = try TrainingSession(run, folder: folder.file("a"), overwrite: false).train { true }
        let leftovers = ["checkpoints/.step-30.safetensors", ".summary.json"].map { "a/\($0).1.0123456789abcdef.tmp" }
        for name in leftovers { try writeAtomically("half", to: folder.file(name), overwrite: false) }
        #expect(try TrainingSession(resuming: folder.file("a")).train() != nil)
        for name in leftovers { #expect(!exists(folder.file(name))) }
    }
}

/// The names of TensorBoard's files.
@Suite struct EventsNameTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func eachRunHasItsOwn() throws {
        let name = RunFolder.eventsName(time: 1_764_504_154.012345)
        #expect(name == "events.out.tfevents.1764504154.012345.reverie")
        #expect(RunFolder.eventsName(time: 1_764_504_154.02) > name, "TensorBoard reads them in the order of names")
        for ours in [name, "events.out.tfevents.reverie"] { #expect(RunFolder.isEventsName(ours)) }
        for foreign in [
            "events.out.tfevents.1764504154.host", "events.out.tfevents.1764504154.host.reverie",
            "events.out.tfevents.1.reverie", "my.events.out.tfevents.1.2.reverie", "events.out.tfevents.1.2.reverie2",
        ] {
            #expect(!RunFolder.isEventsName(foreign), "\(foreign)")
        }
    }

    /// A run made again has a new file and not the old one; a resumed one goes on in its own.
    @Test func aRunMadeAgainDoesNotShowTheOld() throws {
        var flags = TrainingRun.Flags()
        flags.run = ["steps": 100]
        let run = try TrainingRun(agent: "q-learning", environment: "FrozenLake-v1", flags: flags)
        let path = folder.file("a")
        _ = try TrainingSession(run, folder: path, overwrite: false).train { true }
        let first = try RunFolder(opening: path).eventsPath()
        _ = try TrainingSession(resuming: path).train()
        #expect(try RunFolder(opening: path).eventsPaths() == [first])
        let size = try InputFile(path: first).count
        _ = try TrainingSession(run, folder: path, overwrite: true).train()
        let second = try RunFolder(opening: path).eventsPaths()
        #expect(second.count == 1 && second[0] > first && !exists(first))
        #expect(try InputFile(path: second[0]).count >= size)
        // A run of an older version goes on in the file that it has.
        let older = joinPath(path, "events.out.tfevents.reverie")
        _ = try TrainingSession(run, folder: path, overwrite: true).train { true }
        let newer = try RunFolder(opening: path).eventsPath()
        try writeAtomically(InputFile.bytes(of: newer, limit: 1 << 20), to: older, overwrite: false)
        try removeFile(newer)
        _ = try TrainingSession(resuming: path).train()
        #expect(try RunFolder(opening: path).eventsPaths() == [older])
    }
}
