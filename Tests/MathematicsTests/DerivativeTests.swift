import Foundation
import Random
import Testing

@testable import Mathematics

/// The rules of differentiation compared with central differences and closed forms.
@Suite struct DerivativeTests {
    /// Functions of one positive number, each written once for numbers and duals alike.
    enum Formula: CaseIterable {
        case sum, difference, product, quotient, reciprocal, power, exponential, logarithm, sine, cosine, hyperbolic
        case root, sigmoid, nested

        func callAsFunction<Number: Elementary>(_ x: Number) -> Number {
            switch self {
            case .sum: x.sin() + x.squared()
            case .difference: x.exp() - x * x * x
            case .product: x.sin() * x.exp()
            case .quotient: x.exp() / (Number(1) + x.squared())
            case .reciprocal: Number(1) / x.cos()
            case .power: x.raised(to: x.sin())
            case .exponential: (-x.squared()).exp()
            case .logarithm: (x + Number(3)).log()
            case .sine: (x * x).sin()
            case .cosine: x.log().cos()
            case .hyperbolic: (Number(2) * x).tanh()
            case .root: (x.squared() + Number(1)).squareRoot()
            case .sigmoid: (x - Number(0.5)).sigmoid()
            case .nested: (x.sin() / x.raised(to: Number(1.7))).exp().squareRoot()
            }
        }
    }

    @Test(arguments: Formula.allCases) func rules(_ formula: Formula) {
        for x in numbers(10, seed: 2, in: 0.3...1.3) {
            let exact = derivative(at: x) { formula($0) }
            #expect(isClose(exact, centralDifference(at: x) { formula($0) }, 1e-8), "\(formula) at \(x)")
            let second = secondDerivative(at: x) { formula($0) }
            let numeric = centralDifference(at: x) { derivative(at: $0) { formula($0) } }
            #expect(isClose(second, numeric, 1e-7), "the second derivative of \(formula) at \(x)")
        }
    }

    /// The named rules, and (f g − f′ g) / g², which some texts have for the quotient.
    @Test func namedRules() {
        func upper(_ x: Dual<Double>) -> Dual<Double> { x.squared() + Dual(1) }
        func lower(_ x: Dual<Double>) -> Dual<Double> { x.sin() + Dual(2) }
        for x in numbers(10, seed: 3, in: 0.2...2) {
            let (above, below) = (upper(Dual(variable: x)), lower(Dual(variable: x)))
            let (f, df, g, dg) = (above.value, above.derivative, below.value, below.derivative)
            let quotient = derivative(at: x) { upper($0) / lower($0) }
            #expect(isClose(quotient, (df * g - f * dg) / (g * g)))
            #expect(!isClose(quotient, (f * g - df * g) / (g * g), 1e-3))
            #expect(isClose(derivative(at: x) { Dual(1) / upper($0) }, -df / (f * f)))
            let power = derivative(at: x) { upper($0).raised(to: lower($0)) }
            #expect(isClose(power, pow(f, g) * (dg * log(f) + g * df / f)))
        }
    }

    /// df/dt = f_x x′ + f_y y′ + f_t, and Jacobians of composed maps multiply.
    @Test func chainRule() {
        func f(_ x: Dual<Double>, _ y: Dual<Double>, _ t: Dual<Double>) -> Dual<Double> {
            x * y.sin() + t * x.squared()
        }
        func x(_ t: Dual<Double>) -> Dual<Double> { t.exp() }
        func y(_ t: Dual<Double>) -> Dual<Double> { t * t }
        for t in numbers(10, seed: 4) {
            let total = derivative(at: t) { f(x($0), y($0), $0) }
            let partial = gradient(at: [x(Dual(t)).value, y(Dual(t)).value, t]) { f($0[0], $0[1], $0[2]) }
            let slopes = [derivative(at: t, of: x), derivative(at: t, of: y), 1]
            #expect(isClose(total, innerProduct(partial, slopes)))
        }
        // g: ℝ² → ℝ³ and f: ℝ³ → ℝ²: the Jacobian of f ∘ g is 2 × 2, the product of 2 × 3 and 3 × 2.
        func inner(_ v: [Dual<Double>]) -> [Dual<Double>] { [v[0] * v[1], v[0].sin(), v[1].exp()] }
        func outer(_ v: [Dual<Double>]) -> [Dual<Double>] { [v[0] + v[1] * v[2], v[2].cos() * v[0]] }
        func jacobian(_ map: ([Dual<Double>]) -> [Dual<Double>], at point: [Double], outputs: Int) -> Matrix {
            let rows = (0..<outputs).map { row in gradient(at: point) { map($0)[row] } }
            return Matrix(rows: outputs, columns: point.count) { rows[$0][$1] }
        }
        let point = numbers(2, seed: 5)
        let middle = inner(point.map { Dual($0) }).map(\.value)
        let product = jacobian(outer, at: middle, outputs: 2) * jacobian(inner, at: point, outputs: 3)
        #expect(areClose(jacobian({ outer(inner($0)) }, at: point, outputs: 2).elements, product.elements))
    }

    /// σ′ = σ(x) σ(−x) far from 0, where 1 − σ loses all digits and e⁻ˣ overflows.
    @Test func sigmoidsHaveDerivativesEverywhere() {
        for x in [-740.0, -710, -709, -40, -1, 0, 1, 40, 709, 710, 740] {
            let slope = derivative(at: x) { $0.sigmoid() }
            let expected = Foundation.exp(-abs(x)) / pow(1 + Foundation.exp(-abs(x)), 2)
            #expect(abs(slope - expected) <= 1e-12 * expected, "\(x): \(slope)")
            #expect(secondDerivative(at: x) { $0.sigmoid() }.isFinite)
        }
        #expect(derivative(at: -1e308) { $0.sigmoid() } == 0 && derivative(at: 1e308) { $0.sigmoid() } == 0)
    }
}
