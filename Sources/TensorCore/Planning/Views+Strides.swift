import CKernels

// Movement that is left to its reader or its producer: permuted matrices of products, and slices that groups read.

extension Views {
    /// Folds whatever can be folded, one entry after another, each subject to the ones before.
    mutating func foldMovement(_ graph: LinearGraph) {
        let results = Set(graph.outputs + graph.assignments.map(\.value))
        var readers = [[Int]](repeating: [], count: graph.entries.count)
        for (index, entry) in graph.entries.enumerated() { for input in entry.inputs { readers[input].append(index) } }
        for index in graph.entries.indices where !results.contains(index) && !readers[index].isEmpty {
            switch graph.entries[index].operation {
            case .permute(let axes):
                if !readPermuted(index, axes, by: readers[index], graph) {
                    writePermuted(index, axes, readers, results, graph)
                }
            case .slice(let starts, let steps):
                readSliced(index, starts, steps, by: readers[index], graph)
            default: break
            }
        }
        for index in results {
            guard case .permute(let axes) = graph.entries[index].operation else { continue }
            writePermuted(index, axes, readers, results, graph)
        }
    }

    /// Products read a permuted operand in place.
    private mutating func readPermuted(_ index: Int, _ axes: [Int], by readers: [Int], _ graph: LinearGraph) -> Bool {
        let source = graph.entries[index].inputs[0]
        guard strides[location(of: source).base] == nil, strides[source] == nil else { return false }
        let own = graph.entries[source].shape.rowMajorStrides
        return tryStrides(axes.map { own[$0] }, of: index, readers, graph) { views in
            views.settle(index, in: source, at: 0)
            views.effortless.insert(index)
        }
    }

    /// A product that only one entry reads writes its result permuted.
    private mutating func writePermuted(
        _ index: Int, _ axes: [Int], _ readers: [[Int]], _ results: Set<Int>, _ graph: LinearGraph
    ) {
        let product = graph.entries[index].inputs[0]
        guard case .matmul = graph.entries[product].operation, readers[product] == [index], !results.contains(product),
            !isShared(product)
        else { return }
        let own = graph.entries[index].shape.rowMajorStrides
        let strides = axes.indices.map { own[axes.firstIndex(of: $0)!] }
        _ = tryStrides(strides, of: product, [product], graph) { views in
            views.settle(product, in: index, at: 0)
            views.effortless.insert(index)
        }
    }

    /// Gives an entry these strides if its products are still possible, and then calls `settle`.
    private mutating func tryStrides(
        _ own: [Int], of index: Int, _ products: [Int], _ graph: LinearGraph, _ settle: (inout Views) -> Void
    ) -> Bool {
        strides[index] = own
        var changed = graph
        changed.views = self
        guard products.allSatisfy({ rv_product(changed, $0) != nil }) else {
            strides[index] = nil
            return false
        }
        settle(&self)
        return true
    }

    /// Groups read whole rows of a slice in place.
    private mutating func readSliced(
        _ index: Int, _ starts: [Int], _ steps: [Int], by readers: [Int], _ graph: LinearGraph
    ) {
        let (entry, source) = (graph.entries[index], graph.entries[index].inputs[0])
        let outer = graph.entries[source].shape
        let cuts = outer.indices.filter { entry.shape[$0] != outer[$0] }
        guard cuts.count == 1, steps.allSatisfy({ $0 == 1 }), !isShared(index), entry.type == .float32,
            strides[location(of: source).base] == nil, strides[source] == nil,
            readers.allSatisfy({ graph.entries[$0].operation.isElementwise && graph.entries[$0].count == entry.count })
        else { return }
        let own = outer.rowMajorStrides
        strides[index] = own
        settle(index, in: source, at: zip(starts, own).map(*).reduce(0, +))
        effortless.insert(index)
    }

    /// The rows of a slice that groups read in place: their width and distance in elements.
    func rows(of index: Int, in graph: LinearGraph) -> (width: Int, line: Int)? {
        guard let strides = strides[index], case .slice = graph.entries[index].operation else { return nil }
        let shape = graph.entries[index].shape
        // The last sliced dimension: those after it are whole.
        let cut = shape.indices.last { $0 > 0 && strides[$0 - 1] != shape[$0] * strides[$0] } ?? 0
        return (Shape(shape[cut...]).elementCount, cut > 0 ? strides[cut - 1] : shape.elementCount)
    }
}
