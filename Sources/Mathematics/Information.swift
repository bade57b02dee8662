import Foundation

// Entropies and divergences of distributions over finitely many values, in nats. 0 log 0 counts as its limit, 0.

/// H(p) = −Σ p log p: from 0 (certain) to log n (uniform).
public func entropy(_ p: [Double]) -> Double { crossEntropy(p, p) }

/// H(p, q) = −Σ p log q = H(p) + KL(p ‖ q); infinite if q excludes a value that p allows.
///
/// - Precondition: both have the same number of values.
public func crossEntropy(_ p: [Double], _ q: [Double]) -> Double {
    precondition(p.count == q.count, "cross-entropy: the distributions have \(p.count) and \(q.count) values")
    return -zip(p, q).reduce(0) { $0 + ($1.0 == 0 ? 0 : $1.0 * log($1.1)) }
}

/// KL(p ‖ q) = Σ p log(p / q) ≥ 0 (Kullback & Leibler 1951), 0 only for p = q; not symmetric.
///
/// - Precondition: both have the same number of values.
public func klDivergence(_ p: [Double], _ q: [Double]) -> Double {
    precondition(p.count == q.count, "divergence: the distributions have \(p.count) and \(q.count) values")
    return zip(p, q).reduce(0) { $0 + ($1.0 == 0 ? 0 : $1.0 * log($1.0 / $1.1)) }
}

/// JS(p, q) = ½ KL(p ‖ m) + ½ KL(q ‖ m) with m = (p + q) / 2 (Lin 1991): symmetric, from 0 to log 2.
///
/// - Precondition: both have the same number of values.
public func jensenShannonDivergence(_ p: [Double], _ q: [Double]) -> Double {
    let m = zip(p, q).map { ($0 + $1) / 2 }
    return (klDivergence(p, m) + klDivergence(q, m)) / 2
}

/// Jensen's gap E[φ(X)] − φ(E[X]) of a random variable with finitely many values (Jensen 1906): at least 0 for a convex
/// φ, at most 0 for a concave one. For two values it is the definition of convexity, t φ(x₁) + (1 − t) φ(x₂) ≥ φ(t x₁ +
/// (1 − t) x₂).
///
/// - Precondition: as many values as probabilities, and those sum to 1.
public func jensenGap(values: [Double], probabilities: [Double], _ φ: (Double) -> Double) -> Double {
    precondition(
        values.count == probabilities.count && abs(probabilities.reduce(0, +) - 1) < 1e-9,
        "\(values.count) values need as many probabilities, given \(probabilities)")
    return innerProduct(probabilities, values.map(φ)) - φ(innerProduct(probabilities, values))
}
