import Configuration
import Storage
import Training

extension RunFolder {
    /// What a run was made by: 'reverie train' or 'reverie fit'.
    enum Maker { case training, fitting }

    /// Opens the folder of a run.
    ///
    /// - Throws: `StorageError` where there is none, `FormatError` or ``DataError`` where it is not a run's.
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
        throw DataError("\(folder.configurationPath): neither agent nor model is there; one of them must be")
    }

    /// Opens the folder of a run that a certain command made.
    ///
    /// - Throws: as ``open(_:)``, and ``UsageError`` where another command made it.
    static func open(_ path: String, of maker: Maker) throws -> RunFolder {
        switch (try open(path), maker) {
        case ((_, .fitting), .training):
            throw UsageError("\(path) holds a generative model, not an agent; see 'reverie sample \(path)'")
        case ((_, .training), .fitting):
            throw UsageError("\(path) holds an agent, not a generative model; see 'reverie evaluate \(path)'")
        case ((let folder, _), _): return folder
        }
    }

    /// Refuses to go on with a run that was made of something else than what is asked for.
    static func requireSame(_ path: String, _ expected: [(name: String, value: String)]) throws {
        let configuration = joinPath(path, "config.toml")
        guard exists(configuration) else { return }
        let top = try TOMLDocument(contentsOf: configuration).top
        for (name, value) in expected where top[name]?.text != value {
            let found = top[name]?.text.map { "'\($0)'" } ?? "none"
            throw UsageError("the \(name) of the run in \(path) is \(found), not '\(value)'; choose another --run")
        }
    }
}

/// The model of a run, with some of its settings changed: a wrong assignment is the user's, anything else the file's.
func fittedModel(_ path: String, last: Bool = false, assignments: [String]) throws -> FittedModel {
    var configuration = try content(of: path) {
        try FitConfiguration(contentsOf: RunFolder(opening: path).configurationPath)
    }
    try configuration.apply(assignments: assignments)
    return try content(of: path) { try FittedModel(run: path, last: last, assignments: assignments) }
}
