// Element-by-element operations. Operands of different shapes are broadcast by NumPy's rule.

extension Tensor {
    /// −x.
    public static prefix func - (x: Tensor) -> Tensor { x.unary(.negate) }

    /// x + y.
    public static func + (x: Tensor, y: Tensor) -> Tensor { binary(.add, x, y) }
    /// x + y.
    public static func + (x: Tensor, y: Double) -> Tensor { x + Tensor(y) }
    /// x + y.
    public static func + (x: Double, y: Tensor) -> Tensor { Tensor(x) + y }

    /// x − y.
    public static func - (x: Tensor, y: Tensor) -> Tensor { binary(.subtract, x, y) }
    /// x − y.
    public static func - (x: Tensor, y: Double) -> Tensor { x - Tensor(y) }
    /// x − y.
    public static func - (x: Double, y: Tensor) -> Tensor { Tensor(x) - y }

    /// x · y, element by element.
    public static func * (x: Tensor, y: Tensor) -> Tensor { binary(.multiply, x, y) }
    /// x · y.
    public static func * (x: Tensor, y: Double) -> Tensor { x * Tensor(y) }
    /// x · y.
    public static func * (x: Double, y: Tensor) -> Tensor { Tensor(x) * y }

    /// x / y, element by element.
    public static func / (x: Tensor, y: Tensor) -> Tensor { binary(.divide, x, y) }
    /// x / y.
    public static func / (x: Tensor, y: Double) -> Tensor { x / Tensor(y) }
    /// x / y.
    public static func / (x: Double, y: Tensor) -> Tensor { Tensor(x) / y }

    /// 1 where x < y, otherwise 0. No gradient.
    public static func .< (x: Tensor, y: Tensor) -> Tensor { binary(.less, x, y) }
    /// 1 where x ≤ y, otherwise 0. No gradient.
    public static func .<= (x: Tensor, y: Tensor) -> Tensor { binary(.lessEqual, x, y) }
    /// 1 where x > y, otherwise 0. No gradient.
    public static func .> (x: Tensor, y: Tensor) -> Tensor { binary(.less, y, x) }
    /// 1 where x ≥ y, otherwise 0. No gradient.
    public static func .>= (x: Tensor, y: Tensor) -> Tensor { binary(.lessEqual, y, x) }
    /// 1 where x = y, otherwise 0. No gradient.
    public static func .== (x: Tensor, y: Tensor) -> Tensor { binary(.equal, x, y) }

    /// eˣ.
    public func exp() -> Tensor { unary(.exp) }
    /// The natural logarithm: −∞ at 0, NaN below.
    public func log() -> Tensor { unary(.log) }
    /// √x.
    public func squareRoot() -> Tensor { unary(.squareRoot) }
    /// x².
    public func squared() -> Tensor { unary(.square) }
    /// |x|; its gradient at 0 is 0.
    public func absolute() -> Tensor { unary(.absolute) }
    /// −1, 0 or 1. No gradient.
    public func sign() -> Tensor { unary(.sign) }
    /// max(x, 0); its gradient at 0 is 0.
    public func relu() -> Tensor { unary(.relu) }
    /// 1 / (1 + e⁻ˣ).
    public func sigmoid() -> Tensor { unary(.sigmoid) }
    /// The hyperbolic tangent.
    public func tanh() -> Tensor { unary(.tanh) }
    /// log(1 + eˣ), without overflow.
    public func softplus() -> Tensor { unary(.softplus) }

    /// The integers as float32. No gradient.
    public func asFloat() -> Tensor {
        precondition(type == .int32, "asFloat: the tensor is \(type) already")
        return Tensor(Node(.unary(.floatFromInt32), [node], shape: shape, type: .float32))
    }

    /// Values below `lower` become `lower`, values above `upper` become `upper`; no gradient flows outside.
    public func clamped(_ lower: Double, _ upper: Double) -> Tensor {
        precondition(lower <= upper, "clamped: the lower bound \(lower) is above the upper bound \(upper)")
        let inside = (Tensor(lower) .<= self) * (self .<= Tensor(upper))
        return Tensor.select(inside, self, minimum(maximum(self, Tensor(lower)), Tensor(upper)).withoutGradient())
    }

    /// The same values, through which no gradient flows.
    public func withoutGradient() -> Tensor { Tensor(Node(.stopGradient, [node], shape: shape, type: type)) }

    /// `a` where the condition isn't 0, otherwise `b`. No gradient flows to the condition.
    public static func select(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
        condition.requireFloats("select")
        let first = common("select", a, b)
        guard let shape = first.broadcast(with: condition.shape) else {
            preconditionFailure(mismatch("select", condition.shape, first))
        }
        return Tensor(Node(.select, [condition.node, a.node, b.node], shape: shape, type: .float32))
    }

    /// Stops where the operation called `name` is given integers.
    func requireFloats(_ name: String) {
        precondition(
            type == .float32, "\(name): an operand of the shape \(shape) is \(type); convert it with asFloat()")
    }

    func unary(_ operation: Operation.Unary) -> Tensor {
        requireFloats(operation.rawValue)
        return Tensor(Node(.unary(operation), [node], shape: shape, type: .float32))
    }

    static func binary(_ operation: Operation.Binary, _ x: Tensor, _ y: Tensor) -> Tensor {
        let shape = common(operation.rawValue, x, y)
        return Tensor(Node(.binary(operation), [x.node, y.node], shape: shape, type: .float32))
    }

    private static func common(_ name: String, _ x: Tensor, _ y: Tensor) -> Shape {
        x.requireFloats(name)
        y.requireFloats(name)
        guard let shape = x.shape.broadcast(with: y.shape) else {
            preconditionFailure(mismatch(name, x.shape, y.shape))
        }
        return shape
    }

    static func mismatch(_ name: String, _ x: Shape, _ y: Shape) -> String {
        "\(name): the shapes \(x) and \(y) don't broadcast; aligned at the right, each pair of extents must be equal or hold a 1"
    }
}

/// The larger of two tensors, element by element; a tie gives each half of the gradient.
public func maximum(_ x: Tensor, _ y: Tensor) -> Tensor { Tensor.binary(.maximum, x, y) }

/// The smaller of two tensors, element by element; a tie gives each half of the gradient.
public func minimum(_ x: Tensor, _ y: Tensor) -> Tensor { Tensor.binary(.minimum, x, y) }
