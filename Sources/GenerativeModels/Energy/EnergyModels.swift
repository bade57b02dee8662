extension ModelCatalog {
    /// Models of an energy: Boltzmann machines and Hopfield networks.
    static let energyBased: [Entry] = [
        Entry(name: "rbm", summary: "restricted Boltzmann machine (Smolensky 1986; Hinton 2002)") {
            RestrictedBoltzmannSettings()
        },
        Entry(name: "gaussian-rbm", summary: "restricted Boltzmann machine of real numbers (Welling et al. 2005)") {
            GaussianBoltzmannSettings()
        },
        Entry(name: "dbm", summary: "deep Boltzmann machine (Salakhutdinov & Hinton 2009)") {
            DeepBoltzmannSettings()
        },
    ]
}
