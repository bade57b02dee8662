/// A dual number a + b ε with ε² = 0 (Clifford 1873). Arithmetic on it carries the derivative along, because f(a + b ε)
/// = f(a) + f′(a) b ε: this is forward-mode differentiation.
///
/// The rules of differentiation are the operators themselves: f′g + f g′ for a product, (f′g − f g′) / g² for a
/// quotient, and f′(g) g′ for a composition. Duals of duals give second derivatives.
public struct Dual<Base: Elementary>: Elementary {
    /// a: the value.
    public var value: Base
    /// b: the derivative with respect to the variable that ``init(variable:)`` marked.
    public var derivative: Base

    /// A value with its derivative.
    public init(_ value: Base, derivative: Base) { (self.value, self.derivative) = (value, derivative) }

    /// A constant: its derivative is 0.
    public init(_ value: Double) { self.init(Base(value), derivative: Base(0)) }

    /// The variable to differentiate with respect to: its derivative is 1.
    public init(variable value: Base) { self.init(value, derivative: Base(1)) }

    /// (−f)′ = −f′.
    public static prefix func - (f: Dual) -> Dual { Dual(-f.value, derivative: -f.derivative) }

    /// (f + g)′ = f′ + g′.
    public static func + (f: Dual, g: Dual) -> Dual { Dual(f.value + g.value, derivative: f.derivative + g.derivative) }

    /// (f − g)′ = f′ − g′.
    public static func - (f: Dual, g: Dual) -> Dual { Dual(f.value - g.value, derivative: f.derivative - g.derivative) }

    /// (f g)′ = f′ g + f g′.
    public static func * (f: Dual, g: Dual) -> Dual {
        Dual(f.value * g.value, derivative: f.derivative * g.value + f.value * g.derivative)
    }

    /// (f / g)′ = (f′ g − f g′) / g².
    public static func / (f: Dual, g: Dual) -> Dual {
        Dual(
            f.value / g.value,
            derivative: (f.derivative * g.value - f.value * g.derivative) / (g.value * g.value))
    }

    /// (e^f)′ = e^f f′.
    public func exp() -> Dual { chained(value.exp(), value.exp()) }
    /// (ln f)′ = f′ / f.
    public func log() -> Dual { chained(value.log(), Base(1) / value) }
    /// (sin f)′ = cos f · f′.
    public func sin() -> Dual { chained(value.sin(), value.cos()) }
    /// (cos f)′ = −sin f · f′.
    public func cos() -> Dual { chained(value.cos(), -value.sin()) }
    /// (tanh f)′ = (1 − tanh² f) f′.
    public func tanh() -> Dual { chained(value.tanh(), Base(1) - value.tanh().squared()) }
    /// σ(f)′ = σ(f) σ(−f) f′: the quotient rule would give ∞ / ∞ below −709, and 1 − σ nothing above 37.
    public func sigmoid() -> Dual { chained(value.sigmoid(), value.sigmoid() * (-value).sigmoid()) }
    /// (√f)′ = f′ / (2 √f).
    public func squareRoot() -> Dual { chained(value.squareRoot(), Base(0.5) / value.squareRoot()) }

    /// (f^g)′ = f^g (g′ ln f + g f′ / f), for a positive f.
    public func raised(to g: Dual) -> Dual {
        let power = value.raised(to: g.value)
        return Dual(power, derivative: power * (g.derivative * value.log() + g.value * derivative / value))
    }

    /// The chain rule: the function's value here, and its derivative times that of this number.
    private func chained(_ result: Base, _ slope: Base) -> Dual { Dual(result, derivative: slope * derivative) }
}

/// f′(x).
public func derivative<Base: Elementary>(at x: Base, of f: (Dual<Base>) -> Dual<Base>) -> Base {
    f(Dual(variable: x)).derivative
}

/// f″(x): the derivative of the derivative.
public func secondDerivative(at x: Double, of f: (Dual<Dual<Double>>) -> Dual<Dual<Double>>) -> Double {
    derivative(at: x) { derivative(at: $0, of: f) }
}

/// The partial derivatives of f at x, with one evaluation of f each.
public func gradient(at x: [Double], of f: ([Dual<Double>]) -> Dual<Double>) -> [Double] {
    x.indices.map { marked in
        f(x.indices.map { $0 == marked ? Dual(variable: x[$0]) : Dual(x[$0]) }).derivative
    }
}
