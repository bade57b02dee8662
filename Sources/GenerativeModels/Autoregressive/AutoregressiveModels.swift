extension ModelCatalog {
    /// Models with p(x) = Πᵢ p(xᵢ | x₍₁…ᵢ₋₁₎).
    static let autoregressive: [Entry] = []
}
