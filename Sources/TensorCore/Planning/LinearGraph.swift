/// A recorded graph as a flat list, simplified: what planning works on.
///
/// Nodes come before what reads them. Duplicates are one, identities are gone, broadcasts are left to the
/// element-wise operations that read them, and nothing is left that no output or assignment needs.
struct LinearGraph {
    struct Entry: Hashable {
        var operation: Operation
        var inputs: [Int]
        var shape: Shape
        var type: ScalarType

        var count: Int { shape.elementCount }
        var isLeaf: Bool {
            switch operation {
            case .input, .variable, .data, .scalar: true
            default: false
            }
        }
    }

    /// Where a leaf's numbers are: bound to fixed storage, or an input of the plan.
    enum Binding {
        case input(Int)
        case storage(HostArray)
    }

    private(set) var entries: [Entry] = []
    private(set) var bindings: [Int: Binding] = [:]
    private(set) var outputs: [Int] = []
    /// Where entries were recorded, as far as known.
    private(set) var origins: [Int: Origin] = [:]
    private(set) var assignments: [(storage: HostArray, value: Int)] = []

    /// Flattens what the outputs and assignments need; of several assignments to a variable the last one counts.
    ///
    /// With `leavesAsInputs`, variables and data become inputs in the order found (returned as `leaves`), so that the
    /// entries describe the structure alone and a plan serves all graphs of that structure.
    init(outputs: [Node], assignments: [(variable: Variable, value: Node)], leavesAsInputs: Bool = false) {
        var builder = Builder(leavesAsInputs: leavesAsInputs)
        var assigned: Set<ObjectIdentifier> = []
        let assignments = assignments.reversed().filter { assigned.insert(ObjectIdentifier($0.variable)).inserted }
            .reversed()
        var nodes: [Node] = []
        var seen: Set<ObjectIdentifier> = []
        for root in outputs + assignments.map(\.value) {
            visit(root, unless: &seen) { nodes.append($0) }
        }
        nodes.sort { $0.serial < $1.serial }
        for node in nodes { builder.add(node) }
        let roots = outputs.map { builder.index(of: $0) }
        let values = assignments.map {
            (storage: $0.variable.storage, value: builder.copyIfLeaf(builder.index(of: $0.value)))
        }
        self.leaves = builder.leaves
        nodeCount = nodes.count
        (self.entries, self.bindings, self.outputs, self.assignments) = (
            builder.entries, builder.bindings, roots, values
        )
        origins = builder.origins
        prune()
    }

    /// The nodes that became inputs, with `leavesAsInputs`.
    let leaves: [Node]

    /// The number of nodes that were needed, before simplification.
    let nodeCount: Int

    /// The storage of the leaves of some operations, in the order of the list.
    func stored(_ isIncluded: (Operation) -> Bool) -> [HostArray] {
        entries.indices.compactMap { index in
            guard case .storage(let storage)? = bindings[index], isIncluded(entries[index].operation) else {
                return nil
            }
            return storage
        }
    }

    /// Drops entries that nothing needs, and renumbers the rest.
    private mutating func prune() {
        var needed = Set(outputs + assignments.map(\.value))
        for index in entries.indices.reversed() where needed.contains(index) { needed.formUnion(entries[index].inputs) }
        let kept = entries.indices.filter(needed.contains)
        let place = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
        bindings = Dictionary(
            uniqueKeysWithValues: bindings.compactMap { key, value in place[key].map { ($0, value) } })
        origins = Dictionary(uniqueKeysWithValues: origins.compactMap { key, value in place[key].map { ($0, value) } })
        entries = kept.map { index in
            var entry = entries[index]
            entry.inputs = entry.inputs.map { place[$0]! }
            return entry
        }
        outputs = outputs.map { place[$0]! }
        assignments = assignments.map { ($0.storage, place[$0.value]!) }
    }

    /// The entries and outputs alone: equal for graphs of one structure.
    struct Structure: Hashable {
        var entries: [Entry]
        var outputs: [Int]
    }

    var structure: Structure { Structure(entries: entries, outputs: outputs) }
}

/// Adds nodes one by one, simplifying on the way.
private struct Builder {
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

    /// An assigned value that is a leaf is copied first, since assignments run one after another.
    mutating func copyIfLeaf(_ index: Int) -> Int {
        var base = index
        while entries[base].operation == .reshape { base = entries[base].inputs[0] }
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

    /// The operand of an element-wise operation: read through a broadcast where a group can, else broadcast.
    private mutating func operand(_ index: Int, of shape: Shape) -> Int {
        var source = index
        while entries[source].operation == .broadcast { source = entries[source].inputs[0] }
        if OperandPattern(source: entries[source].shape, target: shape) != nil { return source }
        return append(.init(operation: .broadcast, inputs: [source], shape: shape, type: entries[source].type))
    }

    private mutating func append(_ entry: LinearGraph.Entry) -> Int {
        if let place = known[entry] { return place }
        entries.append(entry)
        known[entry] = entries.count - 1
        return entries.count - 1
    }
}

/// How an operand's elements repeat along the iteration of an element-wise operation.
enum OperandPattern: Hashable {
    case contiguous
    case scalar
    /// memory[i % inner]: repeated along outer dimensions.
    case periodic(inner: Int)
    /// memory[i / inner]: repeated along inner dimensions.
    case column(inner: Int)

    /// The pattern of `source` broadcast to `target`, or nil where it repeats in no such way.
    init?(source: Shape, target: Shape) {
        let extents = zip(source.padded(toRank: target.count), target).filter { $0.1 != 1 }
        let repeats = extents.map { $0.0 == 1 }
        guard let first = repeats.firstIndex(of: false) else {
            self = repeats.isEmpty ? .contiguous : .scalar
            return
        }
        let last = repeats.lastIndex(of: false)!
        guard !repeats[first...last].contains(true) else { return nil }
        switch (first > 0, last < repeats.count - 1) {
        case (false, false): self = .contiguous
        case (true, false): self = .periodic(inner: extents[first...].map(\.1).elementCount)
        case (false, true): self = .column(inner: extents[(last + 1)...].map(\.1).elementCount)
        case (true, true): return nil
        }
    }
}

/// As ``visit(_:_:)``, over several roots.
func visit(_ root: Node, unless seen: inout Set<ObjectIdentifier>, _ body: (Node) -> Void) {
    guard seen.insert(ObjectIdentifier(root)).inserted else { return }
    var pending = [root]
    while let node = pending.popLast() {
        body(node)
        if node.data != nil { continue }
        for input in node.inputs where seen.insert(ObjectIdentifier(input)).inserted { pending.append(input) }
    }
}
