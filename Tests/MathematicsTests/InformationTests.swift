import Foundation
import Random
import Testing

@testable import Mathematics

/// Entropies, divergences, Jensen's inequality, softmax.
@Suite struct InformationTests {
    private static let pairs: [(p: [Double], q: [Double])] = (0..<50).map { (index: UInt64) in
        (distribution(6, seed: 100 + 2 * index), distribution(6, seed: 101 + 2 * index))
    }

    /// The derivative of softmax against central differences.
    @Test func softmaxDerivative() {
        let logits = numbers(5, seed: 1)
        let jacobian = softmaxJacobian(logits)
        for i in 0..<5 {
            for k in 0..<5 {
                let numeric = centralDifference(at: logits[k]) { value in
                    var moved = logits
                    moved[k] = value
                    return softmax(moved)[i]
                }
                #expect(isClose(jacobian[i, k], numeric, 1e-9))
            }
            #expect(isClose(jacobian.row(i).reduce(0, +), 0))
        }
        #expect(areClose(softmax(logits.map { $0 + 700 }), softmax(logits)), "shifting all logits changes nothing")
        #expect(areClose(softmax([1_000, 0, -1_000]), [1, 0, 0]) && logSumExp([1_000, 1_000]) == 1_000 + log(2))
        #expect(logSumExp([]) == -.infinity && logSumExp([-.infinity]) == -.infinity)
    }

    /// KL ≥ 0 with equality only for p = q, and not symmetric. By Jensen −KL = Σ p log(q/p) ≤ log Σ p (q/p) = 0.
    @Test func klDivergences() {
        for (p, q) in Self.pairs {
            #expect(klDivergence(p, q) > 0 && klDivergence(p, p) == 0)
            let ratios = zip(p, q).map { $1 / $0 }
            let gap = jensenGap(values: ratios, probabilities: p) { log($0) }
            #expect(isClose(gap, -klDivergence(p, q)) && gap <= 0)
        }
        let (p, q) = Self.pairs[0]
        #expect(abs(klDivergence(p, q) - klDivergence(q, p)) > 1e-3)
        #expect(klDivergence([0.5, 0.5], [1, 0]) == .infinity && isClose(klDivergence([1, 0], [0.5, 0.5]), log(2)))
    }

    /// The same for densities: ∫ p log(p/q) of two normals, by the midpoint rule, equals the closed form log(σ_q/σ_p) +
    /// (σ_p² + (μ_p − μ_q)²) / (2σ_q²) − ½.
    @Test func klDivergenceOfNormals() {
        let step = 0.001
        let integral = (-12_000...12_000).reduce(0.0) { sum, index in
            let x = Double(index) * step
            let logP = normalLogDensity(x, mean: 0.3, deviation: 0.8)
            return sum + step * exp(logP) * (logP - normalLogDensity(x, mean: -0.4, deviation: 1.3))
        }
        #expect(isClose(integral, log(1.3 / 0.8) + (0.64 + 0.49) / (2 * 1.69) - 0.5, 1e-9))
    }

    /// H(p, q) = H(p) + KL(p ‖ q); entropy is largest for the uniform distribution and 0 for a certain value.
    @Test func entropies() {
        for (p, q) in Self.pairs {
            #expect(isClose(crossEntropy(p, q), entropy(p) + klDivergence(p, q)))
            #expect(entropy(p) > 0 && entropy(p) < log(6))
        }
        #expect(isClose(entropy([Double](repeating: 1.0 / 6, count: 6)), log(6)) && entropy([0, 1, 0]) == 0)
    }

    /// 0 ≤ JS ≤ log 2, symmetric, 0 for equal and log 2 for disjoint distributions.
    @Test func jensenShannonDivergences() {
        for (p, q) in Self.pairs {
            let divergence = jensenShannonDivergence(p, q)
            #expect(divergence > 0 && divergence < log(2))
            #expect(isClose(divergence, jensenShannonDivergence(q, p)))
        }
        #expect(jensenShannonDivergence([0.3, 0.7], [0.3, 0.7]) == 0)
        #expect(isClose(jensenShannonDivergence([0.3, 0.7, 0], [0, 0, 1]), log(2)))
    }

    /// Jensen's inequality for convex functions, and reversed for concave ones.
    @Test func jensenInequality() {
        let convex: [(Double) -> Double] = [{ $0 * $0 }, { exp($0) }, { abs($0) }, { -log($0 + 3) }]
        for seed in 0..<50 {
            let values = numbers(6, seed: UInt64(seed) + 500)
            let p = distribution(6, seed: UInt64(seed) + 700)
            for φ in convex {
                #expect(jensenGap(values: values, probabilities: p, φ) >= -1e-12)
                #expect(jensenGap(values: values, probabilities: p) { -φ($0) } <= 1e-12)
            }
            // log Σ α X ≥ Σ α log X.
            let positive = values.map { $0 + 3 }
            #expect(log(innerProduct(p, positive)) >= innerProduct(p, positive.map { log($0) }))
        }
    }

    /// Convexity on two points, and f″ ≥ 0. The condition f″ ≤ 0 would make x² concave and log convex.
    @Test func convexity() {
        let cases: [(convex: Bool, f: (Dual<Dual<Double>>) -> Dual<Dual<Double>>)] = [
            (true, { $0.squared() }), (true, { $0.exp() }), (true, { -$0.log() }), (false, { $0.log() }),
            (false, { $0.squareRoot() }), (false, { -$0.squared() }),
        ]
        for (isConvex, f) in cases {
            for seed in 0..<20 {
                let x = numbers(3, seed: UInt64(seed), in: 0.1...3)
                let t = x[2] / 3
                let chord = jensenGap(values: [x[0], x[1]], probabilities: [t, 1 - t]) { f(Dual($0)).value.value }
                let curvature = secondDerivative(at: x[0], of: f)
                #expect(isConvex ? chord > 0 && curvature > 0 : chord < 0 && curvature < 0)
            }
        }
    }
}
