import Mathematics

/// Newton's method w ← w − H⁻¹g, with H⁻¹g by conjugate gradients on products with the Hessian (Martens 2010),
/// truncated where the curvature isn't positive (Nocedal & Wright 2006, algorithm 7.1), and with each step shortened
/// until f decreases.
///
/// A quadratic is minimised in one step.
public struct NewtonMethod: Hashable, Sendable {
    /// λ ≥ 0, added to the Hessian's diagonal: large values turn the step towards the gradient and shorten it.
    public var damping: Double
    /// The maximum number of steps.
    public var iterations: Int
    /// The maximum number of products with the Hessian per step; up to rounding, the number of parameters is enough.
    public var productLimit: Int
    /// The minimum counts as reached when no element of the gradient is larger.
    public var tolerance: Double

    /// Makes a minimiser.
    public init(damping: Double = 0, iterations: Int = 50, productLimit: Int = 100, tolerance: Double = 1e-7) {
        precondition(damping >= 0, "the damping \(damping) must be at least 0")
        (self.damping, self.iterations) = (damping, iterations)
        (self.productLimit, self.tolerance) = (productLimit, tolerance)
    }

    /// Minimises `f` from a starting point.
    ///
    /// - Throws: any error that `f` throws.
    public func minimize(_ f: some TwiceDifferentiableObjective, from start: [Double]) throws -> Minimum {
        let (value, gradient) = try f.evaluate(at: start)
        var here = LineSearch.Trial(step: 0, point: start, value: value, gradient: gradient, slope: 0)
        var made = 0
        while made < iterations && here.largestSlope > tolerance {
            // Accuracy increases towards the minimum: convergence stays quadratic (Dembo, Eisenstat & Steihaug 1982).
            let length = norm(here.gradient)
            let accuracy = length * min(1e-6, length)
            let direction = try conjugateGradients(
                here.gradient.map { -$0 }, limit: productLimit, accuracy: accuracy
            ) { v in
                zip(try f.hessianProduct(at: here.point, v), v).map { $0 + damping * $1 }
            }
            here.slope = innerProduct(here.gradient, direction)
            here.step = 0
            guard here.slope < 0,
                let next = try LineSearch.backtracking.search(f, from: here, along: direction, guess: 1)
            else { break }
            here = next
            made += 1
        }
        return here.minimum(iterations: made, tolerance: tolerance)
    }
}

/// Solves A x = b for a symmetric positive definite A known only by its products (Hestenes & Stiefel 1952). If A is not
/// positive definite, it returns the solution found before a direction of curvature dᵀAd ≤ 0, or b itself if that is
/// the first direction: still a direction in which the quadratic ½ xᵀAx − bᵀx decreases.
///
/// - Parameters:
///   - limit: The maximum number of products.
///   - accuracy: The norm of b − A x at which to stop.
func conjugateGradients(
    _ b: [Double], limit: Int, accuracy: Double, _ product: ([Double]) throws -> [Double]
) rethrows -> [Double] {
    var x = [Double](repeating: 0, count: b.count)
    var (residual, direction) = (b, b)
    var square = innerProduct(b, b)
    for iteration in 0..<limit where square.squareRoot() > accuracy {
        let image = try product(direction)
        let curvature = innerProduct(direction, image)
        guard curvature > 0 else { return iteration == 0 ? b : x }
        let step = square / curvature
        for i in x.indices {
            x[i] += step * direction[i]
            residual[i] -= step * image[i]
        }
        let next = innerProduct(residual, residual)
        for i in direction.indices { direction[i] = residual[i] + next / square * direction[i] }
        square = next
    }
    return x
}
