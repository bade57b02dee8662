/// The gradients of a scalar with respect to each of the given tensors, as further nodes of the same graph, so that the
/// same call gives gradients of gradients.
///
/// Reverse accumulation over one table, ``Operation/gradients(inputs:output:gradient:)``. A tensor that the scalar does
/// not depend on has a gradient of zeros.
///
/// - Precondition: `scalar` has one element.
public func gradients(of scalar: Tensor, withRespectTo targets: [Tensor]) -> [Tensor] {
    precondition(
        scalar.count == 1, "gradients: the differentiated tensor must have one element; its shape is \(scalar.shape)")
    let order = nodesBetween(scalar.node, and: Set(targets.map { ObjectIdentifier($0.node) }))
    var accumulated: [ObjectIdentifier: Tensor] = [ObjectIdentifier(scalar.node): .ones(scalar.shape)]
    let relevant = Set(order.map { ObjectIdentifier($0) })
    for node in order.reversed() {
        guard let gradient = accumulated[ObjectIdentifier(node)] else { continue }
        let inputs = node.inputs.map { Tensor($0) }
        let needed = node.inputs.map { relevant.contains(ObjectIdentifier($0)) }
        guard needed.contains(true) else { continue }
        Origin.differentiating(node.origin) {
            let rows = node.operation.gradients(
                inputs: inputs, output: Tensor(node), gradient: gradient, needed: needed)
            for case (let input, let row?) in zip(node.inputs, rows) where relevant.contains(ObjectIdentifier(input)) {
                let key = ObjectIdentifier(input)
                accumulated[key] = accumulated[key].map { $0 + row } ?? row
            }
        }
    }
    return targets.map { accumulated[ObjectIdentifier($0.node)] ?? .zeros($0.shape) }
}

/// The gradients of a scalar with respect to variables that it reads.
///
/// - Precondition: `scalar` has one element, and the variables were read in this recording.
public func gradients(of scalar: Tensor, withRespectTo variables: [Variable]) -> [Tensor] {
    // A variable may have been read through several nodes; their gradients add up.
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

/// Calls `body` once for each node that `root` depends on, itself included.
func visit(_ root: Node, _ body: (Node) -> Void) {
    var seen: Set<ObjectIdentifier> = [ObjectIdentifier(root)]
    var pending = [root]
    while let node = pending.popLast() {
        body(node)
        for input in node.inputs where seen.insert(ObjectIdentifier(input)).inserted { pending.append(input) }
    }
}

/// The nodes on a path from one of `targets` to `root` along which a gradient flows, with inputs before their readers.
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
