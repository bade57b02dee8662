import TensorCore

/// Something with parameters: a layer, or a network made of layers.
///
/// A network lists its parameters by path, so that checkpoints name themselves:
///
/// ```swift
/// struct TwoHeads: Module {
///     let body: Linear, policy: Linear, value: Linear
///     var parameters: Parameters { ["body": body.parameters, "policy": policy.parameters, "value": value.parameters] }
/// }
/// ```
public protocol Module {
    /// The parameters by path, in a fixed order.
    var parameters: Parameters { get }
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

    /// Groups of parameters, each below its name: `weight` of the group `policy` becomes `policy.weight`.
    public init(dictionaryLiteral groups: (String, Parameters)...) {
        self.init(groups.flatMap { name, group in group.entries.map { ("\(name).\($0.path)", $0.variable) } })
    }

    /// The variables, in order.
    public var variables: [Variable] { entries.map(\.variable) }

    /// The number of elements of all of them.
    public var count: Int { variables.reduce(0) { $0 + $1.count } }

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
