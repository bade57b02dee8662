import Storage

/// The types of tensor elements in a safetensors file that can be read and written here.
public enum TensorFileType: String, Hashable, Sendable, CaseIterable {
    case float64 = "F64"
    case float32 = "F32"
    case int64 = "I64"
    case int32 = "I32"
    case uint8 = "U8"
    case boolean = "BOOL"

    /// Bytes of one element.
    public var size: Int {
        switch self {
        case .float64, .int64: 8
        case .float32, .int32: 4
        case .uint8, .boolean: 1
        }
    }

    /// The sort key within a file: larger elements first, so that every tensor is aligned, and types of the same size
    /// in the order of the format's own library.
    fileprivate var rank: Int {
        switch self {
        case .int64: 0
        case .float64: 1
        case .float32: 2
        case .int32: 3
        case .uint8: 4
        case .boolean: 5
        }
    }
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
