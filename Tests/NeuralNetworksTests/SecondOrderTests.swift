import Foundation
import Mathematics
import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// Newton's method and L-BFGS, on functions in float64 and on losses of parameters.
@Suite struct SecondOrderTests {
    struct File: Decodable {
        var start: [Double]
        /// PyTorch's L-BFGS on Rosenbrock's function, steps of 0.1, four steps remembered.
        var path: [[Double]]
        var inputs: Golden.Array
        var classes: Golden.Array
        var optimum: [Double]
    }

    private static let file: File = Golden.load("minimizers.json")

    /// Σ (1 − xᵢ)² + 100 (xᵢ₊₁ − xᵢ²)² (Rosenbrock 1960): a curved valley with the minimum 0 at (1, …, 1).
    private struct Rosenbrock: TwiceDifferentiableObjective {
        static func value<Number: Elementary>(_ x: [Number]) -> Number {
            zip(x, x.dropFirst()).reduce(Number(0)) { sum, pair in
                sum + (Number(1) - pair.0).squared() + Number(100) * (pair.1 - pair.0.squared()).squared()
            }
        }

        func evaluate(at x: [Double]) -> (value: Double, gradient: [Double]) {
            (Self.value(x), gradient(at: x) { Self.value($0) })
        }

        /// d/dt ∇f(x + t v): duals of duals.
        func hessianProduct(at x: [Double], _ v: [Double]) -> [Double] {
            x.indices.map { marked in
                derivative(at: 0.0) { t in
                    let moved = zip(x, v).map { Dual<Double>($0) + t * Dual($1) }
                    let inner = moved.indices.map {
                        $0 == marked ? Dual(variable: moved[$0]) : Dual(moved[$0], derivative: Dual(0))
                    }
                    return Self.value(inner).derivative
                }
            }
        }
    }

    /// ½ xᵀ A x − bᵀ x.
    private struct Quadratic: TwiceDifferentiableObjective {
        var a: Matrix
        var b: [Double]

        func evaluate(at x: [Double]) -> (value: Double, gradient: [Double]) {
            let image = a * x
            return (0.5 * innerProduct(x, image) - innerProduct(b, x), zip(image, b).map { $0 - $1 })
        }

        func hessianProduct(at x: [Double], _ v: [Double]) -> [Double] { a * v }
    }

    private static func quadratic(_ size: Int, seed: UInt64) -> Quadratic {
        var random = RandomStream(seed: seed)
        let root = Matrix(rows: size, columns: size, (0..<size * size).map { _ in random.normal() })
        var a = root.transposed * root
        for i in 0..<size { a[i, i] += 0.5 }
        return Quadratic(a: a, b: (0..<size).map { _ in random.normal() })
    }

    private static func distance(_ x: [Double], _ y: [Double]) -> Double { norm(zip(x, y).map { $0 - $1 }) }

    /// w − H⁻¹ g is the minimum of a quadratic, and conjugate gradients find it in as many products as there are
    /// dimensions.
    @Test func newtonSolvesAQuadraticInOneStep() throws {
        for size in [1, 2, 8] {
            let f = Self.quadratic(size, seed: UInt64(size))
            let start = [Double](repeating: 3, count: size)
            let solution = conjugateGradients(f.b, limit: 2 * size, accuracy: 1e-12) { f.a * $0 }
            let one = try NewtonMethod(iterations: 1).minimize(f, from: start)
            #expect(one.iterations == 1 && Self.distance(one.point, solution) < 1e-4 * Self.distance(start, solution))
            let minimum = try NewtonMethod().minimize(f, from: start)
            #expect(minimum.isConverged && Self.distance(minimum.point, solution) < 1e-6)
            #expect(Self.distance(f.a * solution, f.b) < 1e-10)
        }
    }

    /// Damping shortens the step: (H + λ)⁻¹ g.
    @Test func dampedStep() throws {
        let f = Quadratic(a: Matrix(rows: 2, columns: 2, [2, 0, 0, 6]), b: [0, 0])
        let step = try NewtonMethod(damping: 2, iterations: 1).minimize(f, from: [1, 1]).point
        #expect(abs(step[0] - 0.5) < 1e-9 && abs(step[1] - 0.25) < 1e-9)
    }

    /// Where the curvature isn't positive, the step still leads downhill.
    @Test func negativeCurvature() throws {
        let saddle = Quadratic(a: Matrix(rows: 2, columns: 2, [1, 0, 0, -1]), b: [0, 0])
        #expect(conjugateGradients([0, 2], limit: 5, accuracy: 0) { saddle.a * $0 } == [0, 2])
        let step = try NewtonMethod(iterations: 3).minimize(saddle, from: [1, 0.1])
        #expect(step.value < saddle.evaluate(at: [1, 0.1]).value)
        // Rosenbrock's Hessian is indefinite here.
        let start = [0.0, 1.0]
        let f = Rosenbrock()
        #expect(innerProduct([1, 0], f.hessianProduct(at: start, [1, 0])) < 0)
        let minimum = try NewtonMethod(iterations: 100).minimize(f, from: start)
        #expect(minimum.isConverged && Self.distance(minimum.point, [1, 1]) < 1e-6)
    }

    @Test func newtonFollowsTheValley() throws {
        let f = Rosenbrock()
        for start in [[-1.2, 1], [0, 0, 0, 0], [2, -1, 1.5]] {
            let minimum = try NewtonMethod(iterations: 200, tolerance: 1e-10).minimize(f, from: start)
            #expect(minimum.isConverged && minimum.value < 1e-16, "\(minimum)")
        }
        let close = try NewtonMethod(iterations: 8, tolerance: 1e-12).minimize(f, from: [1.05, 1.1, 1.2, 1.45])
        #expect(close.value < 1e-20, "quadratic convergence near the minimum: \(close)")
    }

    /// Numbers, until a coordinate exceeds a limit.
    private struct Cliff: TwiceDifferentiableObjective {
        var limit: Double

        func evaluate(at x: [Double]) -> (value: Double, gradient: [Double]) {
            // The first element of the gradient stays finite: `max` of the magnitudes would keep it.
            x[1] > limit ? (.nan, [0, .nan]) : (-x[1], [0, -1])
        }
        func hessianProduct(at x: [Double], _ v: [Double]) -> [Double] { v }
    }

    /// What isn't a number has not converged, wherever among the slopes it is.
    @Test func divergenceIsNotConvergence() throws {
        for start in [[0.0, 2], [0, 0.5]] {
            let fixed = try LBFGS(lineSearch: .fixed(1)).minimize(Cliff(limit: 1), from: start)
            #expect(!fixed.isConverged && fixed.largestSlope.isNaN, "\(fixed)")
            let limited = try LBFGS().minimize(Cliff(limit: 1), from: start)
            let newton = try NewtonMethod().minimize(Cliff(limit: 1), from: start)
            #expect(!limited.isConverged && !newton.isConverged, "\(limited) \(newton)")
        }
        // Flat, but nowhere.
        struct Nowhere: Objective {
            func evaluate(at x: [Double]) -> (value: Double, gradient: [Double]) { (.nan, [0]) }
        }
        #expect(try !LBFGS().minimize(Nowhere(), from: [0]).isConverged)
    }

    /// With fixed steps the algorithm is PyTorch's, so the points are equal too.
    @Test func stepsEqualPyTorchs() throws {
        for (index, expected) in Self.file.path.enumerated() {
            let minimizer = LBFGS(historySize: 4, lineSearch: .fixed(0.1), iterations: index + 1, tolerance: 1e-12)
            let minimum = try minimizer.minimize(Rosenbrock(), from: Self.file.start)
            #expect(minimum.iterations == index + 1)
            #expect(Self.distance(minimum.point, expected) < 1e-10, "after \(index + 1) steps")
        }
        #expect(Self.file.path.count == 25)
    }

    @Test(arguments: [LineSearch.strongWolfe, .backtracking])
    func limitedMemoryFollowsTheValley(_ search: LineSearch) throws {
        for start in [[-1.2, 1], [-1.2, 1, -0.5, 0.8], [0, 0, 0, 0, 0, 0]] {
            let minimum = try LBFGS(lineSearch: search, iterations: 300).minimize(Rosenbrock(), from: start)
            #expect(minimum.isConverged && minimum.iterations < 100, "\(minimum)")
            #expect(Self.distance(minimum.point, [Double](repeating: 1, count: start.count)) < 1e-6)
        }
    }

    /// Each accepted point meets both conditions.
    @Test func strongWolfeConditions() throws {
        let f = Rosenbrock()
        for seed in 0..<40 {
            var random = RandomStream(seed: UInt64(seed))
            let point = (0..<3).map { _ in random.normal() }
            let (value, gradient) = f.evaluate(at: point)
            let direction = gradient.map { -$0 }
            let slope = innerProduct(gradient, direction)
            let start = LineSearch.Trial(step: 0, point: point, value: value, gradient: gradient, slope: slope)
            for guess in [1e-6, 1e-3, 1, 100] {
                let found = try LineSearch.strongWolfe.search(f, from: start, along: direction, guess: guess)
                let next = try #require(found)
                #expect(next.value <= value + 1e-4 * next.step * slope)
                #expect(abs(next.slope) <= 0.9 * abs(slope))
            }
        }
    }

    private static func regression() -> (parameters: Parameters, loss: () -> Tensor) {
        let inputs = Tensor(file.inputs.floats, shape: file.inputs.shape)
        let classes = Tensor(file.classes.floats, shape: [40, 1])
        let weight = Variable(zeros: [1, 3], name: "weight")
        let bias = Variable(zeros: [1], name: "bias")
        return (
            Parameters([("weight", weight), ("bias", bias)]),
            {
                let logits = inputs.matmul(weight.tensor, transposeRight: true) + bias.tensor
                return binaryCrossEntropy(logits: logits, targets: classes).mean()
                    + 0.005 * weight.tensor.squared().sum()
            }
        )
    }

    /// The penalised maximum-likelihood estimate of a logistic regression equals PyTorch's, with either method.
    @Test func logisticRegression() throws {
        let (parameters, loss) = Self.regression()
        let objective = LossObjective(parameters, loss)
        let zeros = [Double](repeating: 0, count: 4)
        let newton = try NewtonMethod(tolerance: 1e-6).minimize(objective, from: zeros)
        #expect(newton.isConverged && newton.iterations < 10)
        let limited = try LBFGS(tolerance: 1e-6).minimize(objective, from: zeros)
        #expect(limited.iterations < 30)
        for minimum in [newton, limited] {
            #expect(minimum.largestSlope < 1e-5 && Self.distance(minimum.point, Self.file.optimum) < 1e-3)
        }
        objective.point = newton.point
        #expect(Golden.difference(parameters.variables.flatMap(\.values), newton.point) < Golden.tolerance)
    }

    /// Products with the Hessian of a network's loss, compared with differences of its gradient; they are symmetric.
    @Test func hessianProducts() throws {
        var random = RandomStream(seed: 6)
        let network = MultilayerPerceptron([3, 4, 2], activation: .tanh, random: &random)
        let inputs = Tensor((0..<15).map { _ in Float(random.normal()) }, shape: [5, 3])
        let labels = Tensor((0..<5).map { Int32($0 % 2) }, shape: [5])
        let objective = LossObjective(network.parameters) {
            crossEntropy(logits: network(inputs), labels: labels).mean()
        }
        let (x, count) = (objective.point, objective.point.count)
        func vector() -> [Double] { (0..<count).map { _ in random.normal() } }
        let (u, v) = (vector(), vector())
        let product = try objective.hessianProduct(at: x, v)
        let h = 1e-2
        let above = try objective.evaluate(at: zip(x, v).map { $0 + h * $1 }).gradient
        let below = try objective.evaluate(at: zip(x, v).map { $0 - h * $1 }).gradient
        let numeric = zip(above, below).map { ($0 - $1) / (2 * h) }
        #expect(Self.distance(product, numeric) < 2e-3 * norm(product))
        let other = try objective.hessianProduct(at: x, u)
        #expect(abs(innerProduct(u, product) - innerProduct(v, other)) < 1e-5 * norm(u) * norm(product))
    }
}
