// The plain loops for operations that move, choose and sort elements.

extension Reference {
    /// The coordinates of element `position` of an array of `shape`.
    private static func coordinates(_ position: Int, _ shape: Shape) -> [Int] {
        zip(shape, shape.rowMajorStrides).map { position / $1 % $0 }
    }

    private static func place(_ coordinates: [Int], _ shape: Shape) -> Int {
        zip(coordinates, shape.rowMajorStrides).map(*).reduce(0, +)
    }

    static func slice(_ x: Operand, _ starts: [Int], _ steps: [Int], _ shape: Shape) -> [Double] {
        (0..<shape.elementCount).map { position in
            let source = zip(coordinates(position, shape), zip(starts, steps)).map { $1.0 + $0 * $1.1 }
            return x.values[place(source, x.shape)]
        }
    }

    static func pad(_ x: Operand, _ low: [Int], _ steps: [Int], _ value: Double, _ shape: Shape) -> [Double] {
        var result = [Double](repeating: value, count: shape.elementCount)
        for (position, element) in x.values.enumerated() {
            let target = zip(coordinates(position, x.shape), zip(low, steps)).map { $1.0 + $0 * $1.1 }
            result[place(target, shape)] = element
        }
        return result
    }

    static func concatenate(_ parts: [Operand], _ axis: Int, _ shape: Shape) -> [Double] {
        (0..<shape.elementCount).map { position in
            var source = coordinates(position, shape)
            var part = 0
            while source[axis] >= parts[part].shape[axis] {
                source[axis] -= parts[part].shape[axis]
                part += 1
            }
            return parts[part].values[place(source, parts[part].shape)]
        }
    }

    static func gather(
        _ x: Operand, _ indices: Operand, _ batch: Int, outside: Double, _ shape: Shape
    ) -> [Double] {
        let rank = indices.shape.count
        return (0..<shape.elementCount).map { position in
            let target = coordinates(position, shape)
            let index = Int(indices.values[place([Int](target[..<rank]), indices.shape)])
            guard (0..<x.shape[batch]).contains(index) else { return outside }
            return x.values[place(target[..<batch] + [index] + target[rank...], x.shape)]
        }
    }

    static func scatterAdd(
        _ x: Operand, _ indices: Operand, _ batch: Int, _ extent: Int, _ shape: Shape
    ) -> [Double] {
        let rank = indices.shape.count
        var result = [Double](repeating: 0, count: shape.elementCount)
        for (position, element) in x.values.enumerated() {
            let source = coordinates(position, x.shape)
            let index = Int(indices.values[place([Int](source[..<rank]), indices.shape)])
            guard (0..<extent).contains(index) else { continue }
            result[place(source[..<batch] + [index] + source[rank...], shape)] += element
        }
        return result
    }

    static func argsort(_ x: Operand, _ descending: Bool) -> [Double] {
        let columns = x.shape.last!
        if columns == 0 { return [] }
        return stride(from: 0, to: x.values.count, by: columns).flatMap { start in
            // Swift's sort is stable; NaN counts as the largest.
            let keys = x.values[start..<start + columns].map { $0.isNaN ? Double.infinity.nextUp : $0 }
            let places = (0..<columns).sorted { a, b in
                let (first, second) = (keys[a], keys[b])
                let less = x.values[start + b].isNaN ? !x.values[start + a].isNaN : first < second
                let greater = x.values[start + a].isNaN ? !x.values[start + b].isNaN : first > second
                return descending ? greater : less
            }
            return places.map(Double.init)
        }
    }

    static func cumulativeSum(_ x: Operand, _ axis: Int, _ reverse: Bool) -> [Double] {
        var result = x.values
        let step = x.shape.rowMajorStrides[axis]
        let order = reverse ? Array(result.indices.reversed()) : Array(result.indices)
        for position in order {
            let coordinate = position / step % x.shape[axis]
            let before = reverse ? coordinate + 1 : coordinate - 1
            if (0..<x.shape[axis]).contains(before) {
                result[position] += result[position + (before - coordinate) * step]
            }
        }
        return result
    }
}
