/// The gradients of a scalar with respect to each of the given tensors, as more nodes on the same graph (so that
/// gradients of gradients are the same call).
///
/// Reverse accumulation over one table, ``Operation/gradients(inputs:output:gradient:)``. A tensor that the
/// scalar doesn't depend on has a gradient of zeros.
///
/// - Precondition: `scalar` has one element.
public func gradients(of scalar: Tensor, withRespectTo targets: [Tensor]) -> [Tensor] {
    precondition(
        scalar.count == 1, "gradients: the differentiated tensor must have one element, its shape is \(scalar.shape)")
    let order = nodesBetween(scalar.node, and: Set(targets.map { ObjectIdentifier($0.node) }))
    var accumulated: [ObjectIdentifier: Tensor] = [ObjectIdentifier(scalar.node): .ones(scalar.shape)]
    let relevant = Set(order.map { ObjectIdentifier($0) })
    for node in order.reversed() {
        guard let gradient = accumulated[ObjectIdentifier(node)] else { continue }
        let inputs = node.inputs.map { Tensor($0) }
        let needed = node.inputs.map { relevant.contains(ObjectIdentifier($0)) }
        guard needed.contains(true) else { continue }
        let rows = node.operation.gradients(inputs: inputs, output: Tensor(node), gradient: gradient, needed: needed)
        for case (let input, let row?) in zip(node.inputs, rows) where relevant.contains(ObjectIdentifier(input)) {
            let key = ObjectIdentifier(input)
            accumulated[key] = accumulated[key].map { $0 + row } ?? row
        }
    }
    return targets.map { accumulated[ObjectIdentifier($0.node)] ?? .zeros($0.shape) }
}

/// The gradients of a scalar with respect to variables that it reads.
///
/// - Precondition: `scalar` has one element, and the variables were read in this recording.
public func gradients(of scalar: Tensor, withRespectTo variables: [Variable]) -> [Tensor] {
    // A variable may have been read through several nodes; the gradients of all of them add up.
    var readers: [ObjectIdentifier: [Tensor]] = [:]
    visit(scalar.node) { node in
        if let (variable, _) = node.variable { readers[ObjectIdentifier(variable), default: []].append(Tensor(node)) }
    }
    let flat = variables.flatMap { readers[ObjectIdentifier($0)] ?? [] }
    let rows = gradients(of: scalar, withRespectTo: flat)
    var byNode: [ObjectIdentifier: Tensor] = [:]
    for (tensor, row) in zip(flat, rows) { byNode[ObjectIdentifier(tensor.node)] = row }
    return variables.map { variable in
        let parts = (readers[ObjectIdentifier(variable)] ?? []).compactMap { byNode[ObjectIdentifier($0.node)] }
        guard let first = parts.first else { return .zeros(variable.shape) }
        return parts.dropFirst().reduce(first, +)
    }
}

/// Calls `body` for each node that `root` depends on, itself included, each once.
func visit(_ root: Node, _ body: (Node) -> Void) {
    var seen: Set<ObjectIdentifier> = [ObjectIdentifier(root)]
    var pending = [root]
    while let node = pending.popLast() {
        body(node)
        for input in node.inputs where seen.insert(ObjectIdentifier(input)).inserted { pending.append(input) }
    }
}

/// The nodes on a path from one of `targets` to `root` along which a gradient flows, inputs before what reads them.
private func nodesBetween(_ root: Node, and targets: Set<ObjectIdentifier>) -> [Node] {
    var nodes: [Node] = []
    visit(root) { nodes.append($0) }
    nodes.sort { $0.serial < $1.serial }
    var relevant = targets
    for node in nodes where node.operation != .stopGradient {
        if node.inputs.contains(where: { relevant.contains(ObjectIdentifier($0)) }) {
            relevant.insert(ObjectIdentifier(node))
        }
    }
    return nodes.filter { relevant.contains(ObjectIdentifier($0)) }
}

extension Operation {
    /// The table: the gradient of each input from the gradient of the output; nil where none flows.
    func gradients(inputs: [Tensor], output y: Tensor, gradient g: Tensor, needed: [Bool]) -> [Tensor?] {
        switch self {
        case .input, .variable, .data, .scalar, .random, .argmax, .stopGradient: inputs.map { _ in nil }
        case .unary(let operation): [Self.unaryGradient(operation, inputs[0], y, g)]
        case .binary(let operation):
            zip(inputs, Self.binaryGradients(operation, inputs[0], inputs[1], y, g, needed)).map {
                $1?.summed(to: $0.shape)
            }
        case .select:
            [
                nil, Tensor.select(inputs[0], g, Tensor(0)).summed(to: inputs[1].shape),
                Tensor.select(inputs[0], Tensor(0), g).summed(to: inputs[2].shape),
            ]
        case .broadcast: [g.summed(to: inputs[0].shape)]
        case .reshape: [g.reshaped(to: inputs[0].shape)]
        case .permute(let axes): [g.permuted(axes.indices.map { axes.firstIndex(of: $0)! })]
        case .gather:
            [g.expandingDimension(at: -1) * inputs[1].oneHot(depth: inputs[0].shape[inputs[0].rank - 1]), nil]
        case .reduce(.sum, _, _): [g.broadcast(to: inputs[0].shape)]
        case .reduce(.maximum, let axis, let count): [Self.maximumGradient(inputs[0], y, g, axis: axis, count: count)]
        case .matmul(let left, let right): Self.matmulGradients(inputs[0], inputs[1], g, left, right, needed)
        }
    }

    private static func unaryGradient(_ operation: Unary, _ x: Tensor, _ y: Tensor, _ g: Tensor) -> Tensor? {
        switch operation {
        case .negate: -g
        case .absolute: g * x.sign()
        case .sign, .floatFromInt32: nil
        case .exp: g * y
        case .log: g / x
        case .squareRoot: g * 0.5 / y
        case .square: g * (2 * x)
        case .relu: Tensor.select(Tensor(0) .< y, g, Tensor(0))
        case .sigmoid: g * (y * (1 - y))
        case .tanh: g * (1 - y.squared())
        case .softplus: g * x.sigmoid()
        }
    }

    private static func binaryGradients(
        _ operation: Binary, _ a: Tensor, _ b: Tensor, _ y: Tensor, _ g: Tensor, _ needed: [Bool]
    ) -> [Tensor?] {
        switch operation {
        case .add: [g, g]
        case .subtract: [g, needed[1] ? -g : nil]
        case .multiply: [needed[0] ? g * b : nil, needed[1] ? g * a : nil]
        case .divide: [needed[0] ? g / b : nil, needed[1] ? -(g * y / b) : nil]
        case .maximum: [g * share(b .< a, a .== b), g * share(a .< b, a .== b)]
        case .minimum: [g * share(a .< b, a .== b), g * share(b .< a, a .== b)]
        case .less, .lessEqual, .equal: [nil, nil]
        }
    }

    /// 1 for the chosen operand, ½ for each of two equal ones.
    private static func share(_ chosen: Tensor, _ tie: Tensor) -> Tensor { chosen + 0.5 * tie }

    private static func maximumGradient(_ x: Tensor, _ y: Tensor, _ g: Tensor, axis: Int, count: Int) -> Tensor {
        let mask = x .== y
        let axes = Array(axis..<axis + count)
        return g * mask / mask.sum(axes, keepDimensions: true)
    }

    private static func matmulGradients(
        _ a: Tensor, _ b: Tensor, _ g: Tensor, _ left: Bool, _ right: Bool, _ needed: [Bool]
    ) -> [Tensor?] {
        // C = op(A) op(B): dop(A) = G op(B)ᵀ, dop(B) = op(A)ᵀ G; a stored transpose swaps the factors.
        let da =
            !needed[0]
            ? nil
            : left
                ? b.matmul(g, transposeLeft: right, transposeRight: true)
                : g.matmul(b, transposeRight: !right)
        let db =
            !needed[1]
            ? nil
            : right
                ? g.matmul(a, transposeLeft: true, transposeRight: left)
                : a.matmul(g, transposeLeft: !left)
        return [da, db]
    }
}
