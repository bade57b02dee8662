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

    /// log(1 + x), exact near 0.
    public func log1p() -> Tensor { unary(.log1p) }
    /// eˣ − 1, exact near 0.
    public func expm1() -> Tensor { unary(.expm1) }
    /// The sine of x radians.
    public func sine() -> Tensor { unary(.sine) }
    /// The cosine of x radians.
    public func cosine() -> Tensor { unary(.cosine) }
    /// The error function, 2/√π ∫₀ˣ e^{−t²} dt.
    public func erf() -> Tensor { unary(.erf) }
    /// The inverse of ``erf()``: ±∞ at ±1, NaN outside.
    public func erfInverse() -> Tensor { unary(.erfInverse) }
    /// log σ(x) = −log(1 + e⁻ˣ), without overflow.
    public func logSigmoid() -> Tensor { -(-self).softplus() }
    /// The largest whole number ≤ x. No gradient.
    public func floor() -> Tensor { unary(.floor) }
    /// The nearest whole number; ties go to the even one. No gradient.
    public func rounded() -> Tensor { unary(.round) }

    /// xʸ, element by element, like C's `pow`: NaN for a negative x unless y is whole.
    public func power(_ y: Tensor) -> Tensor { Self.binary(.power, self, y) }

    /// xʸ; small whole powers are computed as products.
    public func power(_ y: Double) -> Tensor {
        switch y {
        case 0: .ones(shape)
        case 1: self
        case 2: squared()
        case 3: squared() * self
        case 0.5: squareRoot()
        case -1: 1 / self
        default: power(Tensor(y))
        }
    }

    /// The numbers as int32, truncated towards zero. No gradient.
    public func asInteger() -> Tensor {
        requireFloats("asInteger")
        return Tensor(Node(.unary(.int32FromFloat), [node], shape: shape, type: .int32))
    }

    /// The integers as float32. No gradient.
    public func asFloat() -> Tensor {
        precondition(type == .int32, "asFloat: the tensor is already \(type)")
        return Tensor(Node(.unary(.floatFromInt32), [node], shape: shape, type: .float32))
    }

    /// Values below `lower` become `lower`, values above `upper` become `upper`; no gradient flows outside.
    public func clamped(_ lower: Double, _ upper: Double) -> Tensor {
        precondition(lower <= upper, "clamped: the lower bound \(lower) is above the upper bound \(upper)")
        let inside = (Tensor(lower) .<= self) * (self .<= Tensor(upper))
        return Tensor.select(inside, self, minimum(maximum(self, Tensor(lower)), Tensor(upper)).withoutGradient())
    }

    /// The same values, but no gradient flows through them.
    public func withoutGradient() -> Tensor { Tensor(Node(.stopGradient, [node], shape: shape, type: type)) }

    /// This tensor's values with another function's gradients: `gradient` maps the gradient of the result to those of
    /// `inputs`, in order, with nil where none flows.
    public func withGradient(
        of inputs: [Tensor], _ gradient: @escaping (_ resultGradient: Tensor) -> [Tensor?]
    ) -> Tensor {
        let shapes = inputs.map(\.shape)
        let checked = CustomGradient { g in
            let rows = gradient(g)
            precondition(
                rows.count == shapes.count, "custom gradient: \(shapes.count) inputs, \(rows.count) gradients")
            for case (let row?, let shape) in zip(rows, shapes) {
                precondition(
                    row.shape == shape, "custom gradient: an input has the shape \(shape), its gradient \(row.shape)")
            }
            return rows
        }
        return Tensor(Node(.customGradient(checked), [node] + inputs.map(\.node), shape: shape, type: type))
    }

    /// This tensor's values with the gradient of `other`, as if they were equal: the straight-through estimator (Bengio
    /// et al. 2013) of a rounded or sampled value.
    public func straightThrough(to other: Tensor) -> Tensor {
        precondition(shape == other.shape, "straightThrough: the shapes \(shape) and \(other.shape) differ")
        return withGradient(of: [other]) { [$0] }
    }

    /// `a` where the condition is not 0, otherwise `b`. No gradient flows to the condition.
    public static func select(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
        condition.requireFloats("select")
        let first = common("select", a, b)
        guard let shape = first.broadcast(with: condition.shape) else {
            preconditionFailure(mismatch("select", condition.shape, first))
        }
        return Tensor(Node(.select, [condition.node, a.node, b.node], shape: shape, type: .float32))
    }

    /// Stops if the operation called `name` is given integers.
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
        "\(name): the shapes \(x) and \(y) don't broadcast; aligned at the right, each pair of extents must be equal "
            + "or contain a 1"
    }
}

/// The larger of two tensors, element by element; a tie splits the gradient equally.
public func maximum(_ x: Tensor, _ y: Tensor) -> Tensor { Tensor.binary(.maximum, x, y) }

/// The smaller of two tensors, element by element; a tie splits the gradient equally.
public func minimum(_ x: Tensor, _ y: Tensor) -> Tensor { Tensor.binary(.minimum, x, y) }
