import Environments
import Random

/// The cross-entropy method (Rubinstein, *The cross-entropy method for combinatorial and continuous optimization*,
/// 1999) with independent Gaussians. Of λ candidates x ~ N(μ, σ²), the ρ best, the elite, give the next distribution:
///
///     μ ← mean of the elite,   σ² ← variance of the elite + Zₜ,   Zₜ = max(0, Z₀ − t ΔZ)
///
/// The extra noise Zₜ, which keeps the distribution from shrinking too early, is that of Szita and Lőrincz (2006).
public struct CrossEntropyMethod: EvolutionStrategy, Hashable {
    public let population: Int
    /// ρ.
    public let eliteCount: Int
    private let noise, noiseDecay: Double
    public var mean: [Double]
    /// σ² of each parameter.
    public private(set) var variances: [Double]
    public private(set) var generation = 0

    /// A distribution around `mean`.
    ///
    /// - Parameters:
    ///   - deviation: σ of all parameters in the first generation.
    ///   - population: λ.
    ///   - eliteCount: ρ.
    ///   - noise: Z₀, a variance.
    ///   - noiseDecay: ΔZ, by which the noise shrinks in each generation.
    /// - Precondition: there are more candidates than elite ones.
    public init(
        mean: [Double], deviation: Double, population: Int, eliteCount: Int, noise: Double = 0, noiseDecay: Double = 0
    ) {
        precondition(
            1 <= eliteCount && eliteCount < population,
            "an elite of \(eliteCount) can't be selected from \(population) candidates")
        precondition(deviation > 0 && noise >= 0 && noiseDecay >= 0, "a deviation is positive, noise not negative")
        (self.mean, self.population, self.eliteCount) = (mean, population, eliteCount)
        (self.noise, self.noiseDecay) = (noise, noiseDecay)
        variances = Array(repeating: deviation * deviation, count: mean.count)
    }

    public var deviation: Double { (variances.reduce(0, +) / Double(variances.count)).squareRoot() }

    public func sample(into candidate: inout [Double], _ random: inout RandomStream) {
        for place in mean.indices {
            candidate[place] = mean[place] + variances[place].squareRoot() * random.normal()
        }
    }

    public mutating func update(_ candidates: [[Double]], fitness: [Double]) {
        let elite = ranked(candidates, fitness).prefix(eliteCount)
        generation += 1
        let extra = max(0, noise - Double(generation - 1) * noiseDecay)
        for place in mean.indices {
            let centre = elite.reduce(0) { $0 + candidates[$1][place] } / Double(eliteCount)
            let spread = elite.reduce(0) {
                $0 + (candidates[$1][place] - centre) * (candidates[$1][place] - centre)
            }
            mean[place] = centre
            variances[place] = spread / Double(eliteCount) + extra
        }
    }

    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&generation, in: 0...1 << 62)
        try coder.code(&mean)
        for place in variances.indices { try coder.code(&variances[place], in: 0 ... .infinity) }
    }
}
