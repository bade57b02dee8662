/// A recorded graph as a flat, simplified list, which planning works on.
///
/// Nodes come before their readers. Duplicates are merged, identities are removed, broadcasts are left to the
/// element-wise operations that read them, and nothing remains that no output or assignment needs.
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

    /// The place of a leaf's numbers: fixed storage, or an input of the plan.
    enum Binding {
        case input(Int)
        case storage(HostArray)
    }

    private(set) var entries: [Entry] = []
    private(set) var bindings: [Int: Binding] = [:]
    private(set) var outputs: [Int] = []
    /// Where entries were recorded, if known.
    private(set) var origins: [Int: Origin] = [:]
    private(set) var assignments: [(storage: HostArray, value: Int, name: String)] = []
    /// Which entries live in the memory of others.
    var views = Views()

    /// Flattens the nodes that the outputs and assignments need; of several assignments to a variable the last one
    /// counts.
    ///
    /// With `leavesAsInputs`, variables and data become inputs in the order found (returned as `leaves`), so that the
    /// entries describe only the structure and a plan serves all graphs with that structure.
    init(outputs: [Node], assignments: [(variable: Variable, value: Node)], leavesAsInputs: Bool = false) {
        var builder = GraphBuilder(leavesAsInputs: leavesAsInputs)
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
            (
                storage: $0.variable.storage, value: builder.copyIfLeaf(builder.index(of: $0.value)),
                name: $0.variable.name
            )
        }
        self.leaves = builder.leaves
        nodeCount = nodes.count
        (self.entries, self.bindings, self.outputs, self.assignments) = (
            builder.entries, builder.bindings, roots, values
        )
        origins = builder.origins
        prune()
        views = Views(self)
    }

    /// The nodes that became inputs, with `leavesAsInputs`.
    let leaves: [Node]

    /// The number of nodes that were needed, before simplification.
    let nodeCount: Int

    /// The storage of the leaves with certain operations, in the order of the list.
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
        assignments = assignments.map { ($0.storage, place[$0.value]!, $0.name) }
    }

    /// The same graph with different arrays in place of those that it reads and assigns.
    func rebound(_ replacement: (HostArray) -> HostArray) -> LinearGraph {
        var result = self
        for (index, binding) in bindings {
            if case .storage(let storage) = binding { result.bindings[index] = .storage(replacement(storage)) }
        }
        result.assignments = assignments.map { (replacement($0.storage), $0.value, $0.name) }
        return result
    }

    /// The entries and outputs alone: equal for graphs with the same structure.
    struct Structure: Hashable {
        var entries: [Entry]
        var outputs: [Int]
    }

    var structure: Structure { Structure(entries: entries, outputs: outputs) }
}

/// Like ``visit(_:_:)``, over several roots.
func visit(_ root: Node, unless seen: inout Set<ObjectIdentifier>, _ body: (Node) -> Void) {
    guard seen.insert(ObjectIdentifier(root)).inserted else { return }
    var pending = [root]
    while let node = pending.popLast() {
        body(node)
        if node.data != nil { continue }
        for input in node.inputs where seen.insert(ObjectIdentifier(input)).inserted { pending.append(input) }
    }
}
