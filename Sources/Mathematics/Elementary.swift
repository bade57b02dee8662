import Foundation

/// A number with the elementary functions. A formula written over it can be evaluated (with `Double`) and
/// differentiated (with ``Dual``).
public protocol Elementary {
    /// The constant `value`.
    init(_ value: Double)
    /// −x.
    static prefix func - (x: Self) -> Self
    /// x + y.
    static func + (x: Self, y: Self) -> Self
    /// x − y.
    static func - (x: Self, y: Self) -> Self
    /// x y.
    static func * (x: Self, y: Self) -> Self
    /// x / y.
    static func / (x: Self, y: Self) -> Self
    /// eˣ.
    func exp() -> Self
    /// The natural logarithm.
    func log() -> Self
    /// The sine of an angle in radians.
    func sin() -> Self
    /// The cosine of an angle in radians.
    func cos() -> Self
    /// The hyperbolic tangent.
    func tanh() -> Self
    /// √x.
    func squareRoot() -> Self
    /// σ(x) = 1 / (1 + e⁻ˣ).
    func sigmoid() -> Self
}

extension Elementary {
    /// x².
    public func squared() -> Self { self * self }

    /// x^y = e^(y ln x), for a positive x.
    public func raised(to exponent: Self) -> Self { (exponent * log()).exp() }
}

extension Double: Elementary {
    /// eˣ.
    public func exp() -> Double { Foundation.exp(self) }
    /// The natural logarithm.
    public func log() -> Double { Foundation.log(self) }
    /// The sine of an angle in radians.
    public func sin() -> Double { Foundation.sin(self) }
    /// The cosine of an angle in radians.
    public func cos() -> Double { Foundation.cos(self) }
    /// The hyperbolic tangent.
    public func tanh() -> Double { Foundation.tanh(self) }
    /// σ(x), by the exponential that doesn't overflow.
    public func sigmoid() -> Double {
        self < 0 ? Foundation.exp(self) / (1 + Foundation.exp(self)) : 1 / (1 + Foundation.exp(-self))
    }
}
