/// What the elements of a row are.
public enum ElementType: String, Hashable, Sendable, CaseIterable {
    case float32, uint8, int32, int64, float64, boolean

    /// Bytes of one element.
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
    /// The type's run-time name.
    static var elementType: ElementType { get }
}

extension Float: RowElement {
    /// float32.
    public static var elementType: ElementType { .float32 }
}

extension UInt8: RowElement {
    /// uint8.
    public static var elementType: ElementType { .uint8 }
}

extension Int32: RowElement {
    /// int32.
    public static var elementType: ElementType { .int32 }
}

extension Int: RowElement {
    /// int64.
    public static var elementType: ElementType { .int64 }
}

extension Double: RowElement {
    /// float64.
    public static var elementType: ElementType { .float64 }
}

extension Bool: RowElement {
    /// boolean: a byte that is 0 or 1.
    public static var elementType: ElementType { .boolean }
}
