import Configuration
import Storage

/// The generative models by name, as the command line offers them.
public enum ModelCatalog {
    /// What is known of a model before it is made.
    public struct Entry: Sendable {
        /// The name, such as `vae`.
        public let name: String
        /// One line for a list.
        public let summary: String
    }

    /// Every model, in the order of lists.
    public static let entries: [Entry] = [
        Entry(name: "vae", summary: "variational autoencoder (Kingma & Welling 2014)")
    ]

    /// The model called `name`.
    ///
    /// - Throws: ``ModelError/unknownModel(_:suggestion:)``.
    public static func entry(_ name: String) throws -> Entry {
        if let entry = entries.first(where: { $0.name == name }) { return entry }
        throw ModelError.unknownModel(name, suggestion: nearestName(to: name, among: entries.map(\.name)))
    }
}

/// Why a model can't be made.
public enum ModelError: Error, Hashable, CustomStringConvertible {
    /// No model has that name.
    case unknownModel(String, suggestion: String?)

    /// A sentence with the next thing to try.
    public var description: String {
        switch self {
        case .unknownModel(let name, let suggestion):
            "There is no model called '\(name)'." + (suggestion.map { " Did you mean '\($0)'?" } ?? "")
                + " 'reverie list models' shows them all."
        }
    }
}
