extension ModelCatalog {
    /// Models with p(x) = Πᵢ p(xᵢ | x₍₁…ᵢ₋₁₎).
    static let autoregressive: [Entry] = [
        Entry(name: "tabular", summary: "a table for each conditional probability") { TabularDistributionSettings() },
        Entry(name: "fvbn", summary: "logistic or linear autoregression (Neal 1992; Frey 1998)") {
            LogisticAutoregressionSettings()
        },
        Entry(
            name: "neural-autoregressive",
            summary: "groups of hidden units, used left to right (Bengio & Bengio 2000)"
        ) {
            NeuralAutoregressionSettings()
        },
        Entry(name: "nade", summary: "neural autoregressive distribution estimator (Larochelle & Murray 2011)") {
            NADESettings()
        },
        Entry(name: "rnade", summary: "NADE for real numbers, with mixtures of Gaussians (Uria et al. 2013)") {
            RNADESettings()
        },
        Entry(name: "made", summary: "masked autoencoder, several orders and masks (Germain et al. 2015)") {
            MADESettings()
        },
        Entry(name: "deep-nade", summary: "orderless deep NADE, and its ensemble EoNADE (Uria et al. 2014)") {
            DeepNADESettings()
        },
        Entry(name: "conv-nade", summary: "orderless convolutional NADE (Uria et al. 2016)") { ConvNADESettings() },
        Entry(name: "pixelcnn", summary: "masked convolutions (van den Oord et al. 2016)") { PixelCNNSettings() },
        Entry(name: "gated-pixelcnn", summary: "two stacks of gated convolutions (van den Oord et al. 2016)") {
            GatedPixelCNNSettings()
        },
        Entry(name: "wavenet", summary: "gated dilated causal convolutions (van den Oord et al. 2016)") {
            WaveNetSettings()
        },
        Entry(name: "tcn", summary: "temporal convolutional network (Bai et al. 2018)") { TCNSettings() },
        Entry(name: "transformer", summary: "causal transformer over characters or pixels (Vaswani et al. 2017)") {
            TransformerSettings()
        },
    ]
}
