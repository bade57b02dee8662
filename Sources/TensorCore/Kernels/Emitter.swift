import CKernels

/// Turns the units of a schedule into instructions.
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
        let (base, offset) = graph.views.location(of: index)
        return address(ofBase: base) + offset * MemoryLayout<Float>.stride
    }

    private func address(ofBase base: Int) -> UnsafeMutableRawPointer {
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
            preconditionFailure("plan: entry \(base), \(graph.entries[base].operation.name), has no memory")
        }
    }

    func floats(_ index: Int) -> UnsafeMutablePointer<Float> {
        address(index).assumingMemoryBound(to: Float.self)
    }
    func integers(_ index: Int) -> UnsafeMutablePointer<Int32> {
        address(index).assumingMemoryBound(to: Int32.self)
    }

    func emit(_ unit: PlanUnit) -> Instruction {
        let index = unit.members[0]
        let entry = graph.entries[index]
        switch entry.operation {
        case .input, .variable, .data, .scalar, .reshape, .customGradient, .stopGradient:
            preconditionFailure("plan: \(entry.operation.name) has no instruction")
        case .reduce(let reduction, let axis, let count) where unit.members.count == 1:
            return emitReduction(index, reduction, axis: axis, count: count)
        case .unary, .binary, .select, .random, .reduce:
            return emitGroup(unit)
        case .broadcast:
            return emitBroadcast(index)
        case .permute, .slice, .pad, .concatenate:
            return emitMovement(index)
        case .gather(let batch, _), .scatterAdd(let batch, _):
            return emitRows(index, batch: batch)
        case .argsort(let descending):
            return emitArgsort(index, descending: descending)
        case .argmax:
            return emitArgmax(index)
        case .cumulativeSum(let axis, let reverse):
            return emitCumulativeSum(index, axis: axis, reverse: reverse)
        case .matmul:
            return emitProduct(index)
        case .convolution(let part, let geometry):
            return emitConvolution(index, part, geometry)
        case .poolArgmax(let window):
            return emitPooling(index, window)
        case .cholesky, .triangularSolve, .inverse, .logAbsoluteDeterminant:
            return emitLinearAlgebra(index)
        }
    }

    /// Copies of values that couldn't be computed in place.
    func finalCopies() -> [Instruction] {
        let copies =
            places.copiedOutputs.map { (graph.outputs[$0], outputs[$0].memory) }
            + places.copiedAssignments.map { (graph.assignments[$0].value, graph.assignments[$0].storage.memory) }
        return copies.map { index, destination in
            let source = address(index)
            let bytes = graph.entries[index].count * graph.entries[index].type.size
            return Instruction { part, _ in
                let range = part.range(of: bytes)
                (destination + range.lowerBound).copyMemory(from: source + range.lowerBound, byteCount: range.count)
            }
        }
    }
}
