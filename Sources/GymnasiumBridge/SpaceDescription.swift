import Environments
import Experience
import Storage

extension Space {
    /// The largest number of elements in a space.
    private static let largestCount = 1 << 28

    /// Reads a space that a child describes; nil if the description is malformed.
    init?(description: JSON) {
        switch description["kind"]?.string {
        case "discrete":
            guard let count = description["count"]?.integer, count > 0 else { return nil }
            self = .discrete(count)
        case "multiDiscrete":
            guard let counts = description["counts"]?.integers, !counts.isEmpty, counts.allSatisfy({ $0 > 0 }) else {
                return nil
            }
            self = .multiDiscrete(counts)
        case "multiBinary":
            guard let shape = Self.shape(description) else { return nil }
            self = .multiBinary(shape)
        case "box":
            guard let shape = Self.shape(description), let element = description["element"]?.element,
                let low = Self.bounds(description["low"], shape), let high = Self.bounds(description["high"], shape)
            else { return nil }
            self = .box(low: low, high: high, shape: shape, element: element)
        case "tuple":
            guard let parts = Self.parts(description) else { return nil }
            self = .tuple(parts)
        case "dictionary":
            guard let parts = Self.parts(description), let names = description["names"]?.array?.compactMap(\.string),
                names.count == parts.count, Set(names).count == names.count
            else { return nil }
            self = .dictionary(Dictionary(uniqueKeysWithValues: zip(names, parts)))
        default: return nil
        }
    }

    private static func shape(_ description: JSON) -> [Int]? {
        guard let shape = description["shape"]?.integers, shape.count <= 32 else { return nil }
        var count = 1
        for size in shape {
            guard 1...largestCount ~= size, count <= largestCount / size else { return nil }
            count *= size
        }
        return shape
    }

    /// One bound per element; a single number stands for all.
    private static func bounds(_ description: JSON?, _ shape: [Int]) -> [Double]? {
        let count = shape.reduce(1, *)
        if let number = description?.bound { return Array(repeating: number, count: count) }
        guard let numbers = description?.array?.compactMap(\.bound), numbers.count == count else { return nil }
        return numbers
    }

    private static func parts(_ description: JSON) -> [Space]? {
        guard let all = description["parts"]?.array, !all.isEmpty else { return nil }
        let parts = all.compactMap { Space(description: $0) }
        return parts.count == all.count ? parts : nil
    }
}

extension JSON {
    /// The elements of an array of integers.
    fileprivate var integers: [Int]? {
        guard let array else { return nil }
        let integers = array.compactMap(\.integer)
        return integers.count == array.count ? integers : nil
    }

    /// A number, or an infinity by name.
    fileprivate var bound: Double? {
        switch string {
        case "inf": .infinity
        case "-inf": -.infinity
        default: double
        }
    }

    /// The element type of this name.
    var element: ElementType? { string.flatMap(ElementType.init(rawValue:)) }
}
