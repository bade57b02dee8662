import Foundation

/// The strategy parameters of ``CMAES`` for n parameters and λ candidates: the defaults of table 1 in Hansen, *The CMA
/// evolution strategy: a tutorial* (arXiv:1604.00772), whose names they have.
public struct CMAESConstants: Hashable, Sendable {
    /// λ = 4 + ⌊3 ln n⌋, the smallest population that does well.
    public static func population(for count: Int) -> Int { 4 + Int(3 * log(Double(count))) }

    /// wᵢ, best candidate first: the first μ are positive and sum to 1; the others are not, and count in the covariance
    /// alone.
    public let weights: [Double]
    /// μ, the number of positive weights.
    public let parentCount: Int
    /// μ_eff, the variance effective selection mass.
    public let selectionMass: Double
    /// c_σ and d_σ: how fast the path of the step size forgets, and how much the step size is damped.
    public let pathRate, damping: Double
    /// c_c: how fast the path of the covariance forgets.
    public let covariancePathRate: Double
    /// c₁ and c_μ: the learning rates of the rank-one and the rank-μ update.
    public let rankOneRate, rankMuRate: Double
    /// E‖N(0, I)‖.
    public let expectedLength: Double
    /// Generations between two decompositions of the covariance.
    public let decompositionInterval: Int

    /// - Parameter diagonal: whether the covariance is diagonal: it has fewer numbers to learn, so c₁ and c_μ are
    ///   (n + 2) / 3 times as large (Ros and Hansen, *A simple modification in CMA-ES achieving linear time and space
    ///   complexity*, 2008).
    init(count: Int, population: Int, diagonal: Bool) {
        let n = Double(count)
        let raw = (1...population).map { log(Double(population + 1) / 2) - log(Double($0)) }
        parentCount = population / 2
        func mass(_ weights: ArraySlice<Double>) -> Double {
            let (sum, squares) = (weights.reduce(0, +), weights.reduce(0) { $0 + $1 * $1 })
            return squares > 0 ? sum * sum / squares : 0
        }
        let effective = mass(raw[..<parentCount]), negative = mass(raw[parentCount...])
        selectionMass = effective
        let faster = diagonal ? (n + 2) / 3 : 1
        rankOneRate = min(1, faster * 2 / ((n + 1.3) * (n + 1.3) + effective))
        rankMuRate = min(
            1 - rankOneRate, faster * 2 * (0.25 + effective + 1 / effective - 2) / ((n + 2) * (n + 2) + effective))
        let (one, mu) = (rankOneRate, rankMuRate)
        // With a rank-μ rate of 0 nothing is learned from negative weights.
        let limits =
            mu > 0 ? [1 + one / mu, 1 + 2 * negative / (effective + 2), (1 - one - mu) / (n * mu)] : [0]
        let positiveSum = raw.reduce(0) { $0 + max(0, $1) }, negativeSum = raw.reduce(0) { $0 - min(0, $1) }
        let scale = negativeSum > 0 ? limits.min()! / negativeSum : 0
        weights = raw.map { $0 >= 0 ? $0 / positiveSum : $0 * scale }
        pathRate = (effective + 2) / (n + effective + 5)
        damping = 1 + 2 * max(0, ((effective - 1) / (n + 1)).squareRoot() - 1) + pathRate
        covariancePathRate = (4 + effective / n) / (n + 4 + 2 * effective / n)
        expectedLength = n.squareRoot() * (1 - 1 / (4 * n) + 1 / (21 * n * n))
        decompositionInterval = diagonal ? 1 : max(1, Int(1 / (10 * n * (one + mu))))
    }
}
