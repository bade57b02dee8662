import Storage

/// The files of a training run, in one folder:
///
/// | file | |
/// |---|---|
/// | `config.toml` | what was run, with every setting resolved; see `Experiment` |
/// | `metrics.jsonl` | one JSON object per line; see ``JSONLinesWriter`` |
/// | `episodes.csv` | one line per episode; see ``EpisodeLog`` |
/// | `events.out.tfevents.reverie` | the metrics for TensorBoard; see ``TensorBoardWriter`` |
/// | `checkpoints/step-N.safetensors` | the state after N steps |
/// | `checkpoints/best.safetensors` | the parameters of the best evaluation, for runs that are evaluated |
/// | `weights.safetensors` | the parameters that training started from, if a file gave them |
/// | `replay/N.bin` | replayed transitions from number N on; see ``ReplayLog`` |
/// | `samples.png` | the latest samples of a fitted model |
/// | `clock.json` | the seconds that a fit has taken over all of its processes |
/// | `summary.json` | the result, once the run has finished |
public struct RunFolder: Hashable, Sendable {
    /// The folder's path.
    public let path: String

    /// The usual folder, such as `runs/dqn-CartPole-v1-seed0`, of an agent and an environment or a model and its data.
    ///
    /// Options tell runs apart: `runs/dqn-FrozenLake-v1-is_slippery-false-seed0`. Characters that don't suit file names
    /// become `-`; a name that is too long for one ends with a checksum.
    ///
    /// - Parameter files: the options that are paths, of which the name says enough.
    public static func usualPath(
        _ learner: String, _ object: String, options: [String: String] = [:], files: Set<String> = [], seed: UInt64
    ) -> String {
        let described = options.sorted { $0.key < $1.key }.map { name, value in
            guard files.contains(name) else { return "-\(name)-\(value)" }
            let file = splitPath(value).name
            return "-" + (file.hasSuffix(".txt") ? String(file.dropLast(4)) : file)
        }
        let name = "\(learner)-\(object)" + described.joined()
        let plain = String(name.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "-" })
        return "runs/\(plain.shortened(toBytes: longestName))-seed\(seed)"
    }

    /// Bytes of a usual name without its seed. A file's name may have 255, but temporary ones are longer.
    private static let longestName = 160

    /// Starts a run in a new or empty folder.
    ///
    /// - Parameters:
    ///   - path: The folder; missing parent folders are created too.
    ///   - force: Whether the files of an earlier run are removed; files that are not a run's are kept.
    /// - Throws: `StorageError`, with `wouldOverwrite` if the folder has files and `force` is false, with `wrongKind`
    ///   if the path is not a folder's.
    public init(creating path: String, force: Bool = false) throws(StorageError) {
        try Self.requireFree(path, force: force)
        try createFolder(path)
        self.path = path
        if force { try removeFiles() }
        try createFolder(checkpointFolder)
    }

    /// Throws if a run can't start in a place; changes nothing.
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
    /// - Throws: `StorageError` with `missing` for a missing folder, `FormatError` if it is not a run's.
    public init(opening path: String) throws {
        self.path = path
        let names = try namesInFolder(path)
        guard names.contains("config.toml") else {
            throw FormatError(.run, file: path, offset: 0, expected: "config.toml", found: "a folder without it")
        }
    }

    /// The operation of starting a run, as errors name it.
    public static let start = "start a run in"

    public var configurationPath: String { joinPath(path, "config.toml") }
    public var metricsPath: String { joinPath(path, "metrics.jsonl") }
    public var episodesPath: String { joinPath(path, "episodes.csv") }
    /// The metrics for TensorBoard.
    public var eventsPath: String { joinPath(path, "events.out.tfevents.reverie") }
    public var summaryPath: String { joinPath(path, "summary.json") }
    /// The image with the latest samples of a fitted model.
    public var samplesPath: String { joinPath(path, "samples.png") }
    /// The time that a fit has taken.
    var clockPath: String { joinPath(path, "clock.json") }
    /// The result; nil for an unfinished run.
    ///
    /// - Throws: `StorageError`, or `FormatError` if the file is damaged.
    public func summary() throws -> JSON? {
        guard exists(summaryPath) else { return nil }
        return try JSON(parsing: InputFile.bytes(of: summaryPath, limit: 1 << 20)[...], file: summaryPath)
    }
    /// The parameters that training started from, if a file gave them.
    public var weightsPath: String { joinPath(path, "weights.safetensors") }
    public var checkpointFolder: String { joinPath(path, "checkpoints") }

    /// The replayed experience.
    public var replayFolder: String { joinPath(path, "replay") }

    private static let checkpointPrefix = "step-"
    private static let checkpointSuffix = ".safetensors"

    /// The path of the checkpoint after `step` steps.
    public func checkpointPath(step: Int) -> String {
        joinPath(checkpointFolder, "\(Self.checkpointPrefix)\(step)\(Self.checkpointSuffix)")
    }

    /// The steps of the existing checkpoints, ascending.
    ///
    /// - Throws: `StorageError` if the folder can't be listed.
    public func checkpointSteps() throws(StorageError) -> [Int] {
        guard exists(checkpointFolder) else { return [] }
        let steps = try namesInFolder(checkpointFolder).compactMap { name -> Int? in
            guard name.hasPrefix(Self.checkpointPrefix), name.hasSuffix(Self.checkpointSuffix) else { return nil }
            let digits = name.dropFirst(Self.checkpointPrefix.count).dropLast(Self.checkpointSuffix.count)
            // Only the canonical form of a number: neither "+5" nor "05".
            return Int(digits).flatMap { String($0) == digits && $0 >= 0 ? $0 : nil }
        }
        return steps.sorted()
    }

    /// The parameters of the best evaluation, for runs that are evaluated.
    public var bestCheckpointPath: String { joinPath(checkpointFolder, "best\(Self.checkpointSuffix)") }

    /// Removes all but the last `count` checkpoints.
    ///
    /// - Throws: `StorageError`.
    public func removeCheckpoints(keeping count: Int = 2) throws(StorageError) {
        for step in try checkpointSteps().dropLast(count) { try removeFile(checkpointPath(step: step)) }
    }

    /// The path of the last checkpoint.
    ///
    /// - Throws: `StorageError` with `missing` if there is none.
    public func lastCheckpointPath() throws(StorageError) -> String {
        guard let step = try checkpointSteps().last else {
            throw StorageError(path: checkpointFolder, operation: "find a checkpoint in", reason: .missing)
        }
        return checkpointPath(step: step)
    }

    /// Removes logs and experience, which a run without a checkpoint writes from the start again.
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
