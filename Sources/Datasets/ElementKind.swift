/// What one number of a data row can be.
public enum ElementKind: Hashable, Sendable {
    /// 0 or 1.
    case bits
    /// Whole numbers from 0 to one below the count, such as the 256 grey levels of a byte.
    case levels(Int)
    /// Numbers from 0 to 1.
    case unit
    /// Any finite numbers.
    case reals
    /// Places in a list of symbols, such as a text's characters.
    case symbols([Character])

    /// The kind without its details: what a model asks for.
    public enum Name: String, Hashable, Sendable, CaseIterable {
        case bits, levels, unit, reals, symbols
    }

    /// The kind without its details.
    public var name: Name {
        switch self {
        case .bits: .bits
        case .levels: .levels
        case .unit: .unit
        case .reals: .reals
        case .symbols: .symbols
        }
    }

    /// What a number has to be, for errors.
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
    public func contains(_ value: Float) -> Bool {
        switch self {
        case .bits: value == 0 || value == 1
        case .levels(let count): value >= 0 && value < Float(count) && value.rounded() == value
        case .unit: value >= 0 && value <= 1
        case .reals: value.isFinite
        case .symbols(let symbols): value >= 0 && value < Float(symbols.count) && value.rounded() == value
        }
    }
}
