/// Entries that live in the memory of other entries, so that moving elements costs nothing: a reshaped entry, a slice
/// of whole outer rows, the parts of a concatenation of whole rows, which are computed in their final places, and
/// arrays that are read or written in a different order by operations that can (`Views+Strides.swift`).
struct Views {
    /// An entry's home: the entry whose memory it lives in, and its offset there in elements.
    private var homes: [Int: (entry: Int, offset: Int)] = [:]
    /// Entries that others live in.
    private var hosts: Set<Int> = []
    /// Entries without work of their own: their elements are computed in place, or read from another entry.
    var effortless: Set<Int> = []
    /// The distance in elements between neighbours along each dimension, for entries that aren't stored row by row.
    var strides: [Int: [Int]] = [:]

    init() {}

    init(_ graph: LinearGraph) {
        for (index, entry) in graph.entries.enumerated() where entry.isView(of: graph.entries) {
            settle(index, in: entry.inputs[0], at: entry.viewOffset(in: graph.entries))
        }
        foldMovement(graph)
        let results = Set((graph.outputs + graph.assignments.map(\.value)).map { location(of: $0).base })
        for (index, entry) in graph.entries.enumerated() {
            guard case .concatenate(let axis) = entry.operation, Shape(entry.shape[..<axis]).elementCount == 1 else {
                continue
            }
            assemble(index, graph, besides: results)
        }
    }

    /// Gives the parts of a concatenation their places in it, unless they already have another place.
    private mutating func assemble(_ index: Int, _ graph: LinearGraph, besides results: Set<Int>) {
        var offset = 0
        var isWhole = true
        for part in graph.entries[index].inputs {
            let (base, inner) = location(of: part)
            let isOwn =
                base != index && inner == 0 && strides[base] == nil
                && graph.entries[base].count == graph.entries[part].count
            if isOwn, !graph.entries[base].isLeaf, !results.contains(base) {
                settle(base, in: index, at: offset)
            } else {
                isWhole = false
            }
            offset += graph.entries[part].count
        }
        if isWhole { effortless.insert(index) }
    }

    mutating func settle(_ index: Int, in home: Int, at offset: Int) {
        homes[index] = (home, offset)
        hosts.insert(home)
    }

    /// The entry whose memory an entry lives in, itself unless it is a view, and its offset there in elements.
    func location(of index: Int) -> (base: Int, offset: Int) {
        var (base, offset) = (index, 0)
        while let home = homes[base] { (base, offset) = (home.entry, offset + home.offset) }
        return (base, offset)
    }

    /// The distance in elements between neighbours along each of an entry's dimensions.
    func strides(of index: Int, in graph: LinearGraph) -> [Int] {
        strides[index] ?? graph.entries[index].shape.rowMajorStrides
    }

    /// Whether an entry's elements need no work: it renames others, or is assembled from parts.
    func needsNoWork(_ index: Int, in graph: LinearGraph) -> Bool {
        graph.entries[index].isView(of: graph.entries) || effortless.contains(index)
    }

    /// Whether an entry lives in another's memory.
    func isLodger(_ index: Int) -> Bool { homes[index] != nil }

    /// Whether an entry shares its memory with other entries.
    func isShared(_ index: Int) -> Bool { homes[index] != nil || hosts.contains(index) }
}

extension LinearGraph {
    /// The entry whose memory an entry lives in.
    func base(of index: Int) -> Int { views.location(of: index).base }

    /// The entries that an entry reads, in whatever shapes.
    func sources(of index: Int) -> [Int] {
        entries[index].inputs.map { input in
            var source = input
            while entries[source].operation == .reshape { source = entries[source].inputs[0] }
            return source
        }
    }
}

extension LinearGraph.Entry {
    /// Whether it only renames elements of its operand: it is reshaped, or a contiguous slice.
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

    /// The offset of a view's elements within its operand.
    fileprivate func viewOffset(in entries: [LinearGraph.Entry]) -> Int {
        guard case .slice(let starts, _) = operation else { return 0 }
        return zip(starts, entries[inputs[0]].shape.rowMajorStrides).map(*).reduce(0, +)
    }
}
