import CKernels

/// Turns the units of a schedule into instructions: closures over fixed memory that allocate nothing.
struct Emitter {
    let graph: LinearGraph
    let places: MemoryPlan
    let inputs: [HostArray]
    let outputs: [HostArray]
    let memory: PlanMemory
    let random: RandomState
    let kernels: KernelTable

    /// The memory of an entry's elements.
    func address(_ index: Int) -> UnsafeMutableRawPointer {
        let base = graph.base(of: index)
        switch graph.bindings[base] {
        case .input(let slot): return inputs[slot].memory
        case .storage(let storage): return storage.memory
        case nil: break
        }
        switch places.places[base] {
        case .arena(let offset): return memory.arena + offset
        case .output(let output): return outputs[output].memory
        case .assignment(let assignment): return graph.assignments[assignment].storage.memory
        case .register, nil:
            preconditionFailure("plan: entry \(index), \(graph.entries[index].operation.name), has no memory")
        }
    }

    private func floats(_ index: Int) -> UnsafeMutablePointer<Float> {
        address(index).assumingMemoryBound(to: Float.self)
    }
    private func integers(_ index: Int) -> UnsafeMutablePointer<Int32> {
        address(index).assumingMemoryBound(to: Int32.self)
    }

    func emit(_ unit: PlanUnit) -> () -> Void {
        let index = unit.members[0]
        let entry = graph.entries[index]
        switch entry.operation {
        case .input, .variable, .data, .scalar, .reshape, .stopGradient:
            preconditionFailure("plan: \(entry.operation.name) has no instruction")
        case .unary, .binary, .select, .random:
            return emitGroup(unit)
        case .broadcast:
            return emitBroadcast(index)
        case .permute(let axes):
            let source = graph.entries[entry.inputs[0]].shape
            let strides = axes.map { source.rowMajorStrides[$0] }
            return emitStridedCopy(from: entry.inputs[0], to: index, strides: strides)
        case .gather:
            return emitGather(index)
        case .reduce(let reduction, let axis, let count):
            return emitReduction(index, reduction, axis: axis, count: count)
        case .argmax:
            let shape = graph.entries[entry.inputs[0]].shape
            let (source, destination, rows, columns) = (
                floats(entry.inputs[0]), integers(index), entry.count, shape.last!
            )
            let kernel = kernels.pointer.pointee.argmax!
            return { kernel(source, destination, rows, columns) }
        case .matmul:
            return emitProduct(index)
        }
    }

    /// Copies of values that couldn't be computed in place.
    func finalCopies() -> [() -> Void] {
        let copies =
            places.copiedOutputs.map { (graph.outputs[$0], outputs[$0].memory) }
            + places.copiedAssignments.map { (graph.assignments[$0].value, graph.assignments[$0].storage.memory) }
        return copies.map { index, destination in
            let source = address(index)
            let bytes = graph.entries[index].count * graph.entries[index].type.size
            return { destination.copyMemory(from: source, byteCount: bytes) }
        }
    }

    private func emitReduction(_ index: Int, _ reduction: Operation.Reduction, axis: Int, count: Int) -> () -> Void {
        let operand = graph.entries[index].inputs[0]
        let shape = graph.entries[operand].shape
        let outer = Shape(shape[..<axis]).elementCount
        let reduced = Shape(shape[axis..<axis + count]).elementCount
        let inner = Shape(shape[(axis + count)...]).elementCount
        let (source, destination) = (floats(operand), floats(index))
        let table = kernels.pointer.pointee
        let kernel = reduction == .sum ? table.sum! : table.maximum!
        return { kernel(source, destination, outer, reduced, inner) }
    }

    /// Bytes of working memory that the units need, one after another.
    static func scratchBytes(of units: [PlanUnit], in graph: LinearGraph, kernels: KernelTable) -> Int {
        units.map { unit in
            guard var product = rv_product(graph, unit.members[0]) else { return 0 }
            return kernels.pointer.pointee.product_scratch(&product)
        }.max() ?? 0
    }

    private func emitProduct(_ index: Int) -> () -> Void {
        let operands = graph.entries[index].inputs
        let product = memory.keep([rv_product(graph, index)!])
        let (a, b, c, scratch) = (floats(operands[0]), floats(operands[1]), floats(index), memory.scratch)
        let kernel = kernels.pointer.pointee.product!
        return { kernel(product, a, b, c, scratch) }
    }

    private func emitGather(_ index: Int) -> () -> Void {
        let entry = graph.entries[index]
        let depth = graph.entries[entry.inputs[0]].shape.last!
        let (values, indices, destination, rows) = (
            floats(entry.inputs[0]), integers(entry.inputs[1]), floats(index), entry.count
        )
        return {
            for row in 0..<rows {
                let choice = Int(indices[row])
                destination[row] = choice >= 0 && choice < depth ? values[row * depth + choice] : .nan
            }
        }
    }

    private func emitBroadcast(_ index: Int) -> () -> Void {
        let entry = graph.entries[index]
        let source = graph.entries[entry.inputs[0]].shape
        if OperandPattern(source: source, target: entry.shape) != nil {
            return emitGroup(PlanUnit(members: [index]))
        }
        let padded = source.padded(toRank: entry.shape.count)
        let strides = zip(padded, padded.rowMajorStrides).map { $0 == 1 ? 0 : $1 }
        return emitStridedCopy(from: entry.inputs[0], to: index, strides: strides)
    }

    /// Writes destination elements in order, reading the source by the given stride of each destination dimension.
    private func emitStridedCopy(from operand: Int, to index: Int, strides: [Int]) -> () -> Void {
        let shape = graph.entries[index].shape
        let (source, destination, count) = (integers(operand), integers(index), shape.elementCount)
        if count == 0 { return {} }
        let extents = memory.keep(shape)
        let steps = memory.keep(strides)
        let position = memory.keep([Int](repeating: 0, count: shape.count))
        let rank = shape.count
        return {
            var offset = 0
            for element in 0..<count {
                destination[element] = source[offset]
                var axis = rank - 1
                while axis >= 0 {
                    position[axis] += 1
                    offset += steps[axis]
                    if position[axis] < extents[axis] { break }
                    offset -= steps[axis] * extents[axis]
                    position[axis] = 0
                    axis -= 1
                }
            }
        }
    }
}

extension rv_product {
    /// The extents of an entry that is a product; nil for another operation.
    fileprivate init?(_ graph: LinearGraph, _ index: Int) {
        let entry = graph.entries[index]
        guard case .matmul(let transposeLeft, let transposeRight) = entry.operation else { return nil }
        let left = graph.entries[entry.inputs[0]].shape
        self.init(
            m: entry.shape[0], n: entry.shape[1], k: transposeLeft ? left[0] : left[1],
            transpose_left: transposeLeft ? 1 : 0, transpose_right: transposeRight ? 1 : 0)
    }
}
