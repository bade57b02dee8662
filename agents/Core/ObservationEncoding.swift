import Experience

/// How a network sees observations: a discrete one as a one-hot row or as its index, an array as its elements, and the
/// bytes of an image, whose bounds are 0 and 255, as numbers from 0 to 1.
public struct ObservationEncoding: Sendable {
    /// The number of a network's inputs.
    public let inputCount: Int
    /// The number of discrete observations; 0 for arrays.
    @usableFromInline let stateCount: Int
    /// Whether a discrete observation is one input, its index.
    @usableFromInline let isNumbered: Bool
    /// The divisor of bytes.
    @usableFromInline let divisor: Float

    /// The encoding of a space, or nil if no network here takes it.
    ///
    /// - Parameter isNumbered: whether a discrete observation is one input, its index, as an embedding needs.
    public init?(_ space: Space, isNumbered: Bool = false) {
        switch space {
        case .discrete(let count): (inputCount, stateCount) = (isNumbered ? 1 : count, count)
        case .box, .multiBinary: (inputCount, stateCount) = (space.count, 0)
        case .multiDiscrete, .tuple, .dictionary: return nil
        }
        self.isNumbered = isNumbered && stateCount > 0
        divisor = Self.isPicture(space) ? 255 : 1
    }

    private static func isPicture(_ space: Space) -> Bool {
        guard case .box(let low, let high, _, .uint8) = space else { return false }
        return low.allSatisfy { $0 == 0 } && high.allSatisfy { $0 == 255 }
    }

    /// Writes the network's inputs for a stored row.
    @inlinable public func encode(
        _ row: UnsafeRawPointer, type: ElementType, into inputs: UnsafeMutablePointer<Float>
    ) {
        guard stateCount > 0 else { return encode(row, type: type, count: inputCount, into: inputs, stride: 1) }
        let index = Rows(row, type: type, count: 1, width: 1).integer(0)
        precondition(0..<stateCount ~= index, "the observation \(index) is not in Discrete(\(stateCount))")
        if isNumbered { return inputs[0] = Float(index) }
        inputs.update(repeating: 0, count: inputCount)
        inputs[index] = 1
    }

    /// Writes `count` elements of an array, such as one frame of a stack, `stride` inputs apart.
    @inlinable func encode(
        _ elements: UnsafeRawPointer, type: ElementType, count: Int, into inputs: UnsafeMutablePointer<Float>,
        stride: Int
    ) {
        // With a stride of 1 the compiler uses vectors.
        switch type {
        case .float32:
            let values = elements.assumingMemoryBound(to: Float.self)
            if stride == 1 { return inputs.update(from: values, count: count) }
            for i in 0..<count { inputs[i * stride] = values[i] }
        case .uint8, .boolean:
            let (values, divisor) = (elements.assumingMemoryBound(to: UInt8.self), divisor)
            if stride == 1 {
                for i in 0..<count { inputs[i] = Float(values[i]) / divisor }
            } else {
                for i in 0..<count { inputs[i * stride] = Float(values[i]) / divisor }
            }
        case .int32:
            let values = elements.assumingMemoryBound(to: Int32.self)
            for i in 0..<count { inputs[i * stride] = Float(values[i]) }
        case .int64, .float64:
            let row = Rows(elements, type: type, count: 1, width: count)
            for i in 0..<count { inputs[i * stride] = Float(row.number(0, i)) }
        }
    }

    /// Writes the network's inputs for some of the rows, in the order of their indices.
    @inlinable func encode(
        _ rows: Rows, at indices: UnsafeBufferPointer<Int>, into inputs: UnsafeMutableBufferPointer<Float>
    ) {
        let start = inputs.baseAddress!
        guard stateCount == 0, rows.type == .float32 else {
            for (place, row) in indices.enumerated() {
                encode(rows.row(row), type: rows.type, into: start + place * inputCount)
            }
            return
        }
        let (values, width) = (rows.floats.baseAddress!, inputCount)
        for (place, row) in indices.enumerated() {
            let (source, target) = (values + row * width, start + place * width)
            var number = 0
            while number + 4 <= width {
                let four = UnsafeRawPointer(source + number).loadUnaligned(as: SIMD4<Float>.self)
                UnsafeMutableRawPointer(target + number).storeBytes(of: four, as: SIMD4<Float>.self)
                number += 4
            }
            while number < width { (target[number], number) = (source[number], number + 1) }
        }
    }

    /// Writes the network's inputs for every row.
    @inlinable public func encode(_ rows: Rows, into inputs: UnsafeMutableBufferPointer<Float>) {
        encode(rows, 0..<rows.count, into: inputs)
    }

    /// Writes the network's inputs for a range of the rows.
    @inlinable func encode(_ rows: Rows, _ range: Range<Int>, into inputs: UnsafeMutableBufferPointer<Float>) {
        guard stateCount == 0, !range.isEmpty else {
            for (place, row) in range.enumerated() {
                encode(rows.row(row), type: rows.type, into: inputs.baseAddress! + place * inputCount)
            }
            return
        }
        encode(
            rows.row(range.lowerBound), type: rows.type, count: range.count * inputCount, into: inputs.baseAddress!,
            stride: 1)
    }
}
