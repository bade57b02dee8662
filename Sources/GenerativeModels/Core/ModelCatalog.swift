import Storage

/// The generative models by name, as the command line offers them. Each family has its own list.
public enum ModelCatalog {
    /// A model's entry in the catalogue.
    public struct Entry: Sendable {
        /// The name, such as `vae`.
        public let name: String
        /// One line for lists.
        public let summary: String
        /// Makes the default settings.
        public let makeSettings: @Sendable () -> any ModelSettings

        init(name: String, summary: String, makeSettings: @escaping @Sendable () -> any ModelSettings) {
            (self.name, self.summary, self.makeSettings) = (name, summary, makeSettings)
        }
    }

    /// All models, in the order of lists.
    public static let entries: [Entry] = energyBased + autoregressive + latent

    /// The model called `name`.
    ///
    /// - Throws: ``ModelError/unknownModel(_:suggestion:)``.
    public static func entry(_ name: String) throws -> Entry {
        if let entry = entries.first(where: { $0.name == name }) { return entry }
        throw ModelError.unknownModel(name, suggestion: nearestName(to: name, among: entries.map(\.name)))
    }
}
