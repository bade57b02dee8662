// Reductions, and the functions over last rows that are made of them.

extension Tensor {
    /// The sum over the given dimensions (all of them without any); an empty sum is 0.
    public func sum(_ axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
        reduced(.sum, axes, keepDimensions)
    }

    /// The mean over the given dimensions (all of them without any); NaN over none.
    public func mean(_ axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
        let total = sum(axes, keepDimensions: keepDimensions)
        return total * (1 / (Double(count) / Double(total.count)))
    }

    /// The largest element over the given dimensions; equal ones share the gradient evenly.
    ///
    /// - Precondition: none of the dimensions is empty.
    public func max(_ axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
        reduced(.maximum, axes, keepDimensions)
    }

    /// The first index of the largest element of each last row, int32: (…, N) → (…). No gradient.
    public func argmax() -> Tensor {
        requireFloats("argmax")
        precondition(rank >= 1 && shape[rank - 1] > 0, "argmax: \(shape) has no last row to search")
        return Tensor(Node(.argmax, [node], shape: Shape(shape.dropLast()), type: .int32))
    }

    /// log Σ eˣ over each last row, without overflow: (…, N) → (…, 1) or (…).
    public func logSumExp(keepDimensions: Bool = false) -> Tensor {
        let shift = max([-1], keepDimensions: true).withoutGradient()
        let result = (self - shift).exp().sum([-1], keepDimensions: true).log() + shift
        return keepDimensions ? result : result.reshaped(to: Shape(shape.dropLast()))
    }

    /// x − log Σ eˣ over each last row.
    public func logSoftmax() -> Tensor {
        let shifted = self - max([-1], keepDimensions: true).withoutGradient()
        return shifted - shifted.exp().sum([-1], keepDimensions: true).log()
    }

    /// eˣ / Σ eˣ over each last row.
    public func softmax() -> Tensor {
        let exponentials = (self - max([-1], keepDimensions: true).withoutGradient()).exp()
        return exponentials / exponentials.sum([-1], keepDimensions: true)
    }

    /// Neighbouring dimensions are reduced together; others one run after another, the last run first.
    private func reduced(_ reduction: Operation.Reduction, _ axes: [Int]?, _ keepDimensions: Bool) -> Tensor {
        requireFloats(reduction.rawValue)
        let places = Set((axes ?? Array(0..<rank)).map { $0 < 0 ? $0 + rank : $0 }).sorted()
        precondition(
            places.allSatisfy { (0..<rank).contains($0) },
            "\(reduction.rawValue): axes \(axes ?? []) are outside the shape \(shape)")
        precondition(
            reduction == .sum || places.allSatisfy { shape[$0] > 0 },
            "max: an empty dimension of \(shape) has no largest element")
        var result = self
        var end = places.count
        while end > 0 {
            var start = end - 1
            while start > 0 && places[start - 1] == places[start] - 1 { start -= 1 }
            var shape = result.shape
            for axis in places[start..<end] { shape[axis] = 1 }
            let operation = Operation.reduce(reduction, axis: places[start], count: end - start)
            result = Tensor(Node(operation, [result.node], shape: shape, type: .float32))
            end = start
        }
        if keepDimensions { return result }
        return result.reshaped(to: shape.indices.filter { !places.contains($0) }.map { shape[$0] })
    }

    /// The sum that undoes a broadcast from `shape`.
    func summed(to shape: Shape) -> Tensor {
        if self.shape == shape { return self }
        let padded = shape.padded(toRank: rank)
        let repeated = (0..<rank).filter { padded[$0] == 1 && self.shape[$0] != 1 }
        let total = repeated.isEmpty ? self : sum(repeated, keepDimensions: true)
        return total.reshaped(to: shape)
    }
}
