// Views, movement and lookup.

extension Tensor {
    /// The same elements in another shape; one extent may be −1 and follows from the others.
    public func reshaped(to requested: Shape) -> Tensor {
        var shape = requested
        if let free = shape.firstIndex(of: -1) {
            let known = shape.enumerated().filter { $0.offset != free }.map(\.element).elementCount
            shape[free] = known == 0 ? 0 : count / known
        }
        precondition(
            shape.elementCount == count && shape.allSatisfy { $0 >= 0 },
            "reshape: \(self.shape) holds \(count) elements, \(requested) asks for another number")
        return shape == self.shape ? self : Tensor(Node(.reshape, [node], shape: shape, type: type))
    }

    /// Repeats the tensor to a larger shape by NumPy's broadcasting rule.
    public func broadcast(to shape: Shape) -> Tensor {
        precondition(self.shape.broadcasts(to: shape), Self.mismatch("broadcast", self.shape, shape))
        return shape == self.shape ? self : Tensor(Node(.broadcast, [node], shape: shape, type: type))
    }

    /// The dimensions in another order: result dimension i is this tensor's dimension `axes[i]`.
    public func permuted(_ axes: [Int]) -> Tensor {
        precondition(
            axes.sorted() == Array(0..<rank), "permute: \(axes) is not an order of the \(rank) dimensions of \(shape)")
        if axes == Array(0..<rank) { return self }
        return Tensor(Node(.permute(axes), [node], shape: axes.map { shape[$0] }, type: type))
    }

    /// The last two dimensions exchanged.
    public func transposed() -> Tensor {
        precondition(rank >= 2, "transpose: \(shape) has fewer than two dimensions")
        return permuted(Array(0..<rank - 2) + [rank - 1, rank - 2])
    }

    /// A dimension of one put in at `axis`; negative axes count from the end.
    public func expandingDimension(at axis: Int) -> Tensor {
        let place = axis < 0 ? axis + rank + 1 : axis
        precondition((0...rank).contains(place), "expandingDimension: axis \(axis) is outside \(shape)")
        var shape = shape
        shape.insert(1, at: place)
        return reshaped(to: shape)
    }

    /// The indexed element of each last row: (…, N) by int32 (…) to (…).
    ///
    /// Indices outside 0..<N give NaN.
    public func gathered(_ indices: Tensor) -> Tensor {
        requireFloats("gather")
        precondition(indices.type == .int32, "gather: the indices are \(indices.type), int32 is needed")
        precondition(
            rank >= 1 && Shape(shape.dropLast()) == indices.shape,
            "gather: values \(shape) need indices of the shape \(Shape(shape.dropLast())), given \(indices.shape)")
        return Tensor(Node(.gather, [node, indices.node], shape: indices.shape, type: .float32))
    }

    /// Rows of zeros with a one at each index: int32 (…) to (…, depth).
    public func oneHot(depth: Int) -> Tensor {
        let classes = Tensor((0..<depth).map(Float.init))
        return asFloat().expandingDimension(at: -1) .== classes
    }

    /// The matrix product (…, M, K) × (K, N) → (…, M, N), either operand optionally stored transposed (N, K).
    ///
    /// Leading dimensions of the left operand are rows of one large product.
    public func matmul(_ right: Tensor, transposeLeft: Bool = false, transposeRight: Bool = false) -> Tensor {
        requireFloats("matmul")
        right.requireFloats("matmul")
        precondition(
            rank >= 2 && right.rank == 2 && (rank == 2 || !transposeLeft),
            "matmul: the operands are \(shape) and \(right.shape); the right one must have two dimensions, and the left one too if transposed"
        )
        if rank > 2 {
            let rows = reshaped(to: [Shape(shape.dropLast()).elementCount, shape[rank - 1]]).matmul(
                right, transposeRight: transposeRight)
            return rows.reshaped(to: Shape(shape.dropLast()) + [rows.shape[1]])
        }
        let (m, k) = transposeLeft ? (shape[1], shape[0]) : (shape[0], shape[1])
        let (k2, n) = transposeRight ? (right.shape[1], right.shape[0]) : (right.shape[0], right.shape[1])
        precondition(
            k == k2,
            "matmul: \(shape)\(transposeLeft ? " transposed" : "") × \(right.shape)\(transposeRight ? " transposed" : ""): the inner extents \(k) and \(k2) differ"
        )
        let operation = Operation.matmul(transposeLeft: transposeLeft, transposeRight: transposeRight)
        return Tensor(Node(operation, [node, right.node], shape: [m, n], type: .float32))
    }
}
