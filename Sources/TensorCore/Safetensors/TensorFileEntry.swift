import Storage

/// The types of tensor elements in a safetensors file that can be read and written here.
public enum TensorFileType: String, Hashable, Sendable, CaseIterable {
    // In the order of tensors in a file, which is the format's own library's: larger elements first, so that every
    // tensor is aligned.
    case uint64 = "U64"
    case int64 = "I64"
    case float64 = "F64"
    case float32 = "F32"
    case uint32 = "U32"
    case int32 = "I32"
    /// The upper half of a float32.
    case bfloat16 = "BF16"
    /// Half precision, IEEE 754's binary16.
    case float16 = "F16"
    case uint16 = "U16"
    case int16 = "I16"
    case int8 = "I8"
    case uint8 = "U8"
    case boolean = "BOOL"

    /// Bytes of one element.
    public var size: Int {
        switch self {
        case .float64, .int64, .uint64: 8
        case .float32, .int32, .uint32: 4
        case .bfloat16, .float16, .uint16, .int16: 2
        case .int8, .uint8, .boolean: 1
        }
    }

    /// The names of the format's other types, which are not read.
    static let unsupportedNames: Set = [
        "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "F4", "F6_E2M3", "F6_E3M2", "C64",
    ]

    fileprivate var rank: Int { Self.allCases.firstIndex(of: self)! }
}

/// A tensor's name, type and shape, without its elements.
public struct TensorFileEntry: Hashable, Sendable {
    /// The name, unique in its file and not `__metadata__`.
    public var name: String
    /// The type of the elements.
    public var type: TensorFileType
    /// The extents of the dimensions, the slowest first; empty for a single number.
    public var shape: [Int]

    /// Makes an entry.
    ///
    /// - Precondition: No extent is negative.
    public init(name: String, type: TensorFileType, shape: [Int]) {
        precondition(shape.allSatisfy { $0 >= 0 }, "tensor \(name) has a negative extent in its shape \(shape)")
        self.name = name
        self.type = type
        self.shape = shape
    }

    /// The number of elements.
    public var elementCount: Int { shape.reduce(1, *) }
    /// The number of bytes of all elements.
    public var byteCount: Int { elementCount * type.size }

    /// The entry in `entries` whose name is closest to a misspelt one; nil if none is close.
    public static func nearest(to name: String, among entries: [TensorFileEntry]) -> TensorFileEntry? {
        let nearest = nearestName(to: name, among: entries.map(\.name))
        return entries.first { $0.name == nearest }
    }

    /// The order of tensors in a file: by type, the largest first, then by name.
    static func precedes(_ a: TensorFileEntry, _ b: TensorFileEntry) -> Bool {
        a.type == b.type
            ? a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
            : a.type.rank < b.type.rank
    }
}
