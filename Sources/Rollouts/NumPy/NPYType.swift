/// The element types of NumPy arrays that are read and written here.
public enum NPYType: Hashable, Sendable {
    case float32, float64, int32, int64, uint8, uint64, boolean
    /// Texts of at most `length` Unicode scalars, at least 1, each padded with zeros to that length (UTF-32).
    case text(length: Int)

    /// The type's name in a file, such as `<f4`.
    public var name: String {
        switch self {
        case .float32: "<f4"
        case .float64: "<f8"
        case .int32: "<i4"
        case .int64: "<i8"
        case .uint8: "|u1"
        case .uint64: "<u8"
        case .boolean: "|b1"
        case .text(let length): "<U\(length)"
        }
    }

    /// The longest text accepted in a file, in Unicode scalars.
    public static let longestText = 1 << 24

    /// The type with this name.
    init?(name: String) {
        let simple: [NPYType] = [.float32, .float64, .int32, .int64, .uint8, .uint64, .boolean]
        if let type = simple.first(where: { $0.name == name }) {
            self = type
        } else if name.hasPrefix("<U"), let length = Int(name.dropFirst(2)), (1...Self.longestText).contains(length) {
            self = .text(length: length)
        } else {
            return nil
        }
    }

    /// Bytes of one element.
    public var size: Int {
        switch self {
        case .uint8, .boolean: 1
        case .float32, .int32: 4
        case .float64, .int64, .uint64: 8
        case .text(let length): 4 * length
        }
    }

    /// Bytes of what has an order of bytes: an element, or a character of a text.
    var unitSize: Int { if case .text = self { 4 } else { size } }
}

/// A Swift number that a NumPy array can hold. Booleans are not among them, since not every byte is a `Bool`: use
/// ``NPYArray/booleans(file:)``.
public protocol NPYElement: BitwiseCopyable, Sendable {
    /// The type of such numbers in a file.
    static var npyType: NPYType { get }
}

extension Float: NPYElement {
    public static var npyType: NPYType { .float32 }
}

extension Double: NPYElement {
    public static var npyType: NPYType { .float64 }
}

extension Int32: NPYElement {
    public static var npyType: NPYType { .int32 }
}

extension Int64: NPYElement {
    public static var npyType: NPYType { .int64 }
}

extension UInt8: NPYElement {
    public static var npyType: NPYType { .uint8 }
}

extension UInt64: NPYElement {
    public static var npyType: NPYType { .uint64 }
}
