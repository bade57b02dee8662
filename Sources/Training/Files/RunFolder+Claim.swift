import Agents
import Configuration
import GenerativeModels
import Storage

/// Who may write into a folder, and what may be lost there.
///
/// Only one process writes into a run's folder: it claims it before its first change. A place where a run may start or
/// continue is free, empty, or holds a whole run; anything else is refused. Files are removed by the exact names that a
/// run writes and never through symbolic links, so nothing else that lies in the folder is lost.
extension RunFolder {
    /// What makes a run: 'reverie train' or 'reverie fit'.
    public enum Maker: Sendable { case training, fitting }

    /// What a place holds for a run.
    public enum Content: Hashable, Sendable {
        /// Nothing, or nothing but what a run leaves that was killed before it had its configuration.
        case nothing
        /// A run with its configuration: finished, stopped, or killed.
        case run(Maker)
    }

    /// A folder into which this process alone writes until it releases the lock.
    public struct Claim {
        public let folder: RunFolder
        public let lock: FolderLock
    }

    /// The operations of starting and continuing a run, as errors name them.
    public static let start = "start a run in"
    public static let resumption = "resume the run in"

    /// Claims a place for a new run. Missing folders are created; with `force`, an earlier run's files are removed.
    ///
    /// - Throws: `StorageError`, with `wouldOverwrite` if there is a run and `force` is false, with `inUse` if another
    ///   process writes into it, with `wrongKind` or `unsuitable` if there is anything else.
    public static func claim(creating path: String, force: Bool = false) throws -> Claim {
        // What is no run's is refused before the first change, and what is one's when nobody else can change it.
        _ = try content(of: path)
        try createFolder(path)
        let claim = Claim(folder: RunFolder(path), lock: try FolderLock(path, operation: start))
        try requireFree(path, force: force)
        if force { try claim.folder.removeFiles() }
        try claim.folder.prepare()
        return claim
    }

    /// Claims the folder of a run that is to be continued.
    ///
    /// - Throws: `StorageError` with `inUse` if another process writes into it, with `unsuitable` if parts of the run
    ///   are links or missing; as ``init(opening:)`` if it isn't a run's folder.
    public static func claim(resuming path: String) throws -> Claim {
        _ = try RunFolder(opening: path)
        try RunFolder(path).requireOwnParts(resumption)
        let claim = Claim(folder: RunFolder(path), lock: try FolderLock(path, operation: resumption))
        try claim.folder.requireOwnParts(resumption)
        try claim.folder.requireCheckpoint()
        try claim.folder.prepare()
        return claim
    }

    /// Makes the folder of the checkpoints, and removes the temporary files that a killed process left in the run's
    /// folders.
    private func prepare() throws(StorageError) {
        try createFolder(checkpointFolder)
        for folder in [path, checkpointFolder] { removeTemporaryFiles(in: folder) }
    }

    /// Throws if a run can't start in a place; changes nothing.
    ///
    /// - Throws: as ``claim(creating:force:)``, but for `inUse`.
    public static func requireFree(_ path: String, force: Bool) throws(StorageError) {
        guard case .run = try content(of: path), !force else { return }
        throw StorageError(path: path, operation: start, reason: .wouldOverwrite)
    }

    /// What a place holds.
    ///
    /// - Throws: `StorageError` with `wrongKind` if it is no folder, with `unsuitable` if it holds anything else than a
    ///   run.
    public static func content(of path: String) throws(StorageError) -> Content {
        switch PathKind(of: path) {
        case .nothing: return .nothing
        case .link where !exists(path):
            throw StorageError(
                path: path, operation: start,
                reason: .unsuitable(found: "it is a link to nothing", next: "remove the link or choose another folder"))
        default: break
        }
        guard isFolder(path) else {
            throw StorageError(path: path, operation: start, reason: .wrongKind(expected: "a folder"))
        }
        let folder = RunFolder(path)
        try folder.requireOwnParts(start)
        let names = try namesInFolder(path).filter { $0 != FolderLock.fileName && !isTemporary($0) }
        if names.contains(configurationName) { return .run(try folder.maker()) }
        for name in names where try !folder.isEmptyStart(name) {
            throw StorageError(
                path: path, operation: start,
                reason: .unsuitable(
                    found: "it holds \(name), but no \(configurationName) of a run",
                    next: "choose another folder, or move away what is in it"))
        }
        return .nothing
    }

    /// Whether a start that was killed before the configuration was written leaves this.
    private func isEmptyStart(_ name: String) throws(StorageError) -> Bool {
        let path = joinPath(path, name)
        switch name {
        case splitPath(checkpointFolder).name, splitPath(replayFolder).name:
            return try namesInFolder(path).allSatisfy { Self.isTemporary($0) }
        case splitPath(weightsPath).name: return Checkpoint.areInitialParameters(path)
        default: return false
        }
    }

    /// Whether a file is an incomplete one that a killed process has left; see `AtomicFile`.
    private static func isTemporary(_ name: String) -> Bool { name.hasPrefix(".") && name.hasSuffix(".tmp") }

    /// The command that made the run, from its configuration.
    ///
    /// - Throws: `StorageError` with `unsuitable` if it isn't that of a run.
    private func maker() throws(StorageError) -> Maker {
        let top = (try? TOMLDocument(contentsOf: configurationPath))?.top ?? SettingsTable()
        func has(_ name: String, among known: [String], and other: String) -> Bool {
            top[name]?.text.map(known.contains) == true && top[other]?.text != nil
        }
        if has("agent", among: AgentCatalog.entries.map(\.name), and: "environment") { return .training }
        if has("model", among: ModelCatalog.entries.map(\.name), and: "dataset") { return .fitting }
        throw StorageError(
            path: path, operation: Self.start,
            reason: .unsuitable(
                found: "its \(Self.configurationName) names neither an agent with its environment nor a model with its "
                    + "dataset, so it is no run",
                next: "choose another folder, or move away what is in it"))
    }

    /// The files of a run in its folder itself.
    private var files: [String] {
        [
            configurationPath, metricsPath, episodesPath, summaryPath, clockPath, samplesPath, weightsPath,
            joinPath(path, FolderLock.fileName),
        ]
    }

    /// Throws if a part of the run isn't a file or folder of its own, but a link elsewhere, say.
    private func requireOwnParts(_ operation: String) throws(StorageError) {
        let folders = [checkpointFolder, replayFolder]
        for folder in folders { try require(.folder, at: folder, operation) }
        let checkpoints = try checkpointSteps().map { checkpointPath(step: $0) } + [bestCheckpointPath]
        let experience = try ReplayLog.files(in: replayFolder)
        for file in try files + eventsPaths() + checkpoints + experience { try require(.file, at: file, operation) }
    }

    private func require(_ expected: PathKind, at part: String, _ operation: String) throws(StorageError) {
        let found = PathKind(of: part)
        guard found != .nothing, found != expected else { return }
        let noun = expected == .file ? "a file" : "a folder"
        let what = found == .link ? "a symbolic link, which runs don't follow" : "not \(noun)"
        throw StorageError(
            path: path, operation: operation,
            reason: .unsuitable(
                found: "\(part) is \(what)", next: "put \(noun) of the run in its place, or choose another folder"))
    }

    /// Throws if the run has written something, but has no checkpoint any more.
    private func requireCheckpoint() throws(StorageError) {
        guard try checkpointSteps().isEmpty else { return }
        func size(_ path: String) -> Int { (try? InputFile(path: path).count) ?? 0 }
        let hasExperience = try !ReplayLog.files(in: replayFolder).isEmpty
        let hasResults = hasExperience || exists(summaryPath) || exists(bestCheckpointPath)
        guard hasResults || size(metricsPath) > 0 || size(episodesPath) > EpisodeLog.headerLength else { return }
        throw StorageError(
            path: path, operation: Self.resumption,
            reason: .unsuitable(
                found: "it has logs or results of a run, but no checkpoint in \(checkpointFolder)",
                next: "put the checkpoints back, or start the run again with --force"))
    }

    /// Removes logs and experience, which a run without a checkpoint writes from the start again.
    ///
    /// - Throws: `StorageError`.
    func removeLogs() throws(StorageError) {
        for file in try [metricsPath, episodesPath, summaryPath, clockPath, samplesPath] + eventsPaths() {
            try removeFile(file)
        }
        for file in try ReplayLog.files(in: replayFolder) { try removeFile(file) }
    }

    /// Removes the files of a run. Its configuration comes last: a folder whose files are partly removed is still known
    /// as a run's.
    private func removeFiles() throws(StorageError) {
        try removeCheckpoints(keeping: 0)
        try removeFile(bestCheckpointPath)
        try removeLogs()
        try removeFile(weightsPath)
        try removeFile(configurationPath)
    }
}
