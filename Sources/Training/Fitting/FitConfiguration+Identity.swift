import Configuration
import Datasets
import GenerativeModels
import Storage
import TensorCore

extension FitConfiguration {
    /// Settings of fitting that only say when it ends, how often it is saved, and what is reported at the end.
    private static let limits: Set = ["epochs", "updates", "patience", "checkpointSeconds", "testRows"]
    /// Those of them that a learning rate which decays depends on.
    private static let horizon: Set = ["epochs", "updates"]

    /// The data in an identity: their content, wherever they are.
    static let content = "data"

    /// What the fit's past depends on.
    func identity(_ data: FitData) -> RunIdentity {
        var identity = settingsIdentity()
        identity.add(content: Self.content, checksum: data.checksum)
        return identity
    }

    /// - Parameter free: The settings of fitting that don't count; nil for the limits that the past doesn't depend on.
    private func settingsIdentity(except free: Set<String>? = nil) -> RunIdentity {
        var identity = RunIdentity()
        identity.add(.part, "model", .text(model))
        identity.add(.run, "seed", .integer(seed))
        let limits = fitting.decay == .constant ? Self.limits : Self.limits.subtracting(Self.horizon)
        identity.add(.fitting, fitting.settingsTable, except: free ?? limits)
        identity.add(.data, data.settingsTable)
        identity.add(.settings, settings.settingsTable)
        return identity
    }

    /// The same with paths by which the data are found from any folder.
    func located() -> FitConfiguration {
        var located = self
        let place = DatasetCatalog.located(dataset, folder: folder.isEmpty ? nil : folder)
        (located.dataset, located.folder) = (place.name, place.folder ?? "")
        return located
    }

    /// In what the fit differs from another, besides the limits after which it ends, and the data, which are compared
    /// by their place.
    public func differences(from other: FitConfiguration) -> [RunDifference] {
        func identity(_ configuration: FitConfiguration) -> RunIdentity {
            let located = configuration.located()
            var identity = configuration.settingsIdentity(except: Self.limits)
            identity.add(.part, "dataset", .text(located.dataset))
            if !located.dataset.contains("/") { identity.add(.part, "folder", .text(located.folder)) }
            return identity
        }
        return identity(self).differences(from: identity(other))
    }

    /// The limits of fitting whose values differ from another fit's, as `name=value`.
    public func limits(otherThan other: FitConfiguration) -> [String] {
        changedLimits(from: other).map { "\($0.name)=\($0.value.text ?? $0.value.toml)" }
    }

    private func changedLimits(from other: FitConfiguration) -> [SettingsTable.Entry] {
        fitting.settingsTable.entries.filter {
            Self.limits.contains($0.name) && other.fitting.settingsTable[$0.name] != $0.value
        }
    }

    /// What is recorded of the changes from another fit: limits, and the given differences.
    func changes(from other: FitConfiguration, _ differences: [RunDifference]) -> [JSON.Member] {
        let named = Set(differences.map(\.name))
        return changedLimits(from: other).filter { !named.contains($0.name) }.map { .init($0.name, $0.value.json) }
            + differences.map(\.json)
    }

    /// Refuses a checkpoint that the fit, as its configuration is now, has not written; its data are compared when they
    /// are read. One of an earlier version says nothing about that and is accepted.
    ///
    /// - Returns: the checksum of the data; nil if the checkpoint doesn't say.
    /// - Throws: ``TrainingError/otherIdentity(folder:differences:)``.
    func requireIdentity(of metadata: [String: String], in folder: String) throws -> String? {
        guard let text = metadata[RunIdentity.metadataName] else { return nil }
        let earlier = RunIdentity(text: text)
        let differences = settingsIdentity().differences(from: earlier).filter { $0.kind != .content }
        try RunChanges().require(differences, in: folder)
        return earlier.content(Self.content)
    }
}
