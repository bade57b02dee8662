/// Adds nodes one by one and simplifies them.
struct GraphBuilder {
    let leavesAsInputs: Bool
    var entries: [LinearGraph.Entry] = []
    var bindings: [Int: LinearGraph.Binding] = [:]
    var leaves: [Node] = []
    var origins: [Int: Origin] = [:]
    private var places: [ObjectIdentifier: Int] = [:]
    private var known: [LinearGraph.Entry: Int] = [:]

    init(leavesAsInputs: Bool) { self.leavesAsInputs = leavesAsInputs }

    func index(of node: Node) -> Int { places[ObjectIdentifier(node)]! }

    mutating func add(_ node: Node) {
        let place = place(of: node)
        places[ObjectIdentifier(node)] = place
        if let origin = node.origin, origins[place] == nil { origins[place] = origin }
    }

    /// An assigned value that is a leaf is copied first, because assignments run one after another.
    mutating func copyIfLeaf(_ index: Int) -> Int {
        var base = index
        while entries[base].isView(of: entries) { base = entries[base].inputs[0] }
        guard entries[base].isLeaf else { return index }
        let entry = entries[index]
        return append(.init(operation: .broadcast, inputs: [index], shape: entry.shape, type: entry.type))
    }

    private mutating func place(of node: Node) -> Int {
        if let data = node.data { return leaf(node, .storage(data), .data(ObjectIdentifier(data))) }
        if let (variable, _) = node.variable { return leaf(node, .storage(variable.storage), node.operation) }
        switch node.operation {
        case .input(let slot):
            return leaf(node, .input(slot), node.operation)
        case .scalar(let value):
            let place = append(.init(operation: node.operation, inputs: [], shape: [], type: .float32))
            if bindings[place] == nil { bindings[place] = .storage(HostArray([Float(value)])) }
            return place
        case .stopGradient, .customGradient:
            return index(of: node.inputs[0])
        default:
            break
        }
        var inputs = node.inputs.map { index(of: $0) }
        if node.operation.isElementwise { inputs = inputs.map { operand($0, of: node.shape) } }
        return append(.init(operation: node.operation, inputs: inputs, shape: node.shape, type: node.type))
    }

    private mutating func leaf(_ node: Node, _ binding: LinearGraph.Binding, _ operation: Operation) -> Int {
        if leavesAsInputs {
            leaves.append(node)
            let entry = LinearGraph.Entry(
                operation: .input(leaves.count - 1), inputs: [], shape: node.shape, type: node.type)
            let place = append(entry)
            bindings[place] = .input(leaves.count - 1)
            return place
        }
        let place = append(.init(operation: operation, inputs: [], shape: node.shape, type: node.type))
        bindings[place] = binding
        return place
    }

    /// Whether an entry has the same elements as its operand, for an operation of the given size.
    private func isRenamed(_ index: Int, _ shape: Shape) -> Bool {
        entries[index].operation == .reshape && entries[index].count == shape.elementCount
            && entries[entries[index].inputs[0]].operation != .broadcast
    }

    /// The operand of an element-wise operation: read through a broadcast if a group can do that, else broadcast first,
    /// and read through another shape of the same elements.
    private mutating func operand(_ index: Int, of shape: Shape) -> Int {
        var source = index
        while entries[source].operation == .broadcast { source = entries[source].inputs[0] }
        if isRenamed(source, shape) { source = entries[source].inputs[0] }
        if OperandPattern(source: entries[source].shape, target: shape) != nil { return source }
        return append(.init(operation: .broadcast, inputs: [source], shape: shape, type: entries[source].type))
    }

    /// The index of an entry, or of one that gives the same result with less work.
    mutating func append(_ entry: LinearGraph.Entry) -> Int {
        if let place = known[entry] ?? rewritten(entry) { return place }
        entries.append(entry)
        known[entry] = entries.count - 1
        return entries.count - 1
    }
}
