import TensorCore

/// A function to be minimised over all its data at once, with its gradient, for ``LBFGS``.
///
/// Points are in float64, so that the minimiser's own sums don't round.
public protocol Objective {
    /// f(x) and ∇f(x).
    func evaluate(at x: [Double]) throws -> (value: Double, gradient: [Double])
}

/// An objective whose Hessian H can be multiplied with a vector, for ``NewtonMethod``.
public protocol TwiceDifferentiableObjective: Objective {
    /// H(x) v.
    func hessianProduct(at x: [Double], _ v: [Double]) throws -> [Double]
}

/// The loss of a module as a function of all its parameters, concatenated in order.
///
/// ```swift
/// let loss = LossObjective(model.parameters) { crossEntropy(logits: model(images), labels: labels).mean() }
/// loss.point = try LBFGS().minimize(loss, from: loss.point).point
/// ```
///
/// The products H v are the gradient of the gradient times v (Pearlmutter 1994), at twice the cost of a gradient and
/// without a Hessian. Values are computed in float32, so that a minimum is found to about half of its digits.
public final class LossObjective: TwiceDifferentiableObjective {
    private let parameters: Parameters
    private let direction: [Variable]
    private let gradient, product: Program

    /// Declares the objective; `loss` is recorded, and may read constants and variables, but no random numbers.
    ///
    /// - Precondition: the loss has one element.
    public init(_ parameters: Parameters, _ loss: @escaping () throws -> Tensor) {
        self.parameters = parameters
        let variables = parameters.variables
        let direction = variables.map { Variable(zeros: $0.shape, name: "direction") }
        self.direction = direction
        gradient = Program("objective") { _ in
            let loss = try loss()
            return [loss] + gradients(of: loss, withRespectTo: variables)
        }
        product = Program("hessian product") { _ in
            let first = gradients(of: try loss(), withRespectTo: variables)
            let slope = zip(first, direction).map { ($0 * $1.tensor).sum() }.reduce(Tensor(0), +)
            return gradients(of: slope, withRespectTo: variables)
        }
    }

    /// The parameters' values, concatenated.
    public var point: [Double] {
        get { parameters.variables.flatMap { $0.values.map(Double.init) } }
        set { Self.write(newValue, to: parameters.variables) }
    }

    /// The loss and its gradient; leaves the parameters at `x`.
    public func evaluate(at x: [Double]) throws -> (value: Double, gradient: [Double]) {
        point = x
        let plan = try gradient.plan()
        plan.run()
        return (Double(plan.output(0)[0]), Self.joined(plan, from: 1, count: direction.count))
    }

    /// The Hessian times `v`; leaves the parameters at `x`.
    public func hessianProduct(at x: [Double], _ v: [Double]) throws -> [Double] {
        point = x
        Self.write(v, to: direction)
        let plan = try product.plan()
        plan.run()
        return Self.joined(plan, from: 0, count: direction.count)
    }

    private static func joined(_ plan: Plan, from first: Int, count: Int) -> [Double] {
        (first..<first + count).flatMap { plan.output($0).map(Double.init) }
    }

    private static func write(_ values: [Double], to variables: [Variable]) {
        let count = variables.reduce(0) { $0 + $1.count }
        precondition(values.count == count, "the point has \(values.count) elements, the parameters have \(count)")
        var start = 0
        for variable in variables {
            variable.set(values[start..<start + variable.count].map { Float($0) })
            start += variable.count
        }
    }
}

/// Where a minimiser stopped.
public struct Minimum: Hashable, Sendable {
    /// The last point.
    public var point: [Double]
    /// f there.
    public var value: Double
    /// The largest magnitude of an element of ∇f there; NaN if one of them is.
    public var largestSlope: Double
    /// The number of steps made.
    public var iterations: Int
    /// Whether the largest slope fell below the tolerance, where f is finite. Otherwise the steps ran out, f diverged,
    /// or no step led lower; with a float32 loss that is where rounding begins.
    public var isConverged: Bool
}
