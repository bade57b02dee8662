import Agents
import Configuration
import Environments
import Storage
import TensorCore

extension TrainingRun {
    /// Settings of a run that only say when it ends.
    private static let limits: Set = ["steps", "episodes"]

    /// What the run's past depends on.
    ///
    /// - Throws: `StorageError` if a file of the environment can't be read.
    func identity() throws -> RunIdentity {
        var identity = RunIdentity()
        identity.add(.part, "agent", .text(agent))
        identity.add(.part, "environment", .text(environment))
        identity.add(.run, run.settingsTable, except: Self.limits)
        identity.add(.settings, settings.settingsTable)
        let paths = Set(try EnvironmentCatalog.entry(environment).options.filter(\.isPath).map(\.name))
        for (name, value) in environmentOptions {
            if paths.contains(name) {
                identity.add(content: name, checksum: try crc32(ofFile: value))
            } else {
                identity.add(.option, name, .text(value))
            }
        }
        return identity
    }

    /// In what the run differs from another, besides the steps and episodes after which it ends.
    ///
    /// - Throws: as ``identity()``.
    public func differences(from other: TrainingRun) throws -> [RunDifference] {
        try identity().differences(from: other.identity())
    }

    /// The run with the changes made.
    ///
    /// - Throws: as ``init(agent:environment:layers:flags:)``.
    public func changed(by changes: RunChanges) throws -> TrainingRun {
        guard !changes.isEmpty else { return self }
        var flags = Flags()
        flags.run["steps"] = changes.steps
        flags.run["episodes"] = changes.episodes
        flags.settings = changes.settings
        return try TrainingRun(agent: agent, environment: environment, layers: [experiment], flags: flags)
    }

    /// What is recorded of the changes from another run: limits, and the given differences.
    func changes(from other: TrainingRun, _ differences: [RunDifference]) -> [JSON.Member] {
        let limits = run.settingsTable.entries.filter {
            Self.limits.contains($0.name) && other.run.settingsTable[$0.name] != $0.value
        }
        return limits.map { .init($0.name, $0.value.json) } + differences.map(\.json)
    }

    /// Refuses a checkpoint that the run, as its configuration and its files are now, has not written. One of an
    /// earlier version says nothing about that and is accepted.
    ///
    /// - Throws: ``TrainingError/otherIdentity(folder:differences:)``, and as ``identity()``.
    public func requireIdentity(of checkpoint: String, in folder: String) throws {
        let metadata = try TensorFileReader(path: checkpoint).metadata
        guard let text = metadata[RunIdentity.metadataName] else { return }
        try RunChanges().require(identity().differences(from: RunIdentity(text: text)), in: folder)
    }
}
