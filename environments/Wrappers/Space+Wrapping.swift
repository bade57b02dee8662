import Experience

extension Space {
    /// The space of `count` stacked members, with a leading axis; nil for tuples and dictionaries.
    @usableFromInline func stacked(_ count: Int) -> Space? {
        func repeated<Value>(_ values: [Value]) -> [Value] { (0..<count).flatMap { _ in values } }
        return switch self {
        case .discrete(let choices): .multiDiscrete(Array(repeating: choices, count: count))
        case .multiDiscrete(let counts): .multiDiscrete(repeated(counts))
        case .multiBinary(let shape): .multiBinary([count] + shape)
        case .box(let low, let high, let shape, let element):
            .box(low: repeated(low), high: repeated(high), shape: [count] + shape, element: element)
        case .tuple, .dictionary: nil
        }
    }

    /// The member whose numbers are nearest to 0.
    @usableFromInline var numbersNearestZero: [Double] {
        switch self {
        case .box(let low, let high, _, _): zip(low, high).map { min(max(0, $0), $1) }
        case .tuple, .dictionary: parts.flatMap(\.numbersNearestZero)
        default: Array(repeating: 0, count: count)
        }
    }

    /// The box of all flattened members: integers out of n become n numbers, arrays become vectors.
    @usableFromInline func flattened(element: ElementType) -> Space {
        let (low, high) = flatBounds
        return .box(low: low, high: high, shape: [low.count], element: element)
    }

    /// The number of numbers of a flattened member; nil if it is more than can be counted.
    var flatCount: Int? {
        switch self {
        case .discrete(let choices): choices
        case .multiDiscrete(let counts): Self.sum(counts)
        case .box, .multiBinary: count
        case .tuple, .dictionary: Self.sum(parts.map(\.flatCount))
        }
    }

    private static func sum(_ counts: [Int?]) -> Int? {
        counts.reduce(0) { sum, count in
            guard let sum, let (total, overflow) = count.map(sum.addingReportingOverflow) else { return nil }
            return overflow ? nil : total
        }
    }

    private var flatBounds: (low: [Double], high: [Double]) {
        func bits(_ count: Int) -> ([Double], [Double]) {
            (Array(repeating: 0, count: count), Array(repeating: 1, count: count))
        }
        switch self {
        case .discrete(let count): return bits(count)
        case .multiDiscrete(let counts): return bits(counts.reduce(0, +))
        case .multiBinary: return bits(count)
        case .box(let low, let high, _, _): return (low, high)
        case .tuple, .dictionary:
            let bounds = parts.map(\.flatBounds)
            return (bounds.flatMap(\.low), bounds.flatMap(\.high))
        }
    }

    /// Whether members are images of bytes with `axes` axes, over the full range.
    func isImage(axes: ClosedRange<Int>) -> Bool {
        guard case .box(let low, let high, let shape, .uint8) = self, axes.contains(shape.count) else { return false }
        return low.allSatisfy { $0 == 0 } && high.allSatisfy { $0 == 255 }
    }

    /// Images of bytes.
    static func image(_ shape: [Int]) -> Space { .box(0...255, shape: shape, element: .uint8) }
}
