extension ModelCatalog {
    /// Energy-based models: Boltzmann machines and Hopfield networks.
    static let energyBased: [Entry] = [
        Entry(name: "hopfield", summary: "Hopfield network, an associative memory of bits (Hopfield 1982)") {
            HopfieldSettings()
        },
        Entry(name: "hopfield-continuous", summary: "Hopfield network for grey levels (Hopfield 1984)") {
            ContinuousHopfieldSettings()
        },
        Entry(name: "hopfield-modern", summary: "modern Hopfield network (Ramsauer et al. 2021)") {
            ModernHopfieldSettings()
        },
        Entry(name: "boltzmann-machine", summary: "Boltzmann machine without hidden units (Ackley et al. 1985)") {
            BoltzmannMachineSettings()
        },
        Entry(name: "rbm", summary: "restricted Boltzmann machine (Smolensky 1986; Hinton 2002)") {
            RestrictedBoltzmannSettings()
        },
        Entry(name: "gaussian-rbm", summary: "restricted Boltzmann machine for real numbers (Welling et al. 2005)") {
            GaussianBoltzmannSettings()
        },
        Entry(name: "dbn", summary: "deep belief network (Hinton, Osindero & Teh 2006)") {
            DeepBeliefSettings()
        },
        Entry(name: "dbm", summary: "deep Boltzmann machine (Salakhutdinov & Hinton 2009)") {
            DeepBoltzmannSettings()
        },
        Entry(name: "conditional-rbm", summary: "restricted Boltzmann machine conditioned on the class") {
            ConditionalBoltzmannSettings()
        },
        Entry(
            name: "discriminative-rbm",
            summary: "restricted Boltzmann machine as a classifier (Larochelle & Bengio 2008)"
        ) {
            DiscriminativeBoltzmannSettings()
        },
        Entry(
            name: "rnn-rbm",
            summary: "recurrent network with an RBM for each step (Boulanger-Lewandowski et al. 2012)"
        ) {
            RecurrentBoltzmannSettings()
        },
        Entry(name: "sigmoid-belief-network", summary: "Helmholtz machine, wake-sleep algorithm (Hinton et al. 1995)") {
            SigmoidBeliefSettings()
        },
        Entry(
            name: "convolutional-rbm", summary: "convolutional RBM with probabilistic max pooling (Lee et al. 2009)"
        ) {
            ConvolutionalBoltzmannSettings()
        },
    ]
}
