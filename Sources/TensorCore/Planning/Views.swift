/// Entries that live in other entries' memory, so that moving elements costs nothing: a reshaped entry, a slice of whole outer
/// rows, and the parts of a concatenation of whole rows, which are computed right where they belong.
struct Views {
    /// An entry's home: the entry whose memory it lives in, and the elements before it there.
    private var homes: [Int: (entry: Int, offset: Int)] = [:]
    /// Entries in whose memory others live.
    private var hosts: Set<Int> = []
    /// Concatenations of which every part is computed in its place.
    private var assembled: Set<Int> = []

    init() {}

    init(_ graph: LinearGraph) {
        for (index, entry) in graph.entries.enumerated() where entry.isView(of: graph.entries) {
            settle(index, in: entry.inputs[0], at: entry.viewOffset(in: graph.entries))
        }
        let results = Set((graph.outputs + graph.assignments.map(\.value)).map { location(of: $0).base })
        for (index, entry) in graph.entries.enumerated() {
            guard case .concatenate(let axis) = entry.operation, Shape(entry.shape[..<axis]).elementCount == 1 else {
                continue
            }
            assemble(index, graph, besides: results)
        }
    }

    /// Gives the parts of a concatenation their places in it, as far as they have no other.
    private mutating func assemble(_ index: Int, _ graph: LinearGraph, besides results: Set<Int>) {
        var offset = 0
        var isWhole = true
        for part in graph.entries[index].inputs {
            let (base, inner) = location(of: part)
            let isOwn = base != index && inner == 0 && graph.entries[base].count == graph.entries[part].count
            if isOwn, !graph.entries[base].isLeaf, !results.contains(base) {
                settle(base, in: index, at: offset)
            } else {
                isWhole = false
            }
            offset += graph.entries[part].count
        }
        if isWhole { assembled.insert(index) }
    }

    private mutating func settle(_ index: Int, in home: Int, at offset: Int) {
        homes[index] = (home, offset)
        hosts.insert(home)
    }

    /// The entry whose memory an entry lives in, itself unless it is a view, and the elements before it there.
    func location(of index: Int) -> (base: Int, offset: Int) {
        var (base, offset) = (index, 0)
        while let home = homes[base] { (base, offset) = (home.entry, offset + home.offset) }
        return (base, offset)
    }

    /// Whether an entry's elements are there without any work: it renames others, or is put together from parts.
    func needsNoWork(_ index: Int, in graph: LinearGraph) -> Bool {
        graph.entries[index].isView(of: graph.entries) || assembled.contains(index)
    }

    /// Whether an entry shares its memory with other entries of any lifetime.
    func isShared(_ index: Int) -> Bool { homes[index] != nil || hosts.contains(index) }
}

extension LinearGraph {
    /// The entry whose memory an entry lives in.
    func base(of index: Int) -> Int { views.location(of: index).base }
}

extension LinearGraph.Entry {
    /// Whether it only renames elements of its operand: reshaped, or a slice that is contiguous.
    func isView(of entries: [LinearGraph.Entry]) -> Bool {
        switch operation {
        case .reshape:
            return true
        case .slice(let starts, let steps):
            let source = entries[inputs[0]].shape
            guard let cut = shape.indices.last(where: { shape[$0] != source[$0] || starts[$0] != 0 }) else {
                return steps.allSatisfy { $0 == 1 }
            }
            return Shape(shape[..<cut]).elementCount == 1 && (steps[cut] == 1 || shape[cut] == 1)
                && steps[(cut + 1)...].allSatisfy { $0 == 1 }
        default:
            return false
        }
    }

    /// The elements of its operand before its own, of a view.
    fileprivate func viewOffset(in entries: [LinearGraph.Entry]) -> Int {
        guard case .slice(let starts, _) = operation else { return 0 }
        return zip(starts, entries[inputs[0]].shape.rowMajorStrides).map(*).reduce(0, +)
    }
}
