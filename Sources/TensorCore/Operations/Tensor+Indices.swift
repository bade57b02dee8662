// Elements chosen by index, and sorting.

extension Tensor {
    /// The elements that each index selects from the dimension after those of the indices: (I…, N, …) with int32 (I…)
    /// to (I…, …), such as one element of each last row, (…, N) with (…) to (…).
    ///
    /// Indices outside 0..<N give NaN.
    public func gathered(_ indices: Tensor) -> Tensor {
        precondition(
            indices.rank < rank && Shape(shape[..<indices.rank]) == indices.shape,
            "gather: indices \(indices.shape) must match the first dimensions of \(shape), but not all of them")
        return gathered(indices, batch: indices.rank)
    }

    /// Rows selected along the first dimension: (N, …) with int32 (I…) to (I…, …), such as a look-up in an embedding
    /// table.
    ///
    /// Indices outside 0..<N give NaN.
    public func taking(_ indices: Tensor) -> Tensor { gathered(indices, batch: 0) }

    /// Elements selected along `axis`: (…, N, …) with int32 (…, K, …) to (…, K, …), the other extents being equal.
    ///
    /// Indices outside 0..<N give NaN.
    public func taking(_ indices: Tensor, along axis: Int) -> Tensor {
        let place = self.axis(axis, "taking")
        var expected = shape
        if indices.rank == rank { expected[place] = indices.shape[place] }
        precondition(
            indices.shape == expected,
            "taking along \(place): values \(shape) and indices \(indices.shape) may differ only in that dimension")
        let order = axesWithLast(place)
        let chosen = permuted(order).gathered(indices.permuted(order), batch: rank - 1)
        return chosen.permuted(order.indices.map { order.firstIndex(of: $0)! })
    }

    /// An array of `rows` rows, each the sum of this tensor's rows with its index: (I…, …) with int32 (I…) to (rows,
    /// …). Rows with other indices are left out.
    public func scatterAdded(_ indices: Tensor, rows: Int) -> Tensor {
        scatterAdded(indices, batch: 0, extent: rows)
    }

    /// Like ``scatterAdded(_:rows:)`` along `axis`: (…, K, …) with int32 (…, K, …) to (…, extent, …).
    public func scatterAdded(_ indices: Tensor, along axis: Int, extent: Int) -> Tensor {
        let place = self.axis(axis, "scatterAdd")
        precondition(
            indices.shape == shape, "scatterAdd along \(place): values \(shape) and indices \(indices.shape) differ")
        let order = axesWithLast(place)
        let sums = permuted(order).scatterAdded(indices.permuted(order), batch: rank - 1, extent: extent)
        return sums.permuted(order.indices.map { order.firstIndex(of: $0)! })
    }

    /// Rows of zeros with a one at each index: int32 (…) to (…, depth).
    public func oneHot(depth: Int) -> Tensor {
        let classes = Tensor((0..<depth).map(Float.init))
        return asFloat().expandingDimension(at: -1) .== classes
    }

    /// The indices that sort each last row, int32: of its elements from the smallest (or largest) on. Equal elements
    /// keep their order, and NaN counts as the largest. No gradient.
    public func argsorted(descending: Bool = false) -> Tensor {
        requireFloats("argsort")
        precondition(rank >= 1, "argsort: a scalar can't be sorted; a tensor of at least one dimension is needed")
        return Tensor(Node(.argsort(descending: descending), [node], shape: shape, type: .int32))
    }

    /// Each last row, sorted.
    public func sorted(descending: Bool = false) -> Tensor { taking(argsorted(descending: descending), along: -1) }

    /// The `count` largest elements of each last row, in order, and their indices (int32).
    public func top(_ count: Int) -> (values: Tensor, indices: Tensor) {
        precondition(
            rank >= 1 && (0...shape[rank - 1]).contains(count), "top: the last rows of \(shape) don't hold \(count)")
        let places = argsorted(descending: true).sliced(0..<count, axis: -1)
        return (taking(places, along: -1), places)
    }

    /// The first index of the smallest element of each last row, int32: (…, N) → (…). No gradient.
    public func argmin() -> Tensor { (-self).argmax() }

    /// The dimensions in order, with `axis` moved to the end.
    private func axesWithLast(_ axis: Int) -> [Int] { (0..<rank).filter { $0 != axis } + [axis] }

    func gathered(_ indices: Tensor, batch: Int, zeroOutside: Bool = false) -> Tensor {
        precondition(indices.type == .int32, "gather: the indices are \(indices.type); int32 is needed")
        precondition(rank >= 1, "gather: a scalar has no rows")
        let result = indices.shape + shape[(batch + 1)...]
        let operation = Operation.gather(batch: batch, zeroOutside: zeroOutside)
        return Tensor(Node(operation, [node, indices.node], shape: result, type: type))
    }

    func scatterAdded(_ indices: Tensor, batch: Int, extent: Int) -> Tensor {
        requireFloats("scatterAdd")
        precondition(indices.type == .int32, "scatterAdd: the indices are \(indices.type); int32 is needed")
        precondition(
            indices.rank <= rank && Shape(shape[..<indices.rank]) == indices.shape,
            "scatterAdd: values \(shape) need indices with their first extents, given \(indices.shape)")
        let result = shape[..<batch] + [extent] + shape[indices.rank...]
        let operation = Operation.scatterAdd(batch: batch, extent: extent)
        return Tensor(Node(operation, [node, indices.node], shape: Shape(result), type: .float32))
    }
}
