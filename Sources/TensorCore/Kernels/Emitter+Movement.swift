import CKernels

// Instructions that move elements.

extension Emitter {
    func emitBroadcast(_ index: Int) -> Instruction {
        let entry = graph.entries[index]
        let source = graph.entries[entry.inputs[0]].shape
        if OperandPattern(source: source, target: entry.shape) != nil {
            return emitGroup(PlanUnit(members: [index], iteration: Iteration(count: entry.count)))
        }
        let padded = source.padded(toRank: entry.shape.count)
        let strides = zip(padded, padded.rowMajorStrides).map { $0 == 1 ? 0 : $1 }
        return emitCopy(entry.shape, (entry.inputs[0], 0, strides), (index, 0, entry.shape.rowMajorStrides))
    }

    func emitMovement(_ index: Int) -> Instruction {
        let entry = graph.entries[index]
        let operand = entry.inputs[0]
        let source = graph.entries[operand].shape
        let (from, to) = (source.rowMajorStrides, entry.shape.rowMajorStrides)
        switch entry.operation {
        case .permute(let axes):
            return emitCopy(entry.shape, (operand, 0, axes.map { from[$0] }), (index, 0, to))
        case .slice(let starts, let steps):
            let strides = zip(from, steps).map(*)
            return emitCopy(entry.shape, (operand, zip(from, starts).map(*).reduce(0, +), strides), (index, 0, to))
        case .pad(let low, let steps, let value):
            let offset = zip(to, low).map(*).reduce(0, +)
            let copy = emitCopy(source, (operand, 0, from), (index, offset, zip(to, steps).map(*)))
            let (destination, count, around) = (floats(index), entry.count, Float(value))
            return Instruction(pieces: 1) { part, scratch in
                destination.update(repeating: around, count: count)
                copy.body(part, scratch)
            }
        case .concatenate(let axis):
            return emitConcatenation(index, axis: axis)
        default:
            preconditionFailure("plan: \(entry.operation.name) moves nothing")
        }
    }

    /// Copies the parts that were not computed in place.
    private func emitConcatenation(_ index: Int, axis: Int) -> Instruction {
        let entry = graph.entries[index]
        let strides = entry.shape.rowMajorStrides
        var offset = 0
        var copies: [Instruction] = []
        for operand in entry.inputs {
            let shape = graph.entries[operand].shape
            if integers(operand) != integers(index) + offset || Shape(entry.shape[..<axis]).elementCount > 1 {
                copies.append(emitCopy(shape, (operand, 0, shape.rowMajorStrides), (index, offset, strides)))
            }
            offset += shape[axis] * strides[axis]
        }
        return Instruction { part, scratch in for copy in copies { copy.body(part, scratch) } }
    }

    /// Copies the elements of an array of `extents`; each side is given by its entry, the offset of its first element,
    /// and its strides.
    private func emitCopy(
        _ extents: Shape, _ source: (entry: Int, offset: Int, strides: [Int]),
        _ destination: (entry: Int, offset: Int, strides: [Int])
    ) -> Instruction {
        if extents.elementCount == 0 { return Instruction { _, _ in } }
        let copy = memory.keep([rv_copy(extents, from: source.strides, to: destination.strides)])
        let (from, to) = (integers(source.entry) + source.offset, integers(destination.entry) + destination.offset)
        return Instruction { part, _ in rv_run_copy(copy, from, to, part) }
    }

    func emitRows(_ index: Int, batch: Int) -> Instruction {
        let entry = graph.entries[index]
        let (operand, chooser) = (entry.inputs[0], entry.inputs[1])
        let (values, chosen) = (graph.entries[operand].shape, graph.entries[chooser].shape)
        // The array whose rows the indices select.
        let wide = if case .gather = entry.operation { values } else { entry.shape }
        let rows = memory.keep([
            rv_rows(
                batch: Shape(wide[..<batch]).elementCount, extent: wide[batch],
                picks: Shape(chosen[batch...]).elementCount, inner: Shape(wide[(batch + 1)...]).elementCount)
        ])
        let indices = integers(chooser)
        guard case .gather(_, let zeroOutside) = entry.operation else {
            let (source, result) = (floats(operand), floats(index))
            return Instruction { part, _ in rv_scatter_add(rows, source, indices, result, part) }
        }
        let (source, result) = (integers(operand), integers(index))
        let outside = zeroOutside ? 0 : Int32(bitPattern: Float.nan.bitPattern)
        return Instruction { part, _ in rv_gather(rows, source, indices, result, outside, part) }
    }
}

extension rv_copy {
    /// Dimensions of extent 1 are left out, and neighbouring dimensions are merged if both sides allow it.
    fileprivate init(_ extents: Shape, from: [Int], to: [Int]) {
        var merged: [(extent: Int, from: Int, to: Int)] = []
        for (extent, (from, to)) in zip(extents, zip(from, to)) where extent != 1 {
            if let outer = merged.last, outer.from == from * extent, outer.to == to * extent {
                merged[merged.count - 1] = (outer.extent * extent, from, to)
            } else {
                merged.append((extent, from, to))
            }
        }
        precondition(merged.count <= Int(RV_RANK_LIMIT), "plan: \(extents) has more dimensions than a copy walks")
        self.init()
        rank = merged.count
        Self.fill(&self.extents, merged.map(\.extent))
        Self.fill(&source_strides, merged.map(\.from))
        Self.fill(&destination_strides, merged.map(\.to))
    }

    private static func fill<Tuple>(_ tuple: inout Tuple, _ values: [Int]) {
        withUnsafeMutableBytes(of: &tuple) { bytes in
            for (place, value) in zip(bytes.bindMemory(to: Int.self).indices, values) {
                bytes.storeBytes(of: value, toByteOffset: place * MemoryLayout<Int>.stride, as: Int.self)
            }
        }
    }
}
