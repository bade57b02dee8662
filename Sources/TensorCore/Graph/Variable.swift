import Storage

/// State in fixed storage: a parameter, an optimiser's moment, a target network's weight.
///
/// Programs read it through ``tensor`` and change it only through ``assign(_:)``, after the reads of the step; loading
/// and copying write into the same storage.
public final class Variable {
    /// The name within its owner, such as `weight`; paths are added when parameters are collected.
    public let name: String
    /// The extents of the dimensions, outermost first.
    public let shape: Shape
    let storage: HostArray
    /// Incremented by each change, from outside a program or by a run.
    private(set) var version: Int {
        get { storage.version }
        set { storage.version = newValue }
    }

    /// A variable that starts with the given elements, row-major.
    public init(_ values: [Float], shape: Shape, name: String = "variable") {
        precondition(
            shape.elementCount == values.count,
            "variable '\(name)': \(values.count) values given for the shape \(shape)")
        (self.name, self.shape, storage) = (name, shape, HostArray(values))
    }

    /// Ends the program with a sentence if the elements of a variable don't fit into memory: to be asked before they
    /// are made.
    public static func requireMemory(for shape: Shape, name: String) {
        let count = shape.reduce(Int?.some(4)) { bytes, extent in bytes.flatMap { product($0, extent) } }
        MemoryBudget.requireOrEnd(count, for: "the parameter '\(name)' of shape \(shape)")
    }

    /// A variable that starts with zeros.
    public convenience init(zeros shape: Shape, name: String = "variable") {
        self.init(filled: 0, shape: shape, name: name)
    }

    /// A variable that starts with the same number in all elements.
    public convenience init(filled value: Float, shape: Shape, name: String = "variable") {
        Self.requireMemory(for: shape, name: name)
        self.init([Float](repeating: value, count: shape.elementCount), shape: shape, name: name)
    }

    /// A scalar variable, such as a learning rate that changes between runs.
    public convenience init(_ value: Float, name: String = "variable") {
        self.init([value], shape: [], name: name)
    }

    /// The number of elements.
    public var count: Int { storage.count }

    /// A tensor that reads the variable. Within a program it has the value before the step's assignments, except inside
    /// ``afterAssignments(_:)``.
    public var tensor: Tensor { Recording.current?.assigned(to: self) ?? Tensor(Node(variable: self)) }

    /// Gives the variable a new value: within a program as part of each run, elsewhere at once.
    ///
    /// - Precondition: the shapes are equal.
    /// - Throws: as ``Tensor/floats()`` if it runs at once.
    public func assign(_ value: Tensor) throws {
        precondition(
            value.shape == shape, "assign to '\(name)': the variable has the shape \(shape), the value \(value.shape)")
        precondition(value.type == .float32, "assign to '\(name)': the value must be float32")
        if let recording = Recording.current {
            recording.assignments.append((self, value.node))
        } else {
            let result = try Evaluation.value(of: value)
            set(result.floats)
        }
    }

    /// Writes new elements, row-major.
    ///
    /// - Precondition: there are as many as the variable has.
    public func set(_ values: some Collection<Float>) {
        precondition(values.count == count, "variable '\(name)' holds \(count) elements; \(values.count) were given")
        _ = storage.floats.update(fromContentsOf: values)
        version += 1
    }

    /// The elements, row-major.
    public var values: [Float] { Array(storage.floats) }

    /// Passes the elements to `body` without copying them.
    public func withValues<Result>(_ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows -> Result {
        try body(UnsafeBufferPointer(storage.floats))
    }

    /// Passes the elements to `body` to be changed in place, without copying them.
    public func withMutableValues<Result>(_ body: (UnsafeMutableBufferPointer<Float>) throws -> Result) rethrows
        -> Result
    {
        version += 1
        return try body(storage.floats)
    }

    /// Copies another variable's elements.
    ///
    /// - Precondition: the shapes are equal.
    public func copy(from other: Variable) {
        precondition(
            other.shape == shape, "copy to '\(name)' of shape \(shape): '\(other.name)' has the shape \(other.shape)")
        set(other.storage.floats)
    }
}
