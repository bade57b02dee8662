/// The type of a row's elements.
public enum ElementType: String, Hashable, Sendable, CaseIterable {
    case float32, uint8, int32, int64, float64, boolean

    /// The size of one element in bytes.
    @inlinable public var size: Int {
        switch self {
        case .uint8, .boolean: 1
        case .float32, .int32: 4
        case .int64, .float64: 8
        }
    }
}

/// A Swift type that the elements of a row can have.
public protocol RowElement: BitwiseCopyable, Sendable {
    /// The same type as a value.
    static var elementType: ElementType { get }
}

extension Float: RowElement {
    public static var elementType: ElementType { .float32 }
}

extension UInt8: RowElement {
    public static var elementType: ElementType { .uint8 }
}

extension Int32: RowElement {
    public static var elementType: ElementType { .int32 }
}

extension Int: RowElement {
    public static var elementType: ElementType { .int64 }
}

extension Double: RowElement {
    public static var elementType: ElementType { .float64 }
}

extension Bool: RowElement {
    /// A byte that is 0 or 1.
    public static var elementType: ElementType { .boolean }
}
