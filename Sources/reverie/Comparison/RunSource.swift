import Configuration
import Storage
import Training

/// The runs that a command's arguments name.
enum RunSource {
    typealias NamedRun = (run: ComparedRun, name: String?)

    /// The run in a folder, or those in the folders within it; a name may stand before it, as `NAME=FOLDER`.
    ///
    /// - Throws: `StorageError` where there is none, `UsageError` for a model's folder, `DataError` and others for damaged
    ///   files.
    static func runs(_ argument: String) throws -> [NamedRun] {
        let (name, folder) = split(argument)
        guard exists(folder) else {
            throw StorageError(path: folder, operation: ExitStatus.openRun, reason: .missing)
        }
        guard isFolder(folder), !exists(joinPath(folder, "config.toml")) else {
            return [(try run(RunFolder.open(folder, of: .training).path), name)]
        }
        let names = try namesInFolder(folder).map { joinPath(folder, $0) }
        let runs = try names.filter { exists(joinPath($0, "config.toml")) }.compactMap { path -> NamedRun? in
            guard case (let folder, .training) = try RunFolder.open(path) else { return nil }
            return (try run(folder.path), name)
        }
        guard !runs.isEmpty else {
            throw FormatError(
                .run, file: folder, offset: 0, expected: "config.toml, or folders with an agent's config.toml",
                found: "neither")
        }
        return runs
    }

    private static func run(_ path: String) throws -> ComparedRun {
        try content(of: path) { try ComparedRun(contentsOf: path) }
    }

    private static func split(_ argument: String) -> (name: String?, folder: String) {
        guard !exists(argument), let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
            return (nil, argument)
        }
        return (String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
    }

    /// The runs without those that were named twice.
    static func eachOnce(_ runs: [NamedRun]) -> [NamedRun] {
        var seen: Set<String> = []
        return runs.filter { seen.insert(resolvingLinks($0.run.folder.path)).inserted }
    }

    /// The runs in one environment.
    ///
    /// - Throws: `UsageError` where there is none.
    static func inEnvironment(_ id: String, _ runs: [NamedRun]) throws -> [NamedRun] {
        let chosen = runs.filter { $0.run.experiment.environment == id }
        guard chosen.isEmpty else { return chosen }
        let others = Set(runs.map(\.run.experiment.environment)).sorted()
        let nearest = nearestName(to: id, among: others).map { "did you mean '\($0)'?" }
        throw UsageError("no run is in '\(id)'; \(nearest ?? "they are in \(others.joined(separator: ", "))")")
    }
}
