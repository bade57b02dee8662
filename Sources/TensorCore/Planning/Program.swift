import Dispatch

/// A step that is recorded once and replayed many times: its inputs, its computation, and the variables that it
/// assigns.
///
/// The closure runs when a plan is made, never in a run. It can't read values or branch on data: that is a typed
/// error. Inputs of a different length make another plan, in a bounded cache; pad inputs of varying length to a bucket
/// (``bucket(for:)``) and mask them.
///
/// ```swift
/// let step = Program("step", inputs: [.float32(64, 4), .int32(64)]) { inputs in
///     let loss = …
///     try optimizer.update(parameters, gradients(of: loss, withRespectTo: parameters))
///     return [loss]
/// }
/// let plan = try step.plan()
/// ```
public final class Program {
    /// The declaration of an input: its type and extents; a nil first extent may vary.
    public struct Input: Hashable, Sendable {
        var extents: [Int?]
        var type: ScalarType

        /// A float32 input.
        public static func float32(_ extents: Int?...) -> Input { Input(extents: extents, type: .float32) }
        /// A float32 input with the given shape after its first extent.
        public static func float32(rows: Int?, _ shape: Shape) -> Input {
            Input(extents: [rows] + shape, type: .float32)
        }
        /// An int32 input.
        public static func int32(_ extents: Int?...) -> Input { Input(extents: extents, type: .int32) }

        func shape(length: Int?) -> Shape {
            extents.enumerated().map { axis, extent in
                precondition(
                    extent != nil || (axis == 0 && length != nil), "program: only the first extent of an input may vary"
                )
                return extent ?? length!
            }
        }
    }

    /// The program's name in errors and plans.
    public let name: String
    /// The inputs in the order of the closure's argument.
    public let inputs: [Input]
    private let record: ([Tensor]) throws -> [Tensor]
    private let random: RandomState
    private var plans: [(length: Int?, plan: Plan)] = []
    private var options: PlanOptions?
    /// The maximum number of plans that are kept; the least recently used one is dropped.
    public static let planLimit = 16

    /// Declares a program; nothing is recorded before the first ``plan(length:)``.
    ///
    /// - Parameter seed: the key of its random stream.
    public init(_ name: String, inputs: [Input] = [], seed: UInt64 = 0, record: @escaping ([Tensor]) throws -> [Tensor])
    {
        (self.name, self.inputs, self.record) = (name, inputs, record)
        random = RandomState(key: seed)
    }

    /// Like ``init(_:inputs:seed:record:)``, planned with the given options.
    convenience init(
        _ name: String, inputs: [Input], seed: UInt64 = 0, options: PlanOptions,
        record: @escaping ([Tensor]) throws -> [Tensor]
    ) {
        self.init(name, inputs: inputs, seed: seed, record: record)
        self.options = options
    }

    /// The same step, with each run compared with a plain one: see ``ShadowCheck``. Its runs change the same variables;
    /// its random stream starts at the current state of this one's.
    ///
    /// - Throws: ``TensorError/unsupportedProcessor``.
    public func shadowed() throws -> Program {
        var options = try options ?? PlanOptions()
        options.isShadowed = true
        let program = Program(name, inputs: inputs, options: options, record: record)
        program.randomState = randomState
        return program
    }

    /// The random stream's key and the number of runs so far: all of a program's state that is not in variables.
    public var randomState: (key: UInt64, counter: UInt64) {
        get { (random.pointer.pointee.key, random.pointer.pointee.counter) }
        set { (random.pointer.pointee.key, random.pointer.pointee.counter) = newValue }
    }

    /// The number of cached plans.
    public var planCount: Int { plans.count }

    /// The padded length for `count` rows: the next power of two, at least 16.
    public static func bucket(for count: Int) -> Int {
        var length = 16
        while length < count { length *= 2 }
        return length
    }

    /// The plan for varying inputs with `length` rows (nil if none vary), made on first use.
    ///
    /// - Throws: ``TensorError``, or any error of the recording.
    public func plan(length: Int? = nil) throws -> Plan {
        if let index = plans.firstIndex(where: { $0.length == length }) {
            if index < plans.count - 1 { plans.append(plans.remove(at: index)) }
            return plans[plans.count - 1].plan
        }
        let declared = inputs.map { (shape: $0.shape(length: length), type: $0.type) }
        let start = DispatchTime.now().uptimeNanoseconds
        let (outputs, assignments) = try recorded(declared)
        let captured = DispatchTime.now().uptimeNanoseconds
        let graph = LinearGraph(outputs: outputs, assignments: assignments)
        var options = try options ?? PlanOptions()
        options.name = name
        let plan = try Plan(graph, inputs: declared, random: random, options: options)
        plan.making = Plan.Making(
            nodes: graph.nodeCount, captureSeconds: Double(captured - start) * 1e-9,
            planSeconds: Double(DispatchTime.now().uptimeNanoseconds - captured) * 1e-9)
        PlanCollection.current?.plans.append(plan)
        if plans.count == Self.planLimit { plans.removeFirst() }
        plans.append((length, plan))
        return plan
    }

    /// Runs the recording: its output nodes, and the variables that it assigns.
    func recorded(
        _ declared: [(shape: Shape, type: ScalarType)]
    ) throws -> (outputs: [Node], assignments: [(variable: Variable, value: Node)]) {
        let arguments = declared.enumerated().map { index, input in
            Tensor(Node(.input(index), [], shape: input.shape, type: input.type))
        }
        let recording = Recording(programName: name)
        let outputs = try Recording.$current.withValue(recording) { try record(arguments) }
        try checkLeaves(below: outputs.map(\.node) + recording.assignments.map(\.value), recording, arguments)
        return (outputs.map(\.node), recording.assignments)
    }

    /// Inputs and random numbers of another recording have no value in this one.
    private func checkLeaves(below roots: [Node], _ recording: Recording, _ arguments: [Tensor]) throws {
        let own = Set(arguments.map { ObjectIdentifier($0.node) })
        var problem: TensorError?
        var seen: Set<ObjectIdentifier> = []
        for root in roots {
            visit(root, unless: &seen) { node in
                switch node.operation {
                case .input where node.data == nil && !own.contains(ObjectIdentifier(node)):
                    problem = .valueOfInput(operation: node.operation.name)
                case .random where !recording.made(node):
                    problem = .randomOutsideProgram(operation: node.operation.name)
                default: break
                }
            }
        }
        if let problem { throw problem }
    }

    /// Runs the program on whole arrays; the first extent of the first varying input is the length.
    ///
    /// It allocates its results; in a loop, write into the plan's buffers instead.
    ///
    /// - Throws: ``TensorError`` if the inputs don't fit the declaration.
    public func callAsFunction(_ arguments: Tensor...) throws -> [Tensor] {
        guard arguments.count == inputs.count else {
            throw TensorError.inputCount(program: name, expected: inputs.count, given: arguments.count)
        }
        let varying = zip(inputs, arguments).first { $0.0.extents.first == .some(nil) }
        let length = varying.map { $1.shape.first ?? 0 }
        for (index, (input, argument)) in zip(inputs, arguments).enumerated() {
            guard argument.type == input.type else {
                throw TensorError.inputType(program: name, input: index, expected: input.type, given: argument.type)
            }
            let expected = input.shape(length: length)
            guard argument.shape == expected else {
                throw TensorError.inputShape(program: name, input: index, expected: expected, given: argument.shape)
            }
        }
        let plan = try plan(length: length)
        for (index, argument) in arguments.enumerated() {
            let value = try Evaluation.value(of: argument)
            plan.inputs[index].memory.copyMemory(from: value.memory, byteCount: value.count * value.type.size)
        }
        plan.run()
        try RunFaults.throwIfFound()
        return zip(plan.outputs, plan.outputShapes).map { output, shape in
            let copy = HostArray(count: output.count, type: output.type)
            copy.memory.copyMemory(from: output.memory, byteCount: output.count * output.type.size)
            return Tensor(Node(data: copy, shape: shape))
        }
    }
}
