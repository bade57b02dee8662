/// Errors of tensors other than a programmer's mistakes in shapes.
public enum TensorError: Error, Hashable, CustomStringConvertible {
    /// A value was read while `program` was being recorded; only a run has values.
    case valueReadWhileRecording(operation: String, program: String)
    /// A tensor that depends on a program's input was read outside that program.
    case valueOfInput(operation: String)
    /// A random tensor was read outside a program, where no stream provides its numbers.
    case randomOutsideProgram(operation: String)
    /// A variable changed between its reading and the evaluation of a result that depends on it.
    case staleVariable(name: String)
    /// A program was given a different number of inputs than it declares.
    case inputCount(program: String, expected: Int, given: Int)
    /// An input has a different shape from its declaration.
    case inputShape(program: String, input: Int, expected: Shape, given: Shape)
    /// An input's elements have a different type from its declaration.
    case inputType(program: String, input: Int, expected: ScalarType, given: ScalarType)
    /// A variable was loaded with the wrong shape.
    case variableShape(name: String, expected: Shape, given: Shape)
    /// A file lacks a variable.
    case missingVariable(name: String, file: String)
    /// With ``FiniteCheck``: the first operation that produced a NaN or an infinity; `origin` is where it was recorded.
    case notFinite(value: String, operation: String, shape: Shape, program: String, origin: String)
    /// With ``ShadowCheck``: the first result that differs from the plain run's by more than rounding explains.
    case differsFromPlain(result: String, program: String, difference: Double, allowed: Double, origin: String)
    /// The processor lacks the instructions that the kernels need.
    case unsupportedProcessor

    /// A sentence with the next thing to try.
    public var description: String {
        switch self {
        case .valueReadWhileRecording(let operation, let program):
            "The value of '\(operation)' was read while the program '\(program)' was being recorded. "
                + "Return the tensor from the program and read it after the run; to choose between values, use select."
        case .valueOfInput(let operation):
            "'\(operation)' depends on a program's input and has no value of its own. "
                + "Read it from the program's outputs."
        case .randomOutsideProgram(let operation):
            "'\(operation)' was read outside a program, whose random stream it needs. Record it in a Program."
        case .staleVariable(let name):
            "The variable '\(name)' was assigned after it was read and before the result was evaluated. "
                + "Evaluate first, or read it again."
        case .inputCount(let program, let expected, let given):
            "The program '\(program)' takes \(expected) inputs; \(given) were given."
        case .inputShape(let program, let input, let expected, let given):
            "Input \(input) of the program '\(program)' has the shape \(expected); \(given) was given."
        case .inputType(let program, let input, let expected, let given):
            "Input \(input) of the program '\(program)' is \(expected); \(given) was given."
        case .variableShape(let name, let expected, let given):
            "The variable '\(name)' has the shape \(expected); \(given) was given."
        case .missingVariable(let name, let file):
            "\(file) holds no tensor called '\(name)'. Was it saved from a different network?"
        case .notFinite(let value, let operation, let shape, let program, let origin):
            "'\(operation)' of the shape \(shape) in the program '\(program)' was the first to produce \(value)"
                + (origin.isEmpty ? "." : ", \(origin).")
                + " Check its operands: a logarithm of or a division by 0, an exponential that overflows, "
                + "a learning rate that is too high."
        case .differsFromPlain(let result, let program, let difference, let allowed, let origin):
            "\(result) of the program '\(program)' differs by \(Float(difference)) from a plain run; "
                + "rounding explains at most \(Float(allowed))" + (origin.isEmpty ? "." : ", \(origin).")
                + " The fault is in the planner or a kernel, not in the program; please report it with this line."
        case .unsupportedProcessor:
            "This processor lacks the AVX2 and FMA instructions (x86-64-v3) that Reverie's kernels need."
        }
    }
}
