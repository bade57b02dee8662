extension ModelCatalog {
    /// Models with latent variables and an approximate posterior.
    static let latent: [Entry] = [
        Entry(name: "vae", summary: "variational autoencoder (Kingma & Welling 2014)") {
            VariationalAutoencoderSettings()
        }
    ]
}
