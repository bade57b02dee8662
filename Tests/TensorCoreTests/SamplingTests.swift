import Foundation
import Testing

@testable import TensorCore

/// Samples by their moments and probabilities, within five standard errors.
@Suite struct SamplingTests {
    private static let count = 40_000

    private func sample(_ seed: UInt64 = 7, _ body: @escaping () -> Tensor) throws -> [Double] {
        let program = Program("sample", seed: seed) { _ in [body()] }
        let plan = try program.plan()
        plan.run()
        return plan.outputs[0].type == .float32
            ? plan.output(0).map(Double.init) : plan.integerOutput(0).map(Double.init)
    }

    private func expectMoments(_ values: [Double], mean: Double, variance: Double, fourth: Double) {
        let n = Double(values.count)
        let average = values.reduce(0, +) / n
        let spread = values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / n
        #expect(abs(average - mean) < 5 * (variance / n).squareRoot(), "mean \(average), expected \(mean)")
        let error = ((fourth - variance * variance) / n).squareRoot()
        #expect(abs(spread - variance) < 5 * error, "variance \(spread), expected \(variance)")
    }

    /// Fourth central moments: π⁴ · 3/20 for Gumbel (kurtosis 5.4), 7π⁴/15 for the logistic (kurtosis 4.2).
    @Test func gumbelAndLogistic() throws {
        let pi2 = Double.pi * Double.pi
        let gumbel = try sample { .randomGumbel([Self.count]) }
        expectMoments(gumbel, mean: 0.577_215_664_9, variance: pi2 / 6, fourth: 5.4 * pi2 * pi2 / 36)
        let logistic = try sample { .randomLogistic([Self.count]) }
        expectMoments(logistic, mean: 0, variance: pi2 / 3, fourth: 4.2 * pi2 * pi2 / 9)
        #expect(gumbel.allSatisfy(\.isFinite) && logistic.allSatisfy(\.isFinite))
    }

    /// Between −1 and 2 the moments follow from the density at the bounds.
    @Test func truncatedNormal() throws {
        let (a, b) = (-1.0, 2.0)
        let density = { (x: Double) in exp(-x * x / 2) / (2 * Double.pi).squareRoot() }
        let mass = (erf(b / 2.0.squareRoot()) - erf(a / 2.0.squareRoot())) / 2
        let mean = (density(a) - density(b)) / mass
        let second = 1 + (a * density(a) - b * density(b)) / mass
        let values = try sample { .randomTruncatedNormal([Self.count], from: a, to: b) }
        #expect(values.allSatisfy { $0 >= a && $0 <= b })
        expectMoments(values, mean: mean, variance: second - mean * mean, fourth: 1.2)
    }

    @Test func bernoulli() throws {
        let values = try sample { Tensor.full(0.3, shape: [Self.count]).bernoulliSample() }
        expectMoments(values, mean: 0.3, variance: 0.21, fourth: 0.21 * (1 - 3 * 0.21))
        #expect(try sample { Tensor.zeros([100]).bernoulliSample() }.allSatisfy { $0 == 0 })
        #expect(try sample { Tensor.ones([100]).bernoulliSample() }.allSatisfy { $0 == 1 })
    }

    @Test func categorical() throws {
        let probabilities = [0.5, 0.25, 0.2, 0.05, 0]
        let logits = Tensor(probabilities.map { Float(log($0)) })
        let values = try sample { logits.broadcast(to: [Self.count, 5]).categoricalSample() }
        for (label, probability) in probabilities.enumerated() {
            let share = Double(values.count { $0 == Double(label) }) / Double(Self.count)
            let error = (probability * (1 - probability) / Double(Self.count)).squareRoot()
            #expect(abs(share - probability) <= 5 * error, "class \(label): \(share), expected \(probability)")
        }
    }

    /// Each replay samples new numbers, each node its own, and the same seed gives the same ones.
    @Test func nodesAndReplaysDiffer() throws {
        let program = Program("two", seed: 3) { _ in [.randomGumbel([64]), .randomGumbel([64])] }
        let plan = try program.plan()
        plan.run()
        let first = [Array(plan.output(0)), Array(plan.output(1))]
        plan.run()
        #expect(first[0] != first[1] && Array(plan.output(0)) != first[0])
        let again = try Program("two", seed: 3) { _ in [.randomGumbel([64]), .randomGumbel([64])] }.plan()
        again.run()
        #expect(Array(again.output(0)) == first[0])
    }
}
