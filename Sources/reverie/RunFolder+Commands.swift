import Configuration
import Storage
import Training

extension RunFolder {
    /// Opens the folder of a run.
    ///
    /// - Throws: `StorageError` if it is missing, `FormatError` or ``DataError`` if it is not a run's.
    static func open(_ path: String) throws -> (folder: RunFolder, maker: Maker) {
        guard exists(path) else { throw StorageError(path: path, operation: ExitStatus.openRun, reason: .missing) }
        guard isFolder(path) else {
            throw StorageError(
                path: path, operation: ExitStatus.openRun, reason: .wrongKind(expected: "the folder of a run"))
        }
        if let runs = try runs(within: path) {
            throw UsageError(
                "\(path) holds \(runs.count == 1 ? "a run" : "\(runs.count) runs"): choose \(choice(runs))")
        }
        let folder = try RunFolder(opening: path)
        let top = try TOMLDocument(contentsOf: folder.configurationPath).top
        if top["model"] != nil { return (folder, .fitting) }
        if top["agent"] != nil { return (folder, .training) }
        throw DataError("\(folder.configurationPath): expected 'agent' or 'model', found neither; restore the file")
    }

    /// The runs in a folder that is none itself, such as those of several seeds, in natural order; nil if there are
    /// none.
    static func runs(within path: String) throws -> [String]? {
        guard isFolder(path), !isRun(path) else { return nil }
        let names = try namesInFolder(path).filter { isRun(joinPath(path, $0)) }
        return names.isEmpty ? nil : names.sorted(by: naturallyPrecedes).map { joinPath(path, $0) }
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

    /// Whether a folder has the configuration of a run.
    static func isRun(_ path: String) -> Bool { exists(configurationPath(of: path)) }

    /// Refuses to continue a run with other settings than its own.
    static func requireSettings(_ path: String, _ differences: [RunDifference]) throws {
        guard let first = differences.first else { return }
        let flags = differences.filter(\.isSetting).compactMap(\.flag).joined(separator: " ")
        let change = flags.isEmpty ? "" : ", or change the run: reverie resume \(shellQuoted(path)) \(flags)"
        throw UsageError(
            "the run in \(path) has its own settings, and \(differences.map(\.asked).joined(separator: "; ")); "
                + "leave out \(differences.count == 1 ? "the flag for \(first.name)" : "these flags"), choose another "
                + "folder with --run\(change)")
    }

    /// Some names to choose from.
    private static func choice(_ runs: [String]) -> String {
        guard let last = runs.last, runs.count > 1 else { return runs.first ?? "" }
        if runs.count > 4 { return "one, such as \(runs[0])" }
        return runs.dropLast().joined(separator: ", ") + " or " + last
    }

    /// Refuses to continue a run that was made for something other than what is asked for.
    static func requireSame(_ path: String, _ expected: [(name: String, value: String)]) throws {
        let configuration = configurationPath(of: path)
        guard exists(configuration) else { return }
        let top = try TOMLDocument(contentsOf: configuration).top
        for (name, value) in expected where top[name]?.text != value {
            let found = top[name]?.text.map { "'\($0)'" } ?? "none"
            throw UsageError(
                "the \(name) of the run in \(path) is \(found), not '\(value)'; choose another folder with --run")
        }
    }
}

extension RunChanges {
    /// Says how much longer a run is to go on, and refuses to end it before what it has done already.
    func announce(_ path: String, _ saved: TrainingRun) throws {
        let done = try RunFolder(opening: path).checkpointSteps().last ?? 0
        if let steps {
            guard steps >= done else {
                throw UsageError(
                    "the run in \(path) has done \(counted(done, "step")) already; give --steps a larger number")
            }
            note("\(path) goes on to \(counted(steps, "step")) instead of \(saved.run.steps)")
        }
        if let episodes {
            let words = [saved.run.episodes, episodes].map { $0 == 0 ? "no limit of episodes" : counted($0, "episode") }
            note("\(path) goes on with \(words[1]) instead of \(words[0])")
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
