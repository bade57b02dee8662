import Storage

/// The generative models by name, as the command line offers them. Each family lists its own.
public enum ModelCatalog {
    /// What is known of a model before it is made.
    public struct Entry: Sendable {
        /// The name, such as `vae`.
        public let name: String
        /// One line for a list.
        public let summary: String
        /// Makes the settings' defaults.
        public let makeSettings: @Sendable () -> any ModelSettings

        init(name: String, summary: String, makeSettings: @escaping @Sendable () -> any ModelSettings) {
            (self.name, self.summary, self.makeSettings) = (name, summary, makeSettings)
        }
    }

    /// Every model, in the order of lists.
    public static let entries: [Entry] = energyBased + autoregressive + latent

    /// The model called `name`.
    ///
    /// - Throws: ``ModelError/unknownModel(_:suggestion:)``.
    public static func entry(_ name: String) throws -> Entry {
        if let entry = entries.first(where: { $0.name == name }) { return entry }
        throw ModelError.unknownModel(name, suggestion: nearestName(to: name, among: entries.map(\.name)))
    }
}
