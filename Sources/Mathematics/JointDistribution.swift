/// A joint distribution P(x, y) of two variables with finitely many values, as a table with a row per x and a column
/// per y.
public struct JointDistribution: Hashable, Sendable {
    /// P(x, y). All elements sum to 1; a column sums to P(y), a row to P(x).
    public let probabilities: Matrix

    /// Makes a distribution from its table.
    ///
    /// - Precondition: no element is negative, and they sum to 1.
    public init(_ probabilities: Matrix) {
        let sum = probabilities.elements.reduce(0, +)
        precondition(
            abs(sum - 1) < 1e-9 && probabilities.elements.allSatisfy { $0 >= 0 },
            "probabilities must be at least 0 and sum to 1; these sum to \(sum): \(probabilities.elements)")
        self.probabilities = probabilities
    }

    /// The product rule P(x, y) = P(x | y) P(y), from columns P(x | y) that sum to 1 each.
    ///
    /// - Precondition: as many columns as elements of `prior`, and the product is a joint distribution.
    public init(likelihood: Matrix, prior: [Double]) {
        precondition(
            likelihood.columns == prior.count,
            "the likelihood's \(likelihood.columns) columns need as many priors, given \(prior.count)")
        self.init(Matrix(rows: likelihood.rows, columns: likelihood.columns) { likelihood[$0, $1] * prior[$1] })
    }

    /// P(x) = Σ_y P(x, y).
    public var marginalX: [Double] { (0..<probabilities.rows).map { probabilities.row($0).reduce(0, +) } }

    /// P(y) = Σ_x P(x, y).
    public var marginalY: [Double] { transposed.marginalX }

    /// P(x | y) = P(x, y) / P(y), one column per y: each column sums to 1. NaN if P(y) is 0.
    public var xGivenY: Matrix {
        let evidence = marginalY
        return Matrix(rows: probabilities.rows, columns: probabilities.columns) { probabilities[$0, $1] / evidence[$1] }
    }

    /// P(y | x), one column per x. By Bayes's rule it is the posterior of y: prior P(y) × likelihood P(x | y) /
    /// evidence P(x).
    public var yGivenX: Matrix { transposed.xGivenY }

    /// The same distribution with x and y exchanged.
    public var transposed: JointDistribution { JointDistribution(probabilities.transposed) }

    /// Whether P(x, y) = P(x) P(y) for all x and y, within `tolerance`.
    public func isIndependent(tolerance: Double = 1e-12) -> Bool {
        let product = outerProduct(marginalX, marginalY)
        return zip(probabilities.elements, product.elements).allSatisfy { abs($0 - $1) <= tolerance }
    }

    /// E[f(x, y)], where f gets the indices of both values.
    public func expectation(of f: (_ x: Int, _ y: Int) -> Double) -> Double {
        innerProduct(
            probabilities.elements, Matrix(rows: probabilities.rows, columns: probabilities.columns, f).elements)
    }

    /// E[f(x, y) | y] for each y. Its mean over y is E[f]: the tower rule.
    public func conditionalExpectation(of f: (_ x: Int, _ y: Int) -> Double) -> [Double] {
        let conditional = xGivenY
        return (0..<probabilities.columns).map { y in
            (0..<probabilities.rows).reduce(0) { $0 + conditional[$1, y] * f($1, y) }
        }
    }
}

/// Bayes's rule: posterior = prior × likelihood / evidence, with evidence = Σ prior × likelihood.
///
/// - Precondition: as many likelihoods as priors.
public func posterior(prior: [Double], likelihood: [Double]) -> (probabilities: [Double], evidence: Double) {
    let evidence = innerProduct(prior, likelihood)
    return (zip(prior, likelihood).map { $0 * $1 / evidence }, evidence)
}
