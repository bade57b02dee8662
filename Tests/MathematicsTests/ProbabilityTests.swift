import Foundation
import Random
import Testing

@testable import Mathematics

/// Moments, tables of probabilities, expectations.
@Suite struct ProbabilityTests {
    /// Both formulas give the variance if numbers are near 0; far from it only Welford's keeps its digits.
    @Test func varianceByWelford() {
        let values = numbers(1_000, seed: 1)
        func textbook(_ values: [Double]) -> Double {
            let n = Double(values.count)
            let mean = values.reduce(0, +) / n
            return values.reduce(0) { $0 + $1 * $1 } / n - mean * mean
        }
        func welford(_ values: [Double]) -> Double {
            var moments = RunningMoments()
            for value in values { moments.add(value) }
            return moments.populationVariance
        }
        #expect(isClose(welford(values), textbook(values)))
        let far = values.map { $0 + 1e9 }
        #expect(isClose(welford(far), welford(values), 1e-6))
        #expect(!isClose(textbook(far), welford(values), 1), "E[X²] − E[X]² is all cancellation at 10⁹")
    }

    private static let table = JointDistribution(Matrix(rows: 3, columns: 2, [0.1, 0.2, 0.05, 0.25, 0.3, 0.1]))

    /// Marginals, conditionals, and Bayes's rule in both directions.
    @Test func marginalsAndConditionals() {
        let table = Self.table
        #expect(areClose(table.marginalX, [0.3, 0.3, 0.4]) && areClose(table.marginalY, [0.45, 0.55]))
        for y in 0..<2 { #expect(isClose(table.xGivenY.column(y).reduce(0, +), 1)) }
        for x in 0..<3 { #expect(isClose(table.yGivenX.column(x).reduce(0, +), 1)) }
        for x in 0..<3 {
            let bayes = posterior(prior: table.marginalY, likelihood: table.xGivenY.row(x))
            #expect(areClose(bayes.probabilities, table.yGivenX.column(x)))
            #expect(isClose(bayes.evidence, table.marginalX[x]))
        }
        let again = JointDistribution(likelihood: table.xGivenY, prior: table.marginalY)
        #expect(areClose(again.probabilities.elements, table.probabilities.elements))
        // Σ_x P(x, y) = 1 for every y is wrong: the sum is P(y), and with n values of y the total would be n.
        for y in 0..<2 { #expect(isClose(table.probabilities.column(y).reduce(0, +), table.marginalY[y])) }
        #expect(table.marginalY.allSatisfy { $0 < 0.999 })
    }

    /// Independence is P(x, y) = P(x) P(y), which is P(y | x) = P(y).
    @Test func independence() {
        let (p, q) = (distribution(3, seed: 4), distribution(4, seed: 5))
        let product = JointDistribution(outerProduct(p, q))
        #expect(product.isIndependent() && !Self.table.isIndependent())
        for x in 0..<3 { #expect(areClose(product.yGivenX.column(x), product.marginalY)) }
        #expect(!areClose(Self.table.yGivenX.column(0), Self.table.marginalY))
        // P(x, y) = P(x) would require P(y) = 1: independent variables violate it, and their sum would be 4, not 1.
        #expect(!areClose(product.probabilities.column(0), product.marginalX))
        #expect(isClose(4 * product.marginalX.reduce(0, +), 4))
    }

    /// Linearity, constants, and the tower rule E[E[f | y]] = E[f].
    @Test func expectations() {
        let table = Self.table
        func f(_ x: Int, _ y: Int) -> Double { Double(x * x) - 3 * Double(y) }
        func g(_ x: Int, _ y: Int) -> Double { exp(0.3 * Double(x + 2 * y)) }
        let (meanF, meanG) = (table.expectation(of: f), table.expectation(of: g))
        #expect(isClose(table.expectation { 2 * f($0, $1) - 5 * g($0, $1) + 7 }, 2 * meanF - 5 * meanG + 7))
        #expect(isClose(innerProduct(table.marginalY, table.conditionalExpectation(of: g)), meanG))
        // The expectation is a number, so its own expectation is itself: E_z[log p(x)] = log p(x), without z.
        #expect(isClose(table.expectation { _, _ in meanG }, meanG))
        let evidence = log(table.marginalX[1])
        let overY = zip(table.yGivenX.column(1), table.yGivenX.column(1).indices).reduce(0) { $0 + $1.0 * evidence }
        #expect(isClose(overY, evidence))
        // Expectations of products are products only if the variables are independent.
        func x(_ x: Int, _: Int) -> Double { Double(x) }
        func y(_: Int, _ y: Int) -> Double { Double(y) }
        func covariance(_ table: JointDistribution) -> Double {
            table.expectation { Double($0 * $1) } - table.expectation(of: x) * table.expectation(of: y)
        }
        #expect(abs(covariance(table)) > 0.01)
        #expect(abs(covariance(JointDistribution(outerProduct(table.marginalX, table.marginalY)))) < 1e-15)
    }

    /// ∇ log p = ∇p / p, and its mean under p is 0, which is why a baseline adds no bias.
    @Test func logDerivatives() {
        let logits = numbers(5, seed: 6)
        let p = softmax(logits)
        let jacobian = softmaxJacobian(logits)
        var mean = [Double](repeating: 0, count: 5)
        for k in 0..<5 {
            let ofLog = gradient(at: logits) { q in
                (q[k].exp() / q.dropFirst().reduce(q[0].exp()) { $0 + $1.exp() }).log()
            }
            #expect(areClose(ofLog, jacobian.row(k).map { $0 / p[k] }))
            for i in 0..<5 { mean[i] += p[k] * ofLog[i] }
        }
        #expect(areClose(mean, [0, 0, 0, 0, 0]))
    }

    /// Both estimators agree with the exact gradient of E[z³] = μ³ + 3 μ σ², and the pathwise one has less variance.
    @Test func gradientEstimators() {
        let (mean, deviation, samples) = (0.8, 0.6, 40_000)
        let exact = gradient(at: [mean, deviation]) { $0[0] * $0[0] * $0[0] + Dual(3) * $0[0] * $0[1].squared() }
        var random = RandomStream(seed: 3)
        func check(_ estimate: GaussianGradient) {
            for (moments, expected) in [(estimate.mean, exact[0]), (estimate.deviation, exact[1])] {
                let standardError = (moments.sampleVariance / Double(samples)).squareRoot()
                #expect(abs(moments.mean - expected) < 4 * standardError)
                #expect(standardError < 0.1)
            }
        }
        let pathwise = pathwiseGradient(mean: mean, deviation: deviation, samples: samples, random: &random) {
            $0 * $0 * $0
        }
        let score = scoreFunctionGradient(mean: mean, deviation: deviation, samples: samples, random: &random) {
            $0 * $0 * $0
        }
        let baselined = scoreFunctionGradient(
            mean: mean, deviation: deviation, baseline: mean * mean * mean + 3 * mean * deviation * deviation,
            samples: samples, random: &random
        ) { $0 * $0 * $0 }
        for estimate in [pathwise, score, baselined] { check(estimate) }
        #expect(pathwise.mean.sampleVariance < 0.5 * baselined.mean.sampleVariance)
        #expect(baselined.mean.sampleVariance < score.mean.sampleVariance)
        // E_z[∇_φ f(z)] is 0, because f does not contain φ: the distribution's part is the whole gradient.
        #expect(abs(exact[0]) > 1)
    }

    /// The density integrates to 1 and has the moments it names.
    @Test func normalDensity() {
        var (mass, mean, variance) = (0.0, 0.0, 0.0)
        let step = 0.001
        for index in -8_000...8_000 {
            let x = 1.5 + Double(index) * step
            let weight = step * exp(normalLogDensity(x, mean: 1.5, deviation: 0.7))
            mass += weight
            mean += weight * x
            variance += weight * (x - 1.5) * (x - 1.5)
        }
        #expect(isClose(mass, 1, 1e-9) && isClose(mean, 1.5, 1e-9) && isClose(variance, 0.49, 1e-9))
    }
}
