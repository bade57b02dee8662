// Rewriting rules for new entries: the same numbers with less work.

extension GraphBuilder {
    private typealias Entry = LinearGraph.Entry

    /// The index of an entry that gives the same result; nil if no rule applies.
    mutating func rewritten(_ entry: LinearGraph.Entry) -> Int? {
        switch entry.operation {
        case .reshape: mergedReshape(entry)
        case .permute(let axes): mergedPermutation(entry, axes)
        case .slice(let starts, let steps): mergedSlice(entry, starts, steps)
        case .binary(.add): joinedPads(entry) ?? joinedProducts(entry)
        case .concatenate(let axis): mergedConcatenation(entry, axis)
        case .reduce(.sum, let axis, let count): sumInTwoSteps(entry, axis, count)
        case .matmul(transposeLeft: true, transposeRight: false): outerProduct(entry)
        default: nil
        }
    }

    /// The product of a column and a row is element-wise, and so part of whatever group reads it: the gradient of a
    /// weight by a single example.
    private mutating func outerProduct(_ entry: Entry) -> Int? {
        let shapes = entry.inputs.map { entries[$0].shape }
        guard shapes.allSatisfy({ $0.count == 2 && $0[0] == 1 }) else { return nil }
        let column = append(
            .init(operation: .reshape, inputs: [entry.inputs[0]], shape: [shapes[0][1], 1], type: entry.type))
        return append(
            .init(
                operation: .binary(.multiply), inputs: [column, entry.inputs[1]], shape: entry.shape, type: entry.type))
    }

    private mutating func mergedReshape(_ entry: Entry) -> Int? {
        let operand = entries[entry.inputs[0]]
        if operand.shape == entry.shape { return entry.inputs[0] }
        guard operand.operation == .reshape else { return nil }
        return append(.init(operation: .reshape, inputs: operand.inputs, shape: entry.shape, type: entry.type))
    }

    private mutating func mergedPermutation(_ entry: Entry, _ axes: [Int]) -> Int? {
        if axes == Array(axes.indices) { return entry.inputs[0] }
        guard case .permute(let first) = entries[entry.inputs[0]].operation else { return nil }
        let operation = Operation.permute(axes.map { first[$0] })
        let inputs = entries[entry.inputs[0]].inputs
        return append(.init(operation: operation, inputs: inputs, shape: entry.shape, type: entry.type))
    }

    /// A slice of a slice becomes one slice, and a slice of everything none.
    private mutating func mergedSlice(_ entry: Entry, _ starts: [Int], _ steps: [Int]) -> Int? {
        let operand = entries[entry.inputs[0]]
        if operand.shape == entry.shape, steps.allSatisfy({ $0 == 1 }) { return entry.inputs[0] }
        guard case .slice(let outerStarts, let outerSteps) = operand.operation else { return nil }
        let merged = Operation.slice(
            starts: zip(outerStarts, zip(starts, outerSteps)).map { $0 + $1.0 * $1.1 },
            steps: zip(steps, outerSteps).map(*))
        return append(.init(operation: merged, inputs: operand.inputs, shape: entry.shape, type: entry.type))
    }

    /// The sum of zero-padded neighbours becomes one zero-padded concatenation: the gradient of slices that cover an
    /// array.
    private mutating func joinedPads(_ entry: Entry) -> Int? {
        guard let left = padded(entry.inputs[0]), let right = padded(entry.inputs[1]), left.axis == right.axis else {
            return nil
        }
        let axis = left.axis
        let (first, second) = left.start < right.start ? (left, right) : (right, left)
        guard first.end == second.start else { return nil }
        var shape = entry.shape
        shape[axis] = second.end - first.start
        let inputs = [first.operand, second.operand]
        let joined = append(
            .init(operation: .concatenate(axis: axis), inputs: inputs, shape: shape, type: entry.type))
        if shape == entry.shape { return joined }
        var low = [Int](repeating: 0, count: shape.count)
        low[axis] = first.start
        let pad = Operation.pad(low: low, steps: [Int](repeating: 1, count: shape.count), value: 0)
        return append(.init(operation: pad, inputs: [joined], shape: entry.shape, type: entry.type))
    }

    /// The operand and place of an entry that is zero-padded along one axis.
    private func padded(_ index: Int) -> (operand: Int, axis: Int, start: Int, end: Int)? {
        let entry = entries[index]
        guard case .pad(let low, let steps, 0) = entry.operation, steps.allSatisfy({ $0 == 1 }) else { return nil }
        let source = entries[entry.inputs[0]].shape
        let axes = source.indices.filter { source[$0] != entry.shape[$0] }
        guard axes.count == 1, let axis = axes.first, low.indices.allSatisfy({ $0 == axis || low[$0] == 0 }),
            low[axis] >= 0, low[axis] + source[axis] <= entry.shape[axis]
        else { return nil }
        return (entry.inputs[0], axis, low[axis], low[axis] + source[axis])
    }

    /// AᵀB + CᵀD = (A; C)ᵀ (B; D): the gradient of a weight that many steps of a sequence share becomes one product.
    /// This applies only if it reads little and writes much, so that adding costs more than concatenating.
    private mutating func joinedProducts(_ entry: Entry) -> Int? {
        let products = entry.inputs.map { entries[$0] }
        let isProduct = products.allSatisfy {
            $0.operation == .matmul(transposeLeft: true, transposeRight: false) && $0.shape.count == 2
        }
        guard isProduct, let smallest = products.map({ entries[$0.inputs[0]].shape[0] }).min(),
            smallest <= entry.shape.min()!
        else { return nil }
        let operands = (0..<2).map { side in
            let parts = products.map { $0.inputs[side] }
            let rows = parts.map { entries[$0].shape[0] }.reduce(0, +)
            return append(
                .init(
                    operation: .concatenate(axis: 0), inputs: parts, shape: [rows, entries[parts[0]].shape[1]],
                    type: entry.type))
        }
        return append(
            .init(operation: products[0].operation, inputs: operands, shape: entry.shape, type: entry.type))
    }

    /// Nested concatenations along one axis are merged, and whole rows are concatenated before they are grouped.
    private mutating func mergedConcatenation(_ entry: Entry, _ axis: Int) -> Int? {
        if entry.inputs.count == 1 { return entry.inputs[0] }
        let parts = entry.inputs.map { entries[$0] }
        if parts.contains(where: { $0.operation == entry.operation }) {
            let inputs = zip(entry.inputs, parts).flatMap { $1.operation == entry.operation ? $1.inputs : [$0] }
            return append(.init(operation: entry.operation, inputs: inputs, shape: entry.shape, type: entry.type))
        }
        guard axis == 0, entry.shape.count > 1 else { return nil }
        let rows = [entry.shape[0] * entry.shape[1]] + entry.shape.dropFirst(2)
        let ungrouped = parts.allSatisfy { part in
            part.operation == .reshape
                && entries[part.inputs[0]].shape == [part.shape[0] * part.shape[1]] + part.shape.dropFirst(2)
        }
        guard ungrouped else { return nil }
        let joined = append(
            .init(operation: entry.operation, inputs: parts.map { $0.inputs[0] }, shape: rows, type: entry.type))
        return append(.init(operation: .reshape, inputs: [joined], shape: entry.shape, type: entry.type))
    }

    /// A long sum of columns becomes sums of equal pieces, which several threads can compute, and their sum.
    private mutating func sumInTwoSteps(_ entry: Entry, _ axis: Int, _ count: Int) -> Int? {
        let (leastCount, mostPieces) = (1 << 15, 16)
        let operand = entries[entry.inputs[0]]
        let (before, after) = (Shape(operand.shape[..<axis]), Shape(operand.shape[(axis + count)...]))
        let reduced = Shape(operand.shape[axis..<axis + count]).elementCount
        guard after.elementCount > 1, operand.count >= leastCount, before.elementCount < 4 else { return nil }
        // Whole examples, if there are enough.
        let pieces = { (extent: Int) in (4...mostPieces).last { extent % $0 == 0 } }
        guard let pieces = pieces(operand.shape[axis]) ?? pieces(reduced), reduced / pieces > 1 else { return nil }
        func reshaped(_ index: Int, _ shape: Shape) -> Int {
            append(.init(operation: .reshape, inputs: [index], shape: shape, type: entry.type))
        }
        func sum(_ index: Int, _ shape: Shape, axis: Int) -> Int {
            append(
                .init(operation: .reduce(.sum, axis: axis, count: 1), inputs: [index], shape: shape, type: entry.type))
        }
        let cut = reshaped(entry.inputs[0], before + [pieces, reduced / pieces] + after)
        let parts = reshaped(sum(cut, before + [pieces, 1] + after, axis: axis + 1), before + [pieces] + after)
        return reshaped(sum(parts, before + [1] + after, axis: axis), entry.shape)
    }
}
