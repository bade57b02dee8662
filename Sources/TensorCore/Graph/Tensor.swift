/// An array of numbers in the recorded graph: writing `x.matmul(w) + b` records nodes, and reading a value
/// (``floats()``) runs the necessary ones.
///
/// Shapes are row-major with channels last. A tensor is a value that refers to a node; nodes never change. Wrong shapes
/// are a programmer's mistake and stop the program with a message that names the operation and both shapes.
public struct Tensor {
    let node: Node

    init(_ node: Node) { self.node = node }

    /// The extents of the dimensions, outermost first.
    public var shape: Shape { node.shape }
    /// The type of the elements.
    public var type: ScalarType { node.type }
    /// The number of dimensions.
    public var rank: Int { node.shape.count }
    /// The number of elements.
    public var count: Int { node.shape.elementCount }

    /// A tensor of the given elements, row-major.
    public init(_ values: [Float], shape: Shape? = nil) {
        let shape = shape ?? [values.count]
        precondition(
            shape.elementCount == values.count,
            "\(values.count) values given for the shape \(shape), which holds \(shape.elementCount)")
        self.init(Node(data: HostArray(values), shape: shape))
    }

    /// A tensor of the given integers (indices), row-major.
    @_disfavoredOverload public init(_ values: [Int32], shape: Shape? = nil) {
        let shape = shape ?? [values.count]
        precondition(
            shape.elementCount == values.count,
            "\(values.count) values given for the shape \(shape), which holds \(shape.elementCount)")
        self.init(Node(data: HostArray(values), shape: shape))
    }

    /// A constant of shape `[]`.
    public init(_ value: Double) { self.init(Node(.scalar(value), [], shape: [], type: .float32)) }

    /// A constant repeated to `shape`.
    public static func full(_ value: Double, shape: Shape) -> Tensor { Tensor(value).broadcast(to: shape) }

    /// Zeros of the given shape.
    public static func zeros(_ shape: Shape) -> Tensor { full(0, shape: shape) }

    /// Ones of the given shape.
    public static func ones(_ shape: Shape) -> Tensor { full(1, shape: shape) }

    /// The elements, row-major; evaluates the tensor if necessary.
    ///
    /// - Throws: ``TensorError`` if the tensor depends on a program's inputs or is read while a program is recorded.
    public func floats() throws -> [Float] { Array(try Evaluation.value(of: self).floats) }

    /// The elements of an integer tensor, row-major; evaluates the tensor if necessary.
    ///
    /// - Throws: as ``floats()``.
    public func integers() throws -> [Int32] { Array(try Evaluation.value(of: self).integers) }

    /// The element of a tensor with a single element.
    ///
    /// - Throws: as ``floats()``.
    public func item() throws -> Float {
        precondition(count == 1, "item() needs a tensor of one element; this one has the shape \(shape)")
        return try Evaluation.value(of: self).floats[0]
    }
}

/// One operation in the graph. Until they are released, nodes never change, except for the value that an eager
/// evaluation stores in them.
final class Node {
    let operation: Operation
    private(set) var inputs: [Node]
    let shape: Shape
    let type: ScalarType
    /// Incremented for each new node, so that inputs always have smaller numbers than the nodes that read them.
    let serial: Int
    /// The leaf's variable and the version of it that was read.
    let variable: (Variable, version: Int)?
    /// Where the node was recorded, if that is needed.
    let origin = Origin.ofNewNode()
    /// The numbers of a data leaf, or of a node that has been evaluated.
    var data: HostArray?

    init(_ operation: Operation, _ inputs: [Node], shape: Shape, type: ScalarType) {
        (self.operation, self.inputs, self.shape, self.type) = (operation, inputs, shape, type)
        (serial, variable, data) = (Serial.next(), nil, nil)
    }

    init(data: HostArray, shape: Shape) {
        (operation, inputs, self.shape, type) = (.data(ObjectIdentifier(data)), [], shape, data.type)
        (serial, variable, self.data) = (Serial.next(), nil, data)
    }

    init(variable: Variable) {
        operation = .variable(ObjectIdentifier(variable))
        (inputs, shape, type) = ([], variable.shape, variable.storage.type)
        (serial, self.variable, data) = (Serial.next(), (variable, variable.version), nil)
    }

    /// Releases a long chain node by node instead of recursively.
    deinit {
        var pending = take()
        while var node = pending.popLast() {
            if isKnownUniquelyReferenced(&node) { pending.append(contentsOf: node.take()) }
        }
    }

    /// Moves the inputs out, so that nothing else refers to them.
    private func take() -> [Node] {
        defer { inputs = [] }
        return inputs
    }
}

/// Node numbers, shared by all threads of the process.
enum Serial {
    private static let counter = Atomic<Int>(0)
    static func next() -> Int { counter.add(1, ordering: .relaxed).newValue }
}

import Synchronization
