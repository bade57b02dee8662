import CKernels

extension ChainBody {
    typealias Vector = Assembler.Vector

    static func compiles(_ operation: rv_operation) -> Bool {
        switch operation {
        case RV_COPY, RV_NEGATE, RV_ABSOLUTE, RV_SQUARE_ROOT, RV_SQUARE, RV_RELU, RV_FLOAT_FROM_INT32, RV_FLOOR,
            RV_ROUND, RV_ADD, RV_SUBTRACT, RV_MULTIPLY, RV_DIVIDE, RV_MAXIMUM, RV_MINIMUM, RV_LESS, RV_LESS_EQUAL,
            RV_EQUAL, RV_SELECT, RV_EXP, RV_SIGMOID, RV_TANH:
            true
        default: false
        }
    }

    /// Writes the instructions of an operation, as elementwise.h has it; `result` is none of the operands.
    mutating func compute(
        _ operation: rv_operation, _ result: Vector, _ a: Vector, _ b: Vector, _ c: Vector
    ) throws(OutOfRegisters) {
        switch operation {
        case RV_COPY: code.vector(.move, result, .vector(a))
        case RV_NEGATE: code.vector(.xor, result, a, constant(Self.signBit))
        case RV_ABSOLUTE: code.vector(.and, result, a, constant(~Self.signBit))
        case RV_SQUARE_ROOT: code.vector(.squareRoot, result, .vector(a))
        case RV_SQUARE: code.vector(.multiply, result, a, .vector(a))
        case RV_RELU: try relu(result, a)
        case RV_FLOAT_FROM_INT32: code.vector(.floatFromInt32, result, .vector(a))
        case RV_FLOOR: code.vector(.round, result, .vector(a), immediate: 9)
        case RV_ROUND: code.vector(.round, result, .vector(a), immediate: 8)
        case RV_ADD: code.vector(.add, result, a, .vector(b))
        case RV_SUBTRACT: code.vector(.subtract, result, a, .vector(b))
        case RV_MULTIPLY: code.vector(.multiply, result, a, .vector(b))
        case RV_DIVIDE: code.vector(.divide, result, a, .vector(b))
        case RV_MAXIMUM: extremum(result, a, b, less: b, than: a)
        case RV_MINIMUM: extremum(result, a, b, less: a, than: b)
        case RV_LESS: test(result, a, b, Self.isLess)
        case RV_LESS_EQUAL: test(result, a, b, Self.isLessOrEqual)
        case RV_EQUAL: test(result, a, b, Self.isEqual)
        case RV_SELECT:
            code.compare(mask: Self.temporaryMask, a, constant(0), Self.isNotEqual)
            code.vector(.blend, result, c, .vector(b), mask: Self.temporaryMask)
        case RV_EXP: try exponential(result, of: a)
        case RV_SIGMOID: try sigmoid(result, of: a)
        case RV_TANH: try hyperbolicTangent(result, of: a)
        default: preconditionFailure("operation \(operation.rawValue) doesn't compile")
        }
    }

    private static let signBit: UInt32 = 1 << 31
    private static let isEqual: UInt8 = 0x00, isLess: UInt8 = 0x11, isLessOrEqual: UInt8 = 0x12
    private static let isUnordered: UInt8 = 0x03, isNotEqual: UInt8 = 0x04

    /// The processor's maximum of two numbers is the second one unless the first is larger: 0 < x makes NaN stay NaN.
    private mutating func relu(_ result: Vector, _ a: Vector) throws(OutOfRegisters) {
        let zero = try vector(of: 0)
        code.vector(.maximum, result, zero, .vector(a))
        releaseConstant(zero)
    }

    /// a where `less` is less than `than` or a is NaN, else b. The processor's maximum gives b if either is NaN, and
    /// treats subnormal results as 0.
    private mutating func extremum(_ result: Vector, _ a: Vector, _ b: Vector, less: Vector, than: Vector) {
        code.compare(mask: Self.temporaryMask, less, .vector(than), Self.isLess)
        code.vector(.blend, result, b, .vector(a), mask: Self.temporaryMask)
        code.compare(mask: Self.temporaryMask, a, .vector(a), Self.isUnordered)
        code.vector(.move, result, .vector(a), mask: Self.temporaryMask)
    }

    /// 1 where a comparison holds, else 0.
    private mutating func test(_ result: Vector, _ a: Vector, _ b: Vector, _ comparison: UInt8) {
        code.compare(mask: Self.temporaryMask, a, .vector(b), comparison)
        let one = constant(Float(1).bitPattern)
        if case .vector = one {
            code.vector(.move, result, one, mask: Self.temporaryMask, zeroing: true)
        } else {
            code.vector(.broadcast, result, one, mask: Self.temporaryMask, zeroing: true)
        }
    }

    // MARK: Functions, by the same steps as those in functions.h

    /// - Parameter isPositive: whether x is at least 0.
    private mutating func exponential(
        _ result: Vector, of x: Vector, isPositive: Bool = false
    ) throws(OutOfRegisters) {
        let (rest, whole) = (try takeRegister(), try takeRegister())
        let high = try vector(of: Float(89).bitPattern)
        code.vector(.minimum, rest, high, .vector(x))
        releaseConstant(high)
        if !isPositive {
            let low = try vector(of: Float(-104).bitPattern)
            code.vector(.maximum, rest, low, .vector(rest))
            releaseConstant(low)
        }
        // x = n ln 2 + r
        code.vector(.broadcast, whole, .constant(Float(1.44269504088896341).bitPattern))
        code.vector(.multiplyAdd, whole, rest, number(12_582_912))
        code.vector(.subtract, whole, whole, number(12_582_912))
        code.vector(.subtractProduct, rest, whole, number(0.693145751953125))
        code.vector(.subtractProduct, rest, whole, number(1.42860682030941723212e-6))
        polynomial(
            result, in: rest,
            [1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1])
        code.vector(.multiply, result, result, .vector(rest))
        code.vector(.multiplyAdd, result, rest, .vector(rest))
        code.vector(.add, result, result, number(1))
        // Both round once: functions.h multiplies by the halves of 2ⁿ, of which the first is exact.
        code.vector(.scale, result, result, .vector(whole))
        for register in [rest, whole] { release(register) }
    }

    private mutating func sigmoid(_ result: Vector, of x: Vector) throws(OutOfRegisters) {
        let negative = try takeRegister()
        code.vector(.xor, negative, x, constant(Self.signBit))
        try exponential(result, of: negative)
        release(negative)
        code.vector(.add, result, result, number(1))
        let one = try vector(of: Float(1).bitPattern)
        code.vector(.divide, result, one, .vector(result))
        releaseConstant(one)
    }

    private mutating func hyperbolicTangent(_ result: Vector, of x: Vector) throws(OutOfRegisters) {
        let (magnitude, large) = (try takeRegister(), try takeRegister())
        code.vector(.and, magnitude, x, constant(~Self.signBit))
        code.vector(.add, large, magnitude, .vector(magnitude))
        try exponential(result, of: large, isPositive: true)
        code.vector(.add, result, result, number(1))
        let two = try vector(of: Float(2).bitPattern)
        code.vector(.divide, large, two, .vector(result))
        releaseConstant(two)
        let one = try vector(of: Float(1).bitPattern)
        code.vector(.subtract, large, one, .vector(large))
        releaseConstant(one)
        let sign = try takeRegister()
        code.vector(.and, sign, x, constant(Self.signBit))
        code.vector(.or, large, large, .vector(sign))
        // up to 0.625
        let square = sign
        code.vector(.multiply, square, x, .vector(x))
        polynomial(
            result, in: square,
            [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1])
        code.vector(.multiply, result, result, .vector(square))
        code.vector(.multiplyAdd, result, x, .vector(x))
        code.compare(mask: Self.temporaryMask, magnitude, number(0.625), Self.isLess)
        code.vector(.blend, result, large, .vector(result), mask: Self.temporaryMask)
        for register in [magnitude, large, sign] { release(register) }
    }

    /// Horner's rule, the coefficients from the highest power on.
    private mutating func polynomial(_ result: Vector, in x: Vector, _ coefficients: [Float]) {
        code.vector(.broadcast, result, .constant(coefficients[0].bitPattern))
        for coefficient in coefficients.dropFirst() { code.vector(.multiplyAdd, result, x, number(coefficient)) }
    }

    private mutating func number(_ value: Float) -> Assembler.Operand { constant(value.bitPattern) }

    /// A constant in a register, for instructions that can't read it from memory.
    private mutating func vector(of bits: UInt32) throws(OutOfRegisters) -> Vector {
        let operand = constant(bits)
        if case .vector(let register) = operand { return register }
        let register = try takeRegister()
        code.vector(.broadcast, register, operand)
        return register
    }

    /// Ends the use of ``vector(of:)``.
    private mutating func releaseConstant(_ register: Vector) {
        if isTemporary(register) { release(register) }
    }
}
