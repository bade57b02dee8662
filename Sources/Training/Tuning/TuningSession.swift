import Configuration
import Storage

/// A search under way: what is to run next, and what has come of it so far.
///
/// Its folder holds
///
/// | file | |
/// |---|---|
/// | `tune.toml` | what was asked for |
/// | `trials.jsonl` | the results, one a line, in the order in which they came |
/// | `trials/N.toml` | the settings of trial N, a file for `--config` |
/// | `trials/N/seed-S` | its run with seed S, a run's folder |
/// | `scores.png` | the scores against each setting |
/// | `result.json` | the table |
/// | `best.toml` | the settings of the best trial: a preset of an agent, a configuration of a model |
///
/// Runs have the same bits however often they are killed, and which of them go on follows from their results alone
/// (``TrialSchedule``), so a search that was killed ends with the same table.
public final class TuningSession {
    /// A run of a trial, up to the length of a rung.
    public struct Run: Hashable, Sendable {
        public let entry: TrialSchedule.Entry
        public let seed: Int

        public init(entry: TrialSchedule.Entry, seed: Int) { (self.entry, self.seed) = (entry, seed) }
    }

    /// What a run has come to.
    public enum Result: Hashable, Sendable {
        /// The mean return of its greedy episodes, or a model's validation loss.
        case score(Double)
        /// Why it ended without one, in a sentence.
        case failure(String)

        public var score: Double? { if case .score(let score) = self { score } else { nil } }
    }

    public let tuning: Tuning
    public let folder: String
    public private(set) var schedule: TrialSchedule
    public private(set) var results: [Run: Result]
    private let journal: JSONLinesWriter
    private let lock: FolderLock
    /// The runs of entries that were begun, in order.
    private var waiting: [Run] = []

    /// Begins a search, or continues the one in a folder.
    ///
    /// - Parameter resuming: Whether there may be a search, which must be the same.
    /// - Throws: `StorageError`, with `wouldOverwrite` if there is one and `resuming` is false; `FormatError` for a
    ///   damaged journal; ``TuningMismatch``.
    public init(_ tuning: Tuning, folder: String, resuming: Bool) throws {
        (self.tuning, self.folder) = (tuning, folder)
        let (file, journal) = (joinPath(folder, "tune.toml"), joinPath(folder, "trials.jsonl"))
        try Self.requirePlace(folder, file, resuming: resuming)
        try createFolder(folder)
        lock = try FolderLock(folder, operation: "tune in")
        removeTemporaryFiles(in: folder)
        if exists(file) {
            try TuningMismatch.require(tuning.tomlText, in: file)
        } else {
            try writeAtomically(tuning.tomlText, to: file, overwrite: false)
        }
        (results, self.journal) = try TuningJournal.open(journal)
        schedule = TrialSchedule(
            trials: tuning.settings.trials, rungs: tuning.lengths.count, reduction: tuning.settings.reduction)
        try createFolder(joinPath(folder, "trials"))
    }

    /// Refuses a folder with something else in it before anything is changed.
    private static func requirePlace(_ folder: String, _ file: String, resuming: Bool) throws {
        guard exists(folder) else { return }
        guard isFolder(folder) else {
            throw StorageError(path: folder, operation: "tune in", reason: .wrongKind(expected: "a folder"))
        }
        let names = try namesInFolder(folder).filter { !$0.hasPrefix(".") }
        guard exists(file) else {
            guard let name = names.first else { return }
            throw StorageError(
                path: folder, operation: "tune in",
                reason: .unsuitable(
                    found: "it holds \(name), but no tune.toml of a search", next: "choose another folder with --run"))
        }
        guard !resuming else { return }
        throw StorageError(
            path: folder, operation: "tune in",
            reason: .unsuitable(
                found: "it holds a search", next: "continue it with --resume, or choose another folder with --run"))
    }

    /// The run to do next; nil if none can begin before a running one has ended.
    ///
    /// - Throws: `StorageError`, or ``Configuration/ConfigurationError``.
    public func next() throws -> Run? {
        while waiting.isEmpty {
            guard let entry = schedule.next() else { return nil }
            let runs = tuning.settings.seeds.map { Run(entry: entry, seed: $0) }
            waiting = runs.filter { results[$0] == nil }
            if waiting.isEmpty { endIfDone(entry) } else { try writeSettings(ofTrial: entry.trial) }
        }
        return waiting.removeFirst()
    }

    /// Takes note of a run's result.
    ///
    /// - Throws: `StorageError`.
    public func end(_ run: Run, _ result: Result) throws {
        try journal.append(TuningJournal.line(run, result))
        try journal.synchronize()
        results[run] = result
        endIfDone(run.entry)
    }

    /// Gives back a run that was not done.
    public func putBack(_ run: Run) { waiting.insert(run, at: 0) }

    private func endIfDone(_ entry: TrialSchedule.Entry) {
        let all = results(of: entry)
        guard all.count == tuning.settings.seeds.count else { return }
        let scores = all.compactMap(\.score)
        let mean = scores.count == all.count ? Statistics.mean(scores) : nil
        schedule.end(entry, score: mean.map { tuning.subject.isLoss ? -$0 : $0 })
    }

    /// The results of a trial in a rung so far, in the order of the seeds.
    public func results(of entry: TrialSchedule.Entry) -> [Result] {
        tuning.settings.seeds.compactMap { results[Run(entry: entry, seed: $0)] }
    }

    /// The file with a trial's settings.
    public func settingsPath(ofTrial trial: Int) -> String { joinPath(folder, "trials/\(trial).toml") }

    /// The folder of a run.
    public func path(of run: Run) -> String {
        let length = tuning.isLengthening ? "" : "-\(tuning.subject.unit)-\(tuning.lengths[run.entry.rung])"
        return joinPath(folder, "trials/\(run.entry.trial)/seed-\(run.seed)\(length)")
    }

    private func writeSettings(ofTrial trial: Int) throws {
        let path = settingsPath(ofTrial: trial)
        guard !exists(path) else { return }
        let text = try tuning.subject(ofTrial: trial).file(description: "trial \(trial) of a search")
        try writeAtomically(text, to: path, overwrite: false)
    }
}
