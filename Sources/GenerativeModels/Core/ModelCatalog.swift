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

    /// The model called `name`, whose case doesn't matter.
    ///
    /// - Throws: ``ModelError/unknownModel(_:advice:)``.
    public static func entry(_ name: String) throws -> Entry {
        let known = entries.map(\.name)
        if let name = matchingName(name, among: known) { return entries.first { $0.name == name }! }
        if let (kind, names) = relatives(of: name) {
            throw ModelError.unknownModel(name, advice: "Of its kind (\(kind)) there is \(names).")
        }
        let nearest = nearestName(to: name, among: known)
        throw ModelError.unknownModel(name, advice: nearest.map { "Did you mean '\($0)'?" })
    }

    /// What there is of the kind of a well-known model that there isn't.
    private static func relatives(of name: String) -> (kind: String, names: String)? {
        switch name.lowercased().filter({ $0.isLetter || $0.isNumber }) {
        case "gan", "dcgan", "wgan", "gmm", "realnvp", "glow", "nice", "flow", "maf", "iaf", "normalizingflow",
            "betavae",
            "vqvae", "iwae", "diffusion", "ddpm", "autoencoder":
            ("latent variables", "'vae'")
        case "gpt", "gpt2", "bert", "gru", "rnn", "mamba": ("sequences", "'transformer', 'tcn' and 'wavenet'")
        case "pixelrnn", "pixelsnail", "imagegpt": ("autoregressive images", "'pixelcnn' and 'gated-pixelcnn'")
        default: nil
        }
    }
}
