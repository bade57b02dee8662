/// The kind of the numbers in a row.
public enum ElementKind: Hashable, Sendable {
    /// 0 or 1.
    case bits
    /// Whole numbers in 0..<count, such as the 256 grey levels of a byte.
    case levels(Int)
    /// Numbers from 0 to 1.
    case unit
    /// Any finite numbers.
    case reals
    /// Indices into a list of symbols, such as a text's characters.
    case symbols([Character])

    /// The kind without its details: what a model asks for.
    public enum Name: String, Hashable, Sendable, CaseIterable {
        case bits, levels, unit, reals, symbols
    }

    public var name: Name {
        switch self {
        case .bits: .bits
        case .levels: .levels
        case .unit: .unit
        case .reals: .reals
        case .symbols: .symbols
        }
    }

    /// What a number must be, for errors.
    public var expectation: String {
        switch self {
        case .bits: "0 or 1"
        case .levels(let count): "a whole number from 0 to \(count - 1)"
        case .unit: "a number from 0 to 1"
        case .reals: "a finite number"
        case .symbols(let symbols): "one of \(symbols.count) symbols"
        }
    }

    /// Whether a number is of this kind.
    public func contains(_ value: Float) -> Bool { firstViolation(in: CollectionOfOne(value)) == nil }

    /// The index of the first number that is not of this kind; nil if all are.
    func firstViolation(in numbers: DataNumbers) -> Int? {
        guard case .bytes(let bytes, let divisor) = numbers else { return firstViolation(in: numbers.floats) }
        // Bytes have at most 256 different values.
        let isRight = (0...255).map { contains(Float($0) / divisor) }
        return bytes.firstIndex { !isRight[Int($0)] }
    }

    /// The index of the first number that is not of this kind, from 0; nil if all are.
    func firstViolation<Values: Collection<Float>>(in values: Values) -> Values.Index? {
        // The range is determined only once, since there may be millions of numbers. NaN is in no range.
        let (range, isWhole): (ClosedRange<Float>, Bool) =
            switch self {
            case .bits: (0...1, true)
            case .levels(let count): (0...Float(max(0, count - 1)), true)
            case .unit: (0...1, false)
            case .reals: (-Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude, false)
            case .symbols(let symbols): (0...Float(max(0, symbols.count - 1)), true)
            }
        return values.firstIndex { !range.contains($0) || isWhole && $0.rounded() != $0 }
    }
}
