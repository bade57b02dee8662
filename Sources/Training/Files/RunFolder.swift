import Storage

/// The files of a training run, in one folder:
///
/// | file | |
/// |---|---|
/// | `config.toml` | what was run, with every setting resolved; see `Experiment` |
/// | `metrics.jsonl` | one JSON object per line; see ``JSONLinesWriter`` |
/// | `episodes.csv` | one line per episode; see ``EpisodeLog`` |
/// | `events.out.tfevents.TIME.reverie` | the metrics for TensorBoard; see ``TensorBoardWriter`` |
/// | `checkpoints/step-N.safetensors` | the state after N steps |
/// | `checkpoints/best.safetensors` | the parameters of the best evaluation, for runs that are evaluated |
/// | `weights.safetensors` | the parameters that training started from, if a file gave them |
/// | `replay/N.bin` | replayed transitions from number N on; see ``ReplayLog`` |
/// | `samples.png` | the latest samples of a fitted model |
/// | `clock.json` | the seconds that a fit has taken over all of its processes |
/// | `summary.json` | the result, once the run has finished |
/// | `.lock` | the process that writes into the folder, while there is one; see ``Claim`` |
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

    init(_ path: String) { self.path = path }

    /// Opens the folder of a run.
    ///
    /// - Throws: `StorageError` with `missing` for a missing folder, `FormatError` if it is not a run's.
    public init(opening path: String) throws {
        self.path = path
        let names = try namesInFolder(path)
        guard names.contains(Self.configurationName) else {
            throw FormatError(
                .place, file: path, offset: 0, expected: Self.configurationName, found: "a folder without it")
        }
    }

    static let configurationName = "config.toml"

    /// The path of the configuration of the run in a folder, which need not exist.
    public static func configurationPath(of folder: String) -> String { joinPath(folder, configurationName) }

    public var configurationPath: String { Self.configurationPath(of: path) }
    public var metricsPath: String { joinPath(path, "metrics.jsonl") }
    public var episodesPath: String { joinPath(path, "episodes.csv") }
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
        return try namesInFolder(checkpointFolder).compactMap {
            Self.number($0, after: Self.checkpointPrefix, before: Self.checkpointSuffix)
        }.sorted()
    }

    /// The number between a name's two ends; nil for other names. Only the canonical form of a number: neither "+5" nor
    /// "05".
    static func number(_ name: String, after start: String = "", before end: String) -> Int? {
        guard name.hasPrefix(start), name.hasSuffix(end), name.count > start.count + end.count else { return nil }
        let digits = name.dropFirst(start.count).dropLast(end.count)
        return Int(digits).flatMap { String($0) == digits && $0 >= 0 ? $0 : nil }
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
}
