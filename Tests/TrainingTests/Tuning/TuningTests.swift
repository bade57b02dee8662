import Agents
import Configuration
import GenerativeModels
import Storage
import Testing

@testable import Training

@Suite struct TuningTests {
    private func subject(_ assignments: String...) throws -> TuningSubject {
        var flags = TrainingRun.Flags()
        flags.settings = assignments
        flags.run["steps"] = 900
        return .agent(try TrainingRun(agent: "q-learning", environment: "FrozenLake-v1", flags: flags))
    }

    private func tuning(
        _ changes: (inout TuningSettings) -> Void = { _ in },
        ranges: [(String, String)] = [("learningRate", "0.01..1 log")]
    ) throws -> Tuning {
        var settings = TuningSettings()
        settings.seeds = [1000, 1001]
        changes(&settings)
        let subject = try subject("learningRate=0.25")
        return try Tuning(
            subject, settings, ranges: ranges.map { try subject.range($0.1, of: $0.0, source: "test") })
    }

    /// What agents and models name themselves must be valid.
    @Test func theRangesOfAllSettingsCanBeRead() throws {
        var count = 0
        for entry in AgentCatalog.entries {
            let run = try TrainingRun(agent: entry.name, environment: "CartPole-v1")
            count += try TuningSubject.agent(run).usualRanges().count
        }
        for entry in ModelCatalog.entries {
            let fit = try FitConfiguration(model: entry.name, dataset: "bars-and-stripes", seed: 0)
            let ranges = try TuningSubject.model(fit).usualRanges()
            #expect(Set(ranges.map(\.name)).count == ranges.count, "\(entry.name)")
            count += ranges.count
        }
        #expect(count > 100)
    }

    @Test func lengthsAndTheirSum() throws {
        #expect(try tuning().lengths == [100, 300, 900])
        let parts = 27 * 100 + 9 * 200 + 3 * 600
        #expect(try tuning().totalLength == 2 * parts)
        #expect(try tuning { $0.method = .random }.lengths == [900])
        #expect(try tuning { ($0.trials, $0.length) = (4, 1000) }.lengths == [334, 1000])
        #expect(try tuning { $0.rungs = 4 }.lengths == [34, 100, 300, 900])
        #expect(throws: ConfigurationError.self) {
            var settings = TuningSettings()
            try settings.set("seeds", to: .integers([999, 1000]), source: "--seeds")
        }
    }

    @Test func trialsAreDrawnOncePerSetting() throws {
        let (one, two) = (
            try tuning(), try tuning(ranges: [("discount", "0.9 | 0.99"), ("learningRate", "0.01..1 log")])
        )
        #expect(one.values(ofTrial: 0)["learningRate"] == .number(0.25), "the first trial is what was given")
        let values = (1..<200).map { one.values(ofTrial: $0)["learningRate"]!.number! }
        #expect(Set(values).count > 150 && values.allSatisfy { 0.01...1 ~= $0 })
        #expect(abs(values.count { $0 < 0.1 } - 100) < 30)
        for trial in 1..<20 {
            #expect(one.values(ofTrial: trial)["learningRate"] == two.values(ofTrial: trial)["learningRate"])
        }
        #expect(try tuning { $0.seed = 1 }.values(ofTrial: 1) != one.values(ofTrial: 1))
    }

    /// A made-up score, so that no agent has to run.
    private func score(_ run: TuningSession.Run, _ tuning: Tuning) -> TuningSession.Result {
        let rate = tuning.values(ofTrial: run.entry.trial)["learningRate"]!.number!
        if rate > 0.7 { return .failure("too fast") }
        return .score(rate * Double(run.entry.rung + 1) + Double(run.seed) * 1e-5)
    }

    /// Goes on with the search in a folder, at most so many runs.
    private func search(in folder: String, runs: Int = .max, _ tuning: Tuning) throws -> TuningReport? {
        let session = try TuningSession(tuning, folder: folder, resuming: true)
        for _ in 0..<runs {
            guard let run = try session.next() else { return TuningReport(session) }
            try session.end(run, score(run, tuning))
        }
        return nil
    }

    @Test func aSearchThatIsBrokenOffEndsWithTheSameTable() throws {
        let folder = try TemporaryFolder()
        let tuning = try tuning { $0.trials = 30 }
        let whole = try #require(try search(in: folder.file("whole"), tuning))
        var last: TuningReport?
        for runs in 1...200 where last == nil {
            last = try search(in: folder.file("parts"), runs: 1 + runs % 3, tuning)
            // A line that was being written when the process was killed.
            let path = folder.file("parts/trials.jsonl")
            let bytes = try InputFile.bytes(of: path, limit: 1 << 20)
            try writeAtomically(bytes + Array("{\"trial\":".utf8), to: path, overwrite: true)
        }
        let parts = try #require(last)
        #expect(parts.json == whole.json && parts.table.rows == whole.table.rows)
        let best = try #require(whole.best)
        #expect(best.length == 900 && best.failure == nil && whole.rows.count == 30)
        let failed = whole.rows.filter { $0.failure != nil }
        #expect(!failed.isEmpty && whole.rows.suffix(failed.count).allSatisfy { $0.failure == "too fast" })
        #expect(whole.table.columns == ["trial", "steps", "mean return", "±", "learningRate", "error"])
    }

    @Test func thePresetIsTheBestTrial() throws {
        let folder = try TemporaryFolder()
        let report = try #require(try search(in: folder.file("a"), try tuning()))
        let text = try #require(try report.preset(seconds: 1.5))
        let preset = try Experiment(TOMLDocument(parsing: Array(text.utf8), file: "best.toml"))
        #expect(preset.agent == "q-learning" && preset.environment == "FrozenLake-v1" && preset.steps == 900)
        #expect(preset.settings["learningRate"] == report.best!.values["learningRate"])
        #expect(preset.run["seed"] == nil && preset.settings["discount"] == nil, "defaults are left out")
        #expect(preset.scores?.seeds == [1000, 1001] && preset.scores?.returns == report.best!.scores)
    }

    @Test func otherSearchesAndOtherFilesAreRefused() throws {
        let folder = try TemporaryFolder()
        _ = try search(in: folder.file("a"), runs: 3, try tuning())
        let other = try tuning { $0.trials = 28 }
        let error = #expect(throws: TuningMismatch.self) {
            try TuningSession(other, folder: folder.file("a"), resuming: true)
        }
        #expect("\(error!)".contains("has 'trials = 27', not 'trials = 28'"), "\(error!)")
        let given = try Tuning(subject("discount=0.5", "learningRate=0.25"), tuning().settings, ranges: tuning().ranges)
        #expect(throws: TuningMismatch.self) { try TuningSession(given, folder: folder.file("a"), resuming: true) }
        #expect(throws: StorageError.self) {
            try TuningSession(try tuning(), folder: folder.file("a"), resuming: false)
        }
        try writeAtomically("", to: folder.file("file"), overwrite: false)
        #expect(throws: StorageError.self) {
            try TuningSession(try tuning(), folder: folder.file("file"), resuming: true)
        }
        try createFolder(folder.file("b"))
        try writeAtomically("", to: folder.file("b/letter.txt"), overwrite: false)
        #expect(throws: StorageError.self) { try TuningSession(try tuning(), folder: folder.file("b"), resuming: true) }
        let journal = folder.file("a/trials.jsonl")
        try writeAtomically("{\"trial\":1}\n", to: journal, overwrite: true)
        #expect(throws: FormatError.self) { try TuningSession(try tuning(), folder: folder.file("a"), resuming: true) }
    }

    @Test func oneProcessSearchesInAFolder() throws {
        let folder = try TemporaryFolder()
        let session = try TuningSession(try tuning(), folder: folder.path, resuming: false)
        #expect(throws: StorageError.self) { try TuningSession(try tuning(), folder: folder.path, resuming: true) }
        #expect(try session.next() != nil)
    }
}
