// Views and movement.

extension Tensor {
    /// The same elements in a different shape; one extent may be −1 and follows from the others.
    public func reshaped(to requested: Shape) -> Tensor {
        var shape = requested
        if let free = shape.firstIndex(of: -1) {
            let known = shape.enumerated().filter { $0.offset != free }.map(\.element).elementCount
            shape[free] = known == 0 ? 0 : count / known
        }
        precondition(
            shape.elementCount == count && shape.allSatisfy { $0 >= 0 },
            "reshape: \(self.shape) holds \(count) elements, which don't fit \(requested)")
        return shape == self.shape ? self : Tensor(Node(.reshape, [node], shape: shape, type: type))
    }

    /// Merges the dimensions after the first: (B, …) → (B, n), as needed between convolutions and affine layers.
    public func flattened() -> Tensor { reshaped(to: [shape[0], shape.dropFirst().reduce(1, *)]) }

    /// Repeats the tensor to a larger shape by NumPy's broadcasting rule.
    public func broadcast(to shape: Shape) -> Tensor {
        precondition(self.shape.broadcasts(to: shape), Self.mismatch("broadcast", self.shape, shape))
        return shape == self.shape ? self : Tensor(Node(.broadcast, [node], shape: shape, type: type))
    }

    /// The dimensions in another order: result dimension i is this tensor's dimension `axes[i]`.
    public func permuted(_ axes: [Int]) -> Tensor {
        precondition(
            axes.sorted() == Array(0..<rank),
            "permute: \(axes) is not a permutation of the \(rank) dimensions of \(shape)")
        if axes == Array(0..<rank) { return self }
        return Tensor(Node(.permute(axes), [node], shape: axes.map { shape[$0] }, type: type))
    }

    /// The last two dimensions exchanged.
    public func transposed() -> Tensor {
        precondition(rank >= 2, "transpose: \(shape) has fewer than two dimensions")
        return permuted(Array(0..<rank - 2) + [rank - 1, rank - 2])
    }

    /// Inserts a dimension of extent 1 at `axis`; negative axes count from the end.
    public func expandingDimension(at axis: Int) -> Tensor {
        let place = axis < 0 ? axis + rank + 1 : axis
        precondition((0...rank).contains(place), "expandingDimension: axis \(axis) is outside \(shape)")
        var shape = shape
        shape.insert(1, at: place)
        return reshaped(to: shape)
    }
}
