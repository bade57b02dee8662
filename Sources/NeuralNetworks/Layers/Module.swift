import TensorCore

/// Something with parameters: a layer, or a network made of layers.
///
/// A network lists its parameters by path, which gives checkpoints their tensor names:
///
/// ```swift
/// struct TwoHeads: Module {
///     let body: Linear, policy: Linear, value: Linear
///     var parameters: Parameters { ["body": body.parameters, "policy": policy.parameters, "value": value.parameters] }
/// }
/// ```
public protocol Module {
    /// The parameters by path, in a fixed order: what an optimiser updates.
    var parameters: Parameters { get }
    /// Other state that runs change, such as the averages of batch normalisation; none by default.
    ///
    /// A module made of others lists their buffers in the same way as their parameters.
    var buffers: Parameters { get }
}

extension Module {
    public var buffers: Parameters { [:] }

    /// Parameters and buffers: what a checkpoint stores and what a copy of the module copies.
    public var state: Parameters { parameters + buffers }
}

/// A module that maps one tensor to another.
public protocol Layer: Module {
    /// Applies the layer.
    func callAsFunction(_ input: Tensor) -> Tensor
}

/// Variables by path, in order: what an optimiser updates and a checkpoint stores.
public struct Parameters: ExpressibleByDictionaryLiteral {
    /// The path and variable of each parameter.
    public private(set) var entries: [(path: String, variable: Variable)]

    /// Parameters with the given paths.
    public init(_ entries: [(path: String, variable: Variable)] = []) {
        let paths = Set(entries.map(\.path))
        precondition(paths.count == entries.count, "parameters: two have the same path among \(entries.map(\.path))")
        self.entries = entries
    }

    /// Groups of parameters, each under its name: `weight` of the group `policy` becomes `policy.weight`.
    public init(dictionaryLiteral groups: (String, Parameters)...) {
        self.init(groups.flatMap { name, group in group.below(name) })
    }

    /// A module's own variables with their names; optional variables may be nil.
    public init(named variables: KeyValuePairs<String, Variable?>) {
        self.init(variables.compactMap { name, variable in variable.map { (name, $0) } })
    }

    /// Groups of parameters, each under its index in the list: `0.weight`, `0.bias`, `1.weight` …
    public init(list groups: [Parameters]) {
        self.init(groups.enumerated().flatMap { index, group in group.below("\(index)") })
    }

    /// Joins two lists, in order.
    ///
    /// - Precondition: no path is in both.
    public static func + (first: Parameters, second: Parameters) -> Parameters {
        Parameters(first.entries + second.entries)
    }

    /// The entries, with each path under `name`.
    private func below(_ name: String) -> [(path: String, variable: Variable)] {
        entries.map { ("\(name).\($0.path)", $0.variable) }
    }

    /// The variables, in order.
    public var variables: [Variable] { entries.map(\.variable) }

    /// The total number of elements.
    public var count: Int { variables.reduce(0) { $0 + $1.count } }

    /// New variables with the same paths, shapes and values.
    public func copied() -> Parameters {
        Parameters(entries.map { ($0.path, Variable($0.variable.values, shape: $0.variable.shape, name: $0.path)) })
    }

    /// Copies every value from the parameters of a module of the same structure.
    ///
    /// - Precondition: paths and shapes are the same.
    public func copy(from other: Parameters) {
        requireSamePaths(as: other, "copy")
        for (own, source) in zip(variables, other.variables) { own.copy(from: source) }
    }

    /// Moves every value towards another module's by the factor `rate`: θ ← θ + τ (θ′ − θ) (Polyak averaging).
    ///
    /// - Precondition: as ``copy(from:)``.
    public func moved(towards other: Parameters, rate: Double) throws {
        requireSamePaths(as: other, "moved")
        for (own, source) in zip(variables, other.variables) {
            try own.assign(own.tensor + rate * (source.tensor - own.tensor))
        }
    }

    private func requireSamePaths(as other: Parameters, _ operation: String) {
        let (own, theirs) = (entries.map(\.path), other.entries.map(\.path))
        precondition(own == theirs, "\(operation): the modules have different parameters, \(own) and \(theirs)")
    }

    /// A table of paths, shapes and counts.
    public var summary: String {
        let rows =
            entries.map { ($0.path, "\($0.variable.shape)", "\($0.variable.count)") } + [("total", "", "\(count)")]
        let (first, second) = (rows.map(\.0.count).max()!, rows.map(\.1.count).max()!)
        return rows.map { path, shape, count in
            path.padded(to: first) + "  " + shape.padded(to: second) + "  " + count
        }.joined(separator: "\n")
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }
}
