extension ModelCatalog {
    /// Models with p(x) ∝ exp(−E(x)).
    static let energyBased: [Entry] = []
}
