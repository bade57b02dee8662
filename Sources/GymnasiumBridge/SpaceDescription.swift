import Environments
import Experience
import Storage

extension Space {
    /// The largest number of elements in a space: a box has two bounds for each.
    static let largestCount = 1 << 24

    /// Reads a space that a child describes; nil if the description is malformed, or has more than ``largestCount``
    /// elements.
    init?(description: JSON) {
        var rest = Self.largestCount
        self.init(description, &rest)
    }

    /// - Parameter rest: the number of elements that it may have, less those that it has.
    private init?(_ description: JSON, _ rest: inout Int) {
        let choices = 1...Int(Int32.max)
        switch description["kind"]?.string {
        case "discrete":
            guard let count = description["count"]?.integer, choices ~= count, rest > 0 else { return nil }
            rest -= 1
            self = .discrete(count)
        case "multiDiscrete":
            guard let counts = description["counts"]?.integers, 1...max(rest, 1) ~= counts.count, rest > 0,
                counts.allSatisfy({ choices ~= $0 })
            else { return nil }
            rest -= counts.count
            self = .multiDiscrete(counts)
        case "multiBinary":
            guard let shape = Self.shape(description, &rest) else { return nil }
            self = .multiBinary(shape)
        case "box":
            guard let shape = Self.shape(description, &rest), let element = description["element"]?.element,
                let low = Self.bounds(description["low"], shape), let high = Self.bounds(description["high"], shape)
            else { return nil }
            self = .box(low: low, high: high, shape: shape, element: element)
        case "tuple":
            guard let parts = Self.parts(description, &rest) else { return nil }
            self = .tuple(parts)
        case "dictionary":
            guard let parts = Self.parts(description, &rest),
                let names = description["names"]?.array?.compactMap(\.string),
                names.count == parts.count, Set(names).count == names.count
            else { return nil }
            self = .dictionary(Dictionary(uniqueKeysWithValues: zip(names, parts)))
        default: return nil
        }
    }

    private static func shape(_ description: JSON, _ rest: inout Int) -> [Int]? {
        guard let shape = description["shape"]?.integers, shape.count <= 32 else { return nil }
        var count = 1
        for size in shape {
            guard 1...largestCount ~= size, count <= rest / size else { return nil }
            count *= size
        }
        rest -= count
        return rest < 0 ? nil : shape
    }

    /// One bound per element; a single number stands for all.
    private static func bounds(_ description: JSON?, _ shape: [Int]) -> [Double]? {
        let count = shape.reduce(1, *)
        if let number = description?.bound { return Array(repeating: number, count: count) }
        guard let numbers = description?.array?.compactMap(\.bound), numbers.count == count else { return nil }
        return numbers
    }

    private static func parts(_ description: JSON, _ rest: inout Int) -> [Space]? {
        guard let all = description["parts"]?.array, !all.isEmpty else { return nil }
        var parts: [Space] = []
        for part in all {
            guard let space = Space(part, &rest) else { return nil }
            parts.append(space)
        }
        return parts
    }
}

extension SpaceOrigin {
    /// How a space is counted that a child describes; nil if from 0.
    init?(_ space: Space, _ description: JSON, _ text: String?) {
        let starts = Self.starts(description)
        guard starts.contains(where: { $0 != 0 }), starts.count == space.count else { return nil }
        self.init(starts: starts, text: text ?? "\(space)")
    }

    private static func starts(_ description: JSON) -> [Int] {
        if let parts = description["parts"]?.array {
            // As a dictionary's: in the order of their names.
            guard let names = description["names"]?.array?.compactMap(\.string), names.count == parts.count else {
                return parts.flatMap(starts)
            }
            return zip(names, parts).sorted { $0.0 < $1.0 }.flatMap { starts($0.1) }
        }
        if let starts = description["start"]?.integers { return starts }
        let shape = description["shape"]?.integers ?? []
        return Array(repeating: 0, count: shape.reduce(1, *))
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
