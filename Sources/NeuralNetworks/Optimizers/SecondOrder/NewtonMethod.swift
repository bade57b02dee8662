import Mathematics

/// Newton's method w ← w − H⁻¹g, with H⁻¹g by conjugate gradients on products with the Hessian (Martens 2010), truncated
/// where the curvature isn't positive (Nocedal & Wright 2006, algorithm 7.1), and each step shortened until f falls.
///
/// A quadratic is minimised in one step.
public struct NewtonMethod: Hashable, Sendable {
    /// λ ≥ 0, added to the Hessian's diagonal: large values turn the step towards the gradient and shorten it.
    public var damping: Double
    /// The steps made at most.
    public var iterations: Int
    /// Products with the Hessian for each step at most; as many as parameters are enough but for rounding.
    public var productLimit: Int
    /// Where the largest element of the gradient is no larger, the minimum is reached.
    public var tolerance: Double

    /// Makes a minimiser.
    public init(damping: Double = 0, iterations: Int = 50, productLimit: Int = 100, tolerance: Double = 1e-7) {
        precondition(damping >= 0, "the damping \(damping) must be at least 0")
        (self.damping, self.iterations) = (damping, iterations)
        (self.productLimit, self.tolerance) = (productLimit, tolerance)
    }

    /// Minimises `f` from a starting point.
    ///
    /// - Throws: what `f` throws.
    public func minimize(_ f: some TwiceDifferentiableObjective, from start: [Double]) throws -> Minimum {
        let (value, gradient) = try f.evaluate(at: start)
        var here = LineSearch.Trial(step: 0, point: start, value: value, gradient: gradient, slope: 0)
        var made = 0
        while made < iterations && here.largestSlope > tolerance {
            // The closer to the minimum, the more digits: convergence stays quadratic (Dembo, Eisenstat & Steihaug 1982).
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

/// Solves A x = b for a symmetric positive definite A known by its products alone (Hestenes & Stiefel 1952). Of another A it
/// gives what it has found before a direction of curvature dᵀAd ≤ 0, and b itself if that is the first: still a direction
/// in which the quadratic ½ xᵀAx − bᵀx falls.
///
/// - Parameters:
///   - limit: Products at most.
///   - accuracy: The norm of b − A x to stop at.
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
