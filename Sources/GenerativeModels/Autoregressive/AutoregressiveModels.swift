extension ModelCatalog {
    /// Models with p(x) = Πᵢ p(xᵢ | x₍₁…ᵢ₋₁₎).
    static let autoregressive: [Entry] = [
        Entry(name: "nade", summary: "neural autoregressive distribution estimator (Larochelle & Murray 2011)") {
            NADESettings()
        },
        Entry(name: "rnade", summary: "NADE of reals by mixtures of Gaussians (Uria et al. 2013)") { RNADESettings() },
        Entry(name: "made", summary: "masked autoencoder, several orders and masks (Germain et al. 2015)") {
            MADESettings()
        },
        Entry(name: "deep-nade", summary: "orderless deep NADE, and its ensemble EoNADE (Uria et al. 2014)") {
            DeepNADESettings()
        },
        Entry(name: "gated-pixelcnn", summary: "gated convolutions of two stacks (van den Oord et al. 2016)") {
            GatedPixelCNNSettings()
        },
    ]
}
