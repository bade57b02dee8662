// Slicing and concatenation.

extension Tensor {
    /// The elements of `range` along `axis`, or every `step`-th of them; negative axes count from the end.
    public func sliced(_ range: Range<Int>, axis: Int, step: Int = 1) -> Tensor {
        let place = self.axis(axis, "slice")
        precondition(
            range.lowerBound >= 0 && range.upperBound <= shape[place] && step > 0,
            "slice: \(range) by \(step) is not within dimension \(place) of \(shape), which has \(shape[place])")
        var starts = [Int](repeating: 0, count: rank)
        var (extents, steps) = (shape, [Int](repeating: 1, count: rank))
        (starts[place], extents[place], steps[place]) = (range.lowerBound, (range.count + step - 1) / step, step)
        return sliced(starts: starts, extents: extents, steps: steps)
    }

    /// The elements at `index` along `axis`, without that dimension.
    public func selected(_ index: Int, axis: Int) -> Tensor {
        let place = self.axis(axis, "select")
        let slice = sliced(index..<index + 1, axis: place)
        return slice.reshaped(to: Shape(shape[..<place] + shape[(place + 1)...]))
    }

    /// The elements in reverse order along `axis`.
    public func reversed(axis: Int) -> Tensor {
        let place = self.axis(axis, "reverse")
        if shape[place] < 2 { return self }
        var starts = [Int](repeating: 0, count: rank)
        var steps = [Int](repeating: 1, count: rank)
        (starts[place], steps[place]) = (shape[place] - 1, -1)
        return sliced(starts: starts, extents: shape, steps: steps)
    }

    /// Neighbouring parts of the given sizes along `axis`.
    public func split(_ sizes: [Int], axis: Int) -> [Tensor] {
        let place = self.axis(axis, "split")
        precondition(
            sizes.reduce(0, +) == shape[place],
            "split: the sizes \(sizes) don't add up to dimension \(place) of \(shape), which has \(shape[place])")
        var start = 0
        return sizes.map { size in
            defer { start += size }
            return sliced(start..<start + size, axis: place)
        }
    }

    /// `count` equal parts along `axis`.
    public func split(into count: Int, axis: Int) -> [Tensor] {
        let extent = shape[self.axis(axis, "split")]
        precondition(
            count > 0 && extent % count == 0,
            "split: \(extent) elements of \(shape) can't be divided into \(count) equal parts")
        return split([Int](repeating: extent / count, count: count), axis: axis)
    }

    /// This tensor with `value` added before and after it, `low` and `high` elements in each dimension.
    public func padded(low: [Int], high: [Int], with value: Double = 0) -> Tensor {
        precondition(
            low.count == rank && high.count == rank && (low + high).allSatisfy { $0 >= 0 },
            "pad: \(low) before and \(high) after don't fit \(shape); each dimension needs a number ≥ 0")
        let extents = zip(shape, zip(low, high)).map { $0 + $1.0 + $1.1 }
        return padded(to: extents, low: low, steps: [Int](repeating: 1, count: rank), value: value)
    }

    /// The tensors concatenated along `axis`; their other extents are equal.
    public static func concatenated(_ parts: [Tensor], axis: Int) -> Tensor {
        precondition(!parts.isEmpty, "concatenate: no tensor given")
        let place = parts[0].axis(axis, "concatenate")
        for part in parts.dropFirst() {
            var expected = parts[0].shape
            if part.rank == expected.count { expected[place] = part.shape[place] }
            precondition(
                part.shape == expected && part.type == parts[0].type,
                "concatenate along \(place): \(parts[0].shape) \(parts[0].type) and \(part.shape) \(part.type) "
                    + "may differ only in that dimension")
        }
        if parts.count == 1 { return parts[0] }
        var shape = parts[0].shape
        shape[place] = parts.reduce(0) { $0 + $1.shape[place] }
        return Tensor(Node(.concatenate(axis: place), parts.map(\.node), shape: shape, type: parts[0].type))
    }

    /// Tensors of one shape stacked along a new dimension at `axis`.
    public static func stacked(_ parts: [Tensor], axis: Int = 0) -> Tensor {
        concatenated(parts.map { $0.expandingDimension(at: axis) }, axis: axis)
    }

    /// A square matrix with ones below the diagonal and `diagonal` on it, zeros above.
    public static func lowerTriangle(_ size: Int, diagonal: Double = 1) -> Tensor {
        let values = (0..<size * size).map { place -> Float in
            let (row, column) = (place / size, place % size)
            return column < row ? 1 : column == row ? Float(diagonal) : 0
        }
        return Tensor(values, shape: [size, size])
    }

    /// The dimension that `axis` denotes; negative numbers count from the end.
    func axis(_ axis: Int, _ name: String) -> Int {
        let place = axis < 0 ? axis + rank : axis
        precondition((0..<rank).contains(place), "\(name): axis \(axis) is outside the shape \(shape)")
        return place
    }

    func sliced(starts: [Int], extents: Shape, steps: [Int]) -> Tensor {
        if extents == shape && steps.allSatisfy({ $0 == 1 }) { return self }
        return Tensor(Node(.slice(starts: starts, steps: steps), [node], shape: extents, type: type))
    }

    func padded(to extents: Shape, low: [Int], steps: [Int], value: Double = 0) -> Tensor {
        if extents == shape { return self }
        requireFloats("pad")
        return Tensor(Node(.pad(low: low, steps: steps, value: value), [node], shape: extents, type: type))
    }

    /// Zeros of `shape` with this tensor's elements where the slice read them: the gradient of the slice.
    func unsliced(to shape: Shape, _ starts: [Int], _ steps: [Int]) -> Tensor {
        var upright = self
        var low = starts
        for axis in 0..<rank where steps[axis] < 0 {
            upright = upright.reversed(axis: axis)
            low[axis] = starts[axis] + (self.shape[axis] - 1) * steps[axis]
        }
        return upright.padded(to: shape, low: low, steps: steps.map(abs))
    }
}
