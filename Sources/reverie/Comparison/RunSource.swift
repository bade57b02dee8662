import Configuration
import Storage
import Training

/// The runs that a command's arguments name.
enum RunSource {
    typealias NamedRun = (run: ComparedRun, name: String?)

    /// Runs of agents, or fits of models: only runs of one kind are compared.
    enum Runs {
        case agents([NamedRun])
        case fits([FitComparison.Fit])
    }

    private typealias Found = (folder: RunFolder, maker: RunFolder.Maker, name: String?)

    /// The runs in folders, or in the folders within them, each once. An argument may name them: `NAME=FOLDER`.
    ///
    /// - Throws: `StorageError` for a missing folder, `UsageError` for agents mixed with models, `DataError` and others
    ///   for damaged files.
    static func runs(_ arguments: [String]) throws -> Runs {
        var seen: Set<String> = []
        let all = try arguments.flatMap(found).filter { seen.insert(resolvingLinks($0.folder.path)).inserted }
        let (agents, models) = (all.filter { $0.maker == .training }, all.filter { $0.maker == .fitting })
        if let agent = agents.first, let model = models.first {
            throw UsageError(
                "agents can't be compared with generative models: \(agent.folder.path) holds an agent, "
                    + "\(model.folder.path) a model")
        }
        guard models.isEmpty else {
            return .fits(
                try models.map { one in try content(of: one.folder.path) { try .init(one.folder, name: one.name) } })
        }
        return .agents(
            try agents.map { one in
                (try content(of: one.folder.path) { try ComparedRun(contentsOf: one.folder.path) }, one.name)
            })
    }

    /// The run in a folder, or else the runs in the folders within it: agents if there are any, otherwise models.
    private static func found(_ argument: String) throws -> [Found] {
        let (name, folder) = split(argument)
        let paths = try RunFolder.runs(within: folder)
        guard paths != nil || RunFolder.isRun(folder) || !isFolder(folder) else {
            throw FormatError(
                .place, file: folder, offset: 0, expected: "config.toml, or folders with a run's config.toml",
                found: "neither")
        }
        let runs = try (paths ?? [folder]).map { path -> Found in
            let (folder, maker) = try RunFolder.open(path)
            return (folder, maker, name)
        }
        let agents = runs.filter { $0.maker == .training }
        return agents.isEmpty ? runs : agents
    }

    private static func split(_ argument: String) -> (name: String?, folder: String) {
        guard !exists(argument), let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
            return (nil, argument)
        }
        return (String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
    }

    /// The runs in one environment.
    ///
    /// - Throws: `UsageError` if there are none.
    static func inEnvironment(_ id: String, _ runs: [NamedRun]) throws -> [NamedRun] {
        let chosen = runs.filter { $0.run.experiment.environment == id }
        guard chosen.isEmpty else { return chosen }
        let others = Set(runs.map(\.run.experiment.environment)).sorted()
        let nearest = nearestName(to: id, among: others).map { "did you mean '\($0)'?" }
        throw UsageError("no run is in '\(id)'; \(nearest ?? "they are in \(others.joined(separator: ", "))")")
    }
}
