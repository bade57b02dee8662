// Reductions, and the functions of last rows that are composed of them.

extension Tensor {
    /// The sum over the given dimensions (by default all); an empty sum is 0.
    public func sum(_ axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
        reduced(.sum, axes, keepDimensions)
    }

    /// The mean over the given dimensions (by default all); NaN for an empty mean.
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
        precondition(rank >= 1 && shape[rank - 1] > 0, "argmax: the last dimension of \(shape) has no elements")
        return Tensor(Node(.argmax, [node], shape: Shape(shape.dropLast()), type: .int32))
    }

    /// The smallest element over the given dimensions; equal ones share the gradient evenly.
    ///
    /// - Precondition: none of the dimensions is empty.
    public func min(_ axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
        -((-self).max(axes, keepDimensions: keepDimensions))
    }

    /// The mean squared distance from the mean over the given dimensions (by default all), divided by n, or by n − 1
    /// with `unbiased`.
    public func variance(_ axes: [Int]? = nil, keepDimensions: Bool = false, unbiased: Bool = false) -> Tensor {
        let squares = (self - mean(axes, keepDimensions: true)).squared()
        let total = squares.sum(axes, keepDimensions: keepDimensions)
        let number = Double(count) / Double(total.count)
        return total * (1 / (unbiased ? number - 1 : number))
    }

    /// log Σ eˣ along `axis`, without overflow; −∞ where all elements are −∞.
    public func logSumExp(axis: Int = -1, keepDimensions: Bool = false) -> Tensor {
        let place = self.axis(axis, "logSumExp")
        let largest = max([place], keepDimensions: true).withoutGradient()
        let shift = Tensor.select(largest.absolute() .< Tensor(.infinity), largest, Tensor(0))
        let result = (self - shift).exp().sum([place], keepDimensions: true).log() + shift
        return keepDimensions ? result : result.reshaped(to: Shape(shape[..<place] + shape[(place + 1)...]))
    }

    /// x − log Σ eˣ along `axis`; its gradient is g − softmax(x) Σ g.
    public func logSoftmax(axis: Int = -1) -> Tensor {
        let shifted = self - max([axis], keepDimensions: true).withoutGradient()
        let exponentials = shifted.exp()
        let sum = exponentials.sum([axis], keepDimensions: true)
        let probabilities = exponentials * (1 / sum)
        return (shifted - sum.log()).withGradient(of: [self]) { g in
            [g - probabilities * g.sum([axis], keepDimensions: true)]
        }
    }

    /// eˣ / Σ eˣ along `axis`, with one division per row; its gradient is y (g − Σ g y).
    public func softmax(axis: Int = -1) -> Tensor {
        let exponentials = (self - max([axis], keepDimensions: true).withoutGradient()).exp()
        return (exponentials * (1 / exponentials.sum([axis], keepDimensions: true))).withSoftmaxGradient(
            of: self, axis: axis)
    }

    /// This tensor, which must be the softmax of `x`, with the gradient y (g − Σ g y).
    package func withSoftmaxGradient(of x: Tensor, axis: Int = -1) -> Tensor {
        withGradient(of: [x]) { g in [self * (g - (g * self).sum([axis], keepDimensions: true))] }
    }

    /// Cumulative sums along `axis`, each including its own element; from the end with `reverse`.
    public func cumulativeSum(axis: Int, reverse: Bool = false) -> Tensor {
        requireFloats("cumulativeSum")
        let operation = Operation.cumulativeSum(axis: self.axis(axis, "cumulativeSum"), reverse: reverse)
        return Tensor(Node(operation, [node], shape: shape, type: .float32))
    }

    /// Cumulative products along `axis`, each including its own element. It takes log₂ n products of shifted copies, so
    /// that the gradient is right for elements of zero too.
    public func cumulativeProduct(axis: Int) -> Tensor {
        let place = self.axis(axis, "cumulativeProduct")
        let extent = shape[place]
        var (result, shift) = (self, 1)
        while shift < extent {
            var low = [Int](repeating: 0, count: rank)
            low[place] = shift
            let earlier = result.sliced(0..<extent - shift, axis: place)
            let none = [Int](repeating: 0, count: rank)
            result = result * earlier.padded(low: low, high: none, with: 1)
            shift *= 2
        }
        return result
    }

    /// Neighbouring dimensions are reduced together; separate runs of them are reduced one after another, the last run
    /// first.
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

    /// The sum that reverses a broadcast from `shape`.
    func summed(to shape: Shape) -> Tensor {
        if self.shape == shape { return self }
        let padded = shape.padded(toRank: rank)
        let repeated = (0..<rank).filter { padded[$0] == 1 && self.shape[$0] != 1 }
        let total = repeated.isEmpty ? self : sum(repeated, keepDimensions: true)
        return total.reshaped(to: shape)
    }
}
