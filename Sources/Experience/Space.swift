/// A set of observations or actions, in Gymnasium's terms.
///
/// A member is written as its numbers in row-major order; for a tuple or dictionary, those of its parts in order.
public indirect enum Space: Hashable, Sendable {
    /// The integers `0..<count`.
    case discrete(Int)
    /// Arrays of numbers within bounds, one pair of bounds per element, row-major.
    case box(low: [Double], high: [Double], shape: [Int], element: ElementType)
    /// A fixed number of integers, the i-th in `0..<counts[i]`.
    case multiDiscrete([Int])
    /// An array of zeros and ones of the given shape.
    case multiBinary([Int])
    /// Several spaces in order.
    case tuple([Space])
    /// Several named spaces, in the order of their names.
    case dictionary([String: Space])

    /// A box with the same bounds for each element.
    ///
    /// Float32 bounds are rounded to that type, as Gymnasium stores them.
    public static func box(_ range: ClosedRange<Double>, shape: [Int], element: ElementType = .float32) -> Space {
        let count = shape.reduce(1, *)
        let round: (Double) -> Double = { element == .float32 ? Double(Float($0)) : $0 }
        return .box(
            low: Array(repeating: round(range.lowerBound), count: count),
            high: Array(repeating: round(range.upperBound), count: count), shape: shape, element: element)
    }

    /// The shape of one member: empty for a number, `[count]` for a tuple or dictionary.
    public var shape: [Int] {
        switch self {
        case .discrete: []
        case .box(_, _, let shape, _), .multiBinary(let shape): shape
        case .multiDiscrete(let counts): [counts.count]
        case .tuple, .dictionary: [count]
        }
    }

    /// The number of numbers in a member.
    public var count: Int {
        switch self {
        case .discrete, .box, .multiDiscrete, .multiBinary: shape.reduce(1, *)
        case .tuple, .dictionary: parts.reduce(0) { $0 + $1.count }
        }
    }

    /// The number of members of a discrete space; nil for the others.
    public var discreteCount: Int? {
        if case .discrete(let count) = self { count } else { nil }
    }

    /// The element type of an action in this space, as in Gymnasium: int64 for choices, uint8 for bits, and a box's own
    /// type.
    public var actionType: ElementType {
        switch self {
        case .discrete, .multiDiscrete: .int64
        case .multiBinary: .uint8
        case .box(_, _, _, let element): element
        case .tuple, .dictionary: .float64
        }
    }

    /// The spaces that a tuple or dictionary consists of, in order; empty for other spaces.
    public var parts: [Space] {
        switch self {
        case .tuple(let spaces): spaces
        case .dictionary(let spaces): spaces.sorted { $0.key < $1.key }.map(\.value)
        default: []
        }
    }

    /// Whether `numbers`, in row-major order, is a member.
    ///
    /// A box of integers contains only whole numbers; no space contains NaN.
    public func contains(_ numbers: some Collection<Double>) -> Bool {
        guard numbers.count == count else { return false }
        switch self {
        case .discrete(let count):
            return numbers.allSatisfy { Self.isIndex($0, below: count) }
        case .box(let low, let high, _, let element):
            return zip(numbers, zip(low, high)).allSatisfy { number, bounds in
                bounds.0 <= number && number <= bounds.1
                    && (element == .float32 || number == number.rounded(.towardZero))
            }
        case .multiDiscrete(let counts):
            return zip(numbers, counts).allSatisfy { Self.isIndex($0, below: $1) }
        case .multiBinary:
            return numbers.allSatisfy { $0 == 0 || $0 == 1 }
        case .tuple, .dictionary:
            var rest = numbers[...]
            return parts.allSatisfy { part in
                let own = rest.prefix(part.count)
                rest = rest.dropFirst(part.count)
                return part.contains(own)
            }
        }
    }

    /// Whether an environment may be given `numbers` as an action: members, and numbers beyond the bounds of a box of
    /// floats, which most environments clip. NaN is none.
    public func accepts(_ numbers: some Collection<Double>) -> Bool {
        guard case .box(_, _, _, .float32) = self else { return contains(numbers) }
        return numbers.count == count && !numbers.contains(where: \.isNaN)
    }

    /// Whether `number` is a member of a discrete space.
    public func contains(_ number: Int) -> Bool {
        guard case .discrete(let count) = self else { return false }
        return 0 <= number && number < count
    }

    private static func isIndex(_ number: Double, below count: Int) -> Bool {
        0 <= number && number < Double(count) && number == number.rounded(.towardZero)
    }
}

extension Space: CustomStringConvertible {
    /// The space as Gymnasium prints it, such as `Discrete(2)` or `Box(-1.0, 1.0, (3,), float32)`.
    public var description: String {
        switch self {
        case .discrete(let count): "Discrete(\(count))"
        case .box(let low, let high, let shape, let element):
            "Box(\(Self.bounds(low, element)), \(Self.bounds(high, element)), \(Self.tuple(shape)), \(element))"
        case .multiDiscrete(let counts): "MultiDiscrete([\(counts.map(String.init).joined(separator: " "))])"
        case .multiBinary(let shape):
            "MultiBinary(\(shape.count == 1 ? String(shape[0]) : Self.tuple(shape)))"
        case .tuple(let spaces): "Tuple(\(spaces.map(\.description).joined(separator: ", ")))"
        case .dictionary(let spaces):
            "Dict(\(spaces.sorted { $0.key < $1.key }.map { "'\($0)': \($1)" }.joined(separator: ", ")))"
        }
    }

    private static func tuple(_ shape: [Int]) -> String {
        "(\(shape.map(String.init).joined(separator: ", "))\(shape.count == 1 ? "," : ""))"
    }

    /// One number if all bounds are equal, else a list, abbreviated in the middle if it is long.
    private static func bounds(_ values: [Double], _ element: ElementType) -> String {
        let write: (Double) -> String = {
            element == .float32 ? "\(Float($0))" : "\(Int(exactly: $0).map(String.init) ?? "\($0)")"
        }
        if let first = values.first, values.allSatisfy({ $0 == first }) { return write(first) }
        let shown =
            values.count <= 8
            ? values.map(write)
            : values.prefix(3).map(write) + ["..."]
                + values.suffix(3).map(write)
        return "[\(shown.joined(separator: " "))]"
    }
}
