// Products and factorisations of the matrices in the last two dimensions.

extension Tensor {
    /// The matrix product (…, M, K) × (…, K, N) → (…, M, N). Either operand may be stored transposed, as (…, K, M) or
    /// (…, N, K).
    ///
    /// Leading dimensions broadcast. If the right operand has none, those of the left one become rows of one large
    /// product.
    public func matmul(_ right: Tensor, transposeLeft: Bool = false, transposeRight: Bool = false) -> Tensor {
        requireFloats("matmul")
        right.requireFloats("matmul")
        precondition(
            rank >= 2 && right.rank >= 2,
            "matmul: the operands are \(shape) and \(right.shape); both need at least two dimensions")
        if rank > 2 && right.rank == 2 && !transposeLeft {
            let rows = reshaped(to: [Shape(shape.dropLast()).elementCount, shape[rank - 1]]).matmul(
                right, transposeRight: transposeRight)
            return rows.reshaped(to: Shape(shape.dropLast()) + [rows.shape[1]])
        }
        let (own, other) = (Shape(shape.suffix(2)), Shape(right.shape.suffix(2)))
        let (m, k) = transposeLeft ? (own[1], own[0]) : (own[0], own[1])
        let (k2, n) = transposeRight ? (other[1], other[0]) : (other[0], other[1])
        guard k == k2, let batch = Shape(shape.dropLast(2)).broadcast(with: Shape(right.shape.dropLast(2))) else {
            preconditionFailure(
                "matmul: \(shape)\(transposeLeft ? " transposed" : "") × "
                    + "\(right.shape)\(transposeRight ? " transposed" : ""): the inner extents "
                    + "\(k) and \(k2) must be equal, and the leading dimensions must broadcast")
        }
        let (a, b) = (broadcast(to: batch + own), right.broadcast(to: batch + other))
        let operation = Operation.matmul(transposeLeft: transposeLeft, transposeRight: transposeRight)
        return Tensor(Node(operation, [a.node, b.node], shape: batch + [m, n], type: .float32))
    }

    /// The lower triangular L with L Lᵀ = A of symmetric positive definite matrices (…, N, N), of which only the lower
    /// triangle is read; NaN if a matrix is not positive definite. The gradient is symmetric.
    public func cholesky() -> Tensor {
        requireSquare("cholesky")
        return Tensor(Node(.cholesky, [node], shape: shape, type: .float32))
    }

    /// X with T X = B (Tᵀ X = B with `transposed`) for this lower (or upper) triangular T (…, N, N) and B (…, N, M);
    /// the other triangle is not read.
    public func triangularSolve(_ rightSide: Tensor, upper: Bool = false, transposed: Bool = false) -> Tensor {
        requireSquare("triangularSolve")
        rightSide.requireFloats("triangularSolve")
        precondition(
            rightSide.rank == rank && Shape(rightSide.shape.dropLast()) == Shape(shape.dropLast()),
            "triangularSolve: the triangle \(shape) needs right sides \(shape.dropLast() + [-1]), "
                + "given \(rightSide.shape)")
        let operation = Operation.triangularSolve(upper: upper, transposed: transposed)
        return Tensor(Node(operation, [node, rightSide.node], shape: rightSide.shape, type: .float32))
    }

    /// The inverse of matrices (…, N, N), by elimination with partial pivoting; infinite or NaN for a singular matrix.
    public func inverse() -> Tensor {
        requireSquare("inverse")
        return Tensor(Node(.inverse, [node], shape: shape, type: .float32))
    }

    /// log |det A| of matrices (…, N, N) → (…), by elimination with partial pivoting; −∞ for a singular matrix.
    public func logAbsoluteDeterminant() -> Tensor {
        requireSquare("logAbsoluteDeterminant")
        return Tensor(Node(.logAbsoluteDeterminant, [node], shape: Shape(shape.dropLast(2)), type: .float32))
    }

    /// The diagonals of matrices (…, N, N) → (…, N).
    public func diagonal() -> Tensor {
        requireSquare("diagonal")
        let size = shape[rank - 1]
        let indices = (0..<Shape(shape.dropLast(2)).elementCount).flatMap { _ in (0..<size).map { Int32($0) } }
        return gathered(Tensor(indices, shape: Shape(shape.dropLast())))
    }

    private func requireSquare(_ name: String) {
        requireFloats(name)
        precondition(
            rank >= 2 && shape[rank - 1] == shape[rank - 2], "\(name): square matrices are needed, given \(shape)")
    }
}
