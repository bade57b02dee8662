import Storage

/// The files of a training run, in one folder:
///
/// | file | |
/// |---|---|
/// | `config.toml` | what was run, every setting resolved; see `Experiment` |
/// | `metrics.jsonl` | one JSON object a line; see ``JSONLinesWriter`` |
/// | `episodes.csv` | one line an episode; see ``EpisodeLog`` |
/// | `events.out.tfevents.reverie` | the metrics for TensorBoard; see ``TensorBoardWriter`` |
/// | `checkpoints/step-N.safetensors` | the state after N steps |
/// | `checkpoints/best.safetensors` | the parameters of the best evaluation, in runs that are evaluated |
/// | `weights.safetensors` | the parameters that training started from, where a file gave them |
/// | `replay/N.bin` | replayed transitions from number N on; see ``ReplayLog`` |
/// | `samples.png` | what a fitted model drew last |
/// | `clock.json` | the seconds that a fit has taken over all of its processes |
/// | `summary.json` | the result, once the run has ended
public struct RunFolder: Hashable, Sendable {
    /// The folder's path.
    public let path: String

    /// The folder's usual place: `runs/dqn-CartPole-v1-seed0`, with what a file name should not have as `-`.
    public static func usualPath(agent: String, environment: String, seed: UInt64) -> String {
        let name = "\(agent)-\(environment)-seed\(seed)"
        let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
        return "runs/" + String(name.map { allowed.contains($0) ? $0 : "-" })
    }

    /// Starts a run in a new or empty folder.
    ///
    /// - Parameters:
    ///   - path: The folder; those above it are created, too.
    ///   - force: Whether an earlier run's files there are removed; files that a run does not make stay.
    /// - Throws: `StorageError`, with `wouldOverwrite` where the folder has files and `force` is false, with `wrongKind`
    ///   where the path is no folder's.
    public init(creating path: String, force: Bool = false) throws(StorageError) {
        try Self.requireFree(path, force: force)
        try createFolder(path)
        self.path = path
        if force { try removeFiles() }
        try createFolder(checkpointFolder)
    }

    /// Refuses a place where a run can't start; changes nothing.
    ///
    /// - Throws: as ``init(creating:force:)``.
    public static func requireFree(_ path: String, force: Bool) throws(StorageError) {
        guard exists(path) else { return }
        guard isFolder(path) else {
            throw StorageError(path: path, operation: start, reason: .wrongKind(expected: "a folder"))
        }
        let isEmpty = try namesInFolder(path).isEmpty
        guard force || isEmpty else { throw StorageError(path: path, operation: start, reason: .wouldOverwrite) }
    }

    /// Opens the folder of a run.
    ///
    /// - Throws: `StorageError` with `missing` where there is no such folder, `FormatError` where it is not a run's.
    public init(opening path: String) throws {
        self.path = path
        let names = try namesInFolder(path)
        guard names.contains("config.toml") else {
            throw FormatError(.run, file: path, offset: 0, expected: "config.toml", found: "a folder without it")
        }
    }

    /// What is being done to the folder where a run starts, as errors say it.
    public static let start = "start a run in"

    /// Where the resolved configuration is.
    public var configurationPath: String { joinPath(path, "config.toml") }
    /// Where the metrics are.
    public var metricsPath: String { joinPath(path, "metrics.jsonl") }
    /// Where the episodes are.
    public var episodesPath: String { joinPath(path, "episodes.csv") }
    /// Where the metrics for TensorBoard are.
    public var eventsPath: String { joinPath(path, "events.out.tfevents.reverie") }
    /// Where the result is.
    public var summaryPath: String { joinPath(path, "summary.json") }
    /// Where the picture is of what a fitted model drew last.
    public var samplesPath: String { joinPath(path, "samples.png") }
    /// Where the time is that a fit has taken.
    var clockPath: String { joinPath(path, "clock.json") }
    /// The result; nil for a run that hasn't ended.
    ///
    /// - Throws: `StorageError`, or `FormatError` where the file is damaged.
    public func summary() throws -> JSON? {
        guard exists(summaryPath) else { return nil }
        return try JSON(parsing: InputFile.bytes(of: summaryPath, limit: 1 << 20)[...], file: summaryPath)
    }
    /// Where the parameters are that training started from, where a file gave them.
    public var weightsPath: String { joinPath(path, "weights.safetensors") }
    /// Where the checkpoints are.
    public var checkpointFolder: String { joinPath(path, "checkpoints") }

    /// Where replayed experience is.
    public var replayFolder: String { joinPath(path, "replay") }

    private static let checkpointPrefix = "step-"
    private static let checkpointSuffix = ".safetensors"

    /// Where the checkpoint after so many steps is.
    public func checkpointPath(step: Int) -> String {
        joinPath(checkpointFolder, "\(Self.checkpointPrefix)\(step)\(Self.checkpointSuffix)")
    }

    /// The steps of the checkpoints there are, ascending.
    ///
    /// - Throws: `StorageError` where the folder cannot be listed.
    public func checkpointSteps() throws(StorageError) -> [Int] {
        guard exists(checkpointFolder) else { return [] }
        let steps = try namesInFolder(checkpointFolder).compactMap { name -> Int? in
            guard name.hasPrefix(Self.checkpointPrefix), name.hasSuffix(Self.checkpointSuffix) else { return nil }
            let digits = name.dropFirst(Self.checkpointPrefix.count).dropLast(Self.checkpointSuffix.count)
            // Only the one way to write a number: neither "+5" nor "05".
            return Int(digits).flatMap { String($0) == digits && $0 >= 0 ? $0 : nil }
        }
        return steps.sorted()
    }

    /// Where the parameters of the best evaluation are, in runs that are evaluated.
    public var bestCheckpointPath: String { joinPath(checkpointFolder, "best\(Self.checkpointSuffix)") }

    /// Removes all checkpoints but the last ones.
    ///
    /// - Throws: `StorageError`.
    public func removeCheckpoints(keeping count: Int = 2) throws(StorageError) {
        for step in try checkpointSteps().dropLast(count) { try removeFile(checkpointPath(step: step)) }
    }

    /// The path of the last checkpoint.
    ///
    /// - Throws: `StorageError` with `missing` where there is none.
    public func lastCheckpointPath() throws(StorageError) -> String {
        guard let step = try checkpointSteps().last else {
            throw StorageError(path: checkpointFolder, operation: "find a checkpoint in", reason: .missing)
        }
        return checkpointPath(step: step)
    }

    /// Removes the logs and the experience: what a run that has no checkpoint yet begins anew.
    ///
    /// - Throws: `StorageError`.
    public func removeLogs() throws(StorageError) {
        for file in [metricsPath, episodesPath, eventsPath, summaryPath, clockPath, samplesPath] {
            try removeFile(file)
        }
        guard exists(replayFolder) else { return }
        for name in try namesInFolder(replayFolder) { try removeFile(joinPath(replayFolder, name)) }
    }

    private func removeFiles() throws(StorageError) {
        try removeCheckpoints(keeping: 0)
        try removeFile(bestCheckpointPath)
        try removeLogs()
        try removeFile(weightsPath)
        try removeFile(configurationPath)
    }
}
