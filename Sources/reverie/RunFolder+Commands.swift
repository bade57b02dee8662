import Configuration
import Storage
import Training

extension RunFolder {
    /// The command that made a run: 'reverie train' or 'reverie fit'.
    enum Maker { case training, fitting }

    /// Opens the folder of a run.
    ///
    /// - Throws: `StorageError` if it is missing, `FormatError` or ``DataError`` if it is not a run's.
    static func open(_ path: String) throws -> (folder: RunFolder, maker: Maker) {
        guard exists(path) else { throw StorageError(path: path, operation: ExitStatus.openRun, reason: .missing) }
        guard isFolder(path) else {
            throw StorageError(
                path: path, operation: ExitStatus.openRun, reason: .wrongKind(expected: "the folder of a run"))
        }
        let folder = try RunFolder(opening: path)
        let top = try TOMLDocument(contentsOf: folder.configurationPath).top
        if top["model"] != nil { return (folder, .fitting) }
        if top["agent"] != nil { return (folder, .training) }
        throw DataError("\(folder.configurationPath): expected 'agent' or 'model', found neither; restore the file")
    }

    /// Opens the folder of a run that a certain command made.
    ///
    /// - Throws: as ``open(_:)``, and ``UsageError`` if another command made it.
    static func open(_ path: String, of maker: Maker) throws -> RunFolder {
        switch (try open(path), maker) {
        case ((_, .fitting), .training):
            throw UsageError("\(path) holds a generative model, not an agent; try: reverie sample \(shellQuoted(path))")
        case ((_, .training), .fitting):
            throw UsageError(
                "\(path) holds an agent, not a generative model; try: reverie evaluate \(shellQuoted(path))")
        case ((let folder, _), _): return folder
        }
    }

    /// Refuses to continue a run that was made for something other than what is asked for.
    static func requireSame(_ path: String, _ expected: [(name: String, value: String)]) throws {
        let configuration = joinPath(path, "config.toml")
        guard exists(configuration) else { return }
        let top = try TOMLDocument(contentsOf: configuration).top
        for (name, value) in expected where top[name]?.text != value {
            let found = top[name]?.text.map { "'\($0)'" } ?? "none"
            throw UsageError(
                "the \(name) of the run in \(path) is \(found), not '\(value)'; choose another folder with --run")
        }
    }
}

/// The model of a run with some settings changed. A wrong assignment is wrong usage, anything else a damaged file.
func fittedModel(_ path: String, last: Bool = false, assignments: [String]) throws -> FittedModel {
    var configuration = try content(of: path) {
        try FitConfiguration(contentsOf: RunFolder(opening: path).configurationPath)
    }
    try configuration.apply(assignments: assignments)
    return try content(of: path) { try FittedModel(run: path, last: last, assignments: assignments) }
}
