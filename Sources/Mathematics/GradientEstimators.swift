import Foundation
import Random

// Two Monte Carlo estimators of ∇_φ E_{z ~ q_φ}[f(z)], here for a normal q with φ = (μ, σ). Differentiating only f
// would ignore that the distribution moves: ∇_φ E_{q_φ}[f(z)] ≠ E_{q_φ}[∇_φ f(z)].

/// Single-sample estimates of ∂/∂μ and ∂/∂σ of E_{z ~ N(μ, σ²)}[f(z)]: their means and variances.
public struct GaussianGradient: Hashable, Sendable {
    /// The estimates of ∂/∂μ.
    public var mean = RunningMoments()
    /// The estimates of ∂/∂σ.
    public var deviation = RunningMoments()
}

/// log N(x; μ, σ²) = −½ log 2π − log σ − (x − μ)² / (2σ²).
public func normalLogDensity<Number: Elementary>(_ x: Number, mean: Number, deviation: Number) -> Number {
    -Number(0.5 * log(2 * Double.pi)) - deviation.log() - Number(0.5) * ((x - mean) / deviation).squared()
}

/// The pathwise estimator (reparametrisation; Kingma & Welling 2014): z = μ + σ ε with ε ~ N(0, 1), so that
/// ∇_φ E[f(z)] = E_ε[f′(μ + σ ε) ∇_φ(μ + σ ε)] = E_ε[f′(z) (1, ε)].
public func pathwiseGradient(
    mean: Double, deviation: Double, samples: Int, random: inout RandomStream, of f: (Dual<Double>) -> Dual<Double>
) -> GaussianGradient {
    var result = GaussianGradient()
    for _ in 0..<samples {
        let noise = random.normal()
        let slope = derivative(at: mean + deviation * noise, of: f)
        result.mean.add(slope)
        result.deviation.add(slope * noise)
    }
    return result
}

/// The score-function estimator (REINFORCE; Williams 1992), by the log-derivative trick ∇p = p ∇log p: ∇_φ E[f(z)] =
/// E_z[(f(z) − b) ∇_φ log q_φ(z)] for any constant baseline b, since E[∇log q] = 0. It needs only values of f, at the
/// price of a high variance.
public func scoreFunctionGradient(
    mean: Double, deviation: Double, baseline: Double = 0, samples: Int, random: inout RandomStream,
    of f: (Double) -> Double
) -> GaussianGradient {
    var result = GaussianGradient()
    for _ in 0..<samples {
        let noise = random.normal()
        let advantage = f(mean + deviation * noise) - baseline
        // ∂/∂μ log q = ε / σ and ∂/∂σ log q = (ε² − 1) / σ.
        result.mean.add(advantage * noise / deviation)
        result.deviation.add(advantage * (noise * noise - 1) / deviation)
    }
    return result
}
