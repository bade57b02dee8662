import Foundation
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// Properties of the activations beyond single values.
@Suite struct ActivationTests {
    private static let points = uniformValues(200, seed: 3, in: -6...6)

    /// tanh(x) = 2σ(2x) − 1; its misprint 2 / cosh(2x) − 1 is even, and wrong everywhere except at one point.
    @Test func tanhIsAScaledSigmoid() throws {
        let x = Tensor(Self.points.map(Float.init))
        #expect(try distance(x.tanh(), 2 * (2 * x).sigmoid() - 1) < 1e-6)
        let misprint = Self.points.map { 2 / cosh(2 * $0) - 1 }
        let differences = zip(Self.points, misprint).map { abs(tanh($0) - $1) }
        #expect(differences.max()! > 1)
        #expect(abs(tanh(0.0) - (2 / cosh(0.0) - 1)) == 1)
    }

    /// Slopes are new in each replay, within the bounds, with the right mean; in evaluation they are the mean.
    @Test func rreluDrawsItsSlopes() throws {
        let x = Tensor([Float](repeating: -1, count: 20_000) + [2, 3])
        let plan = try Program("rrelu") { _ in
            [Mode.training { x.rrelu(lower: 0.2, upper: 0.6) }, x.rrelu(lower: 0.2, upper: 0.6)]
        }.plan()
        plan.run()
        let first = Array(plan.output(0))
        plan.run()
        let second = Array(plan.output(0))
        #expect(first != second)
        #expect(first.suffix(2) == [2, 3])
        let slopes = first.prefix(20_000).map { -Double($0) }
        #expect(slopes.allSatisfy { (0.2...0.6).contains($0 + 1e-7) || (0.2...0.6).contains($0) })
        #expect(slopes.min()! < 0.21 && slopes.max()! > 0.59)
        // Five standard errors of the mean.
        let error = 0.4 / (12.0 * 20_000).squareRoot()
        #expect(abs(slopes.reduce(0, +) / 20_000 - 0.4) < 5 * error)
        #expect(plan.output(1).prefix(20_000).allSatisfy { $0 == -0.4 })
    }

    /// For extreme inputs neither values nor gradients overflow to NaN.
    @Test(arguments: Activation.allCases) func farOutAllIsFinite(_ activation: Activation) throws {
        let x = Tensor([-1e4, -200, 200, 1e4])
        let y = activation(x)
        #expect(try y.floats().allSatisfy(\.isFinite))
        #expect(try gradients(of: y.sum(), withRespectTo: [x])[0].floats().allSatisfy(\.isFinite))
    }

    /// The form with tanh is close to the exact one, but not equal.
    @Test func geluHasTwoForms() throws {
        let x = Tensor(Self.points.map(Float.init))
        let difference = try distance(x.gelu(), x.geluTanh())
        #expect(difference < 5e-4 && difference > 1e-5)
    }

    /// Inputs with mean 0 and variance 1 keep both.
    @Test func seluNormalizesItself() throws {
        let y = try runOnce { [Tensor.randomNormal([200_000]).selu()] }[0].map(Double.init)
        let mean = y.reduce(0, +) / Double(y.count)
        let variance = y.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(y.count)
        #expect(abs(mean) < 0.015 && abs(variance - 1) < 0.03)
    }

    /// Maxout of the pieces x, −x and 0 is |x|: it can represent any convex function.
    @Test func maxoutMakesConvexFunctions() throws {
        let x = Tensor([-2, -0.5, 1, 3], shape: [4, 1])
        let pieces = Tensor.concatenated([x, -x, 0 * x], axis: -1)
        #expect(try pieces.maxout(pieces: 3).floats() == [2, 0.5, 1, 3])
    }
}
