import Storage

/// Named arrays and a few strings: the content of a safetensors file, in memory.
///
/// Checkpoints are such files, and so are those of PyTorch's and JAX's libraries. For files that are large or read in
/// parts, use ``TensorFileReader`` and ``TensorFile/write(_:metadata:to:overwrite:body:)``.
public struct TensorFile: Hashable, Sendable {
    /// One tensor with its elements.
    public struct Tensor: Hashable, Sendable {
        /// Name, type and shape.
        public let entry: TensorFileEntry
        /// The elements, little-endian and row-major.
        public let bytes: [UInt8]

        /// Makes a tensor from its bytes.
        ///
        /// - Precondition: `bytes` has the entry's byte count.
        public init(_ entry: TensorFileEntry, bytes: [UInt8]) {
            precondition(
                bytes.count == entry.byteCount,
                "tensor \(entry.name) of shape \(entry.shape) has \(entry.byteCount) bytes, not \(bytes.count)")
            self.entry = entry
            self.bytes = bytes
        }
    }

    /// The tensors; a written file sorts them by type and name.
    public private(set) var tensors: [Tensor] = []
    /// The file's metadata strings.
    public var metadata: [String: String]
    private var indices: [String: Int] = [:]

    /// Makes an empty file.
    public init(metadata: [String: String] = [:]) {
        self.metadata = metadata
    }

    /// Adds a tensor.
    ///
    /// - Precondition: The name is new, and not `__metadata__`.
    public mutating func add(_ tensor: Tensor) {
        let name = tensor.entry.name
        precondition(
            name != SafetensorsHeader.metadataName, "\(name) is reserved by the format; choose a different tensor name")
        precondition(indices.updateValue(tensors.count, forKey: name) == nil, "the file already has a tensor \(name)")
        tensors.append(tensor)
    }

    /// Adds a tensor of the given shape.
    ///
    /// - Precondition: The shape has as many elements as `values`, and the name is new.
    public mutating func add<Element: TensorFileElement>(_ name: String, _ values: [Element], shape: [Int]) {
        let entry = TensorFileEntry(name: name, type: Element.tensorFileType, shape: shape)
        add(Tensor(entry, bytes: values.withUnsafeBytes { Array($0) }))
    }

    /// The tensor with the given name.
    public subscript(name: String) -> Tensor? {
        indices[name].map { tensors[$0] }
    }

    /// Reads a file.
    ///
    /// - Throws: `StorageError` if it can't be read, `FormatError` with the offset if it is damaged.
    public init(contentsOf path: String) throws {
        try self.init(TensorFileReader(path: path))
    }

    /// Reads everything from an open reader.
    ///
    /// - Throws: `StorageError`.
    public init(_ reader: TensorFileReader) throws {
        self.init(metadata: reader.metadata)
        for entry in reader.entries { add(Tensor(entry, bytes: try reader.bytes(of: entry))) }
    }

    /// Writes a file that appears complete or not at all. The same content gives the same bytes.
    ///
    /// - Throws: `StorageError`.
    public func write(to path: String, overwrite: Bool) throws {
        try Self.write(tensors.map(\.entry), metadata: metadata, to: path, overwrite: overwrite) { entry, sink in
            guard let tensor = self[entry.name] else { preconditionFailure("the file has no tensor \(entry.name)") }
            try tensor.bytes.withUnsafeBytes { try sink($0) }
        }
    }

    /// Writes a file whose tensors stay where they are, without collecting them first.
    ///
    /// - Parameters:
    ///   - entries: All tensors, in any order.
    ///   - metadata: The file's metadata strings.
    ///   - path: The path of the new file.
    ///   - overwrite: Whether an existing file may be replaced.
    ///   - body: Called for one tensor after the other; passes its elements, little-endian and row-major, to the sink
    ///     in one or several pieces.
    /// - Throws: `StorageError`, or any error that `body` throws; then nothing has changed at the path.
    /// - Precondition: Names are unique and `body` passes as many bytes as the entry has.
    public static func write(
        _ entries: [TensorFileEntry], metadata: [String: String] = [:], to path: String, overwrite: Bool,
        body: (TensorFileEntry, (UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws {
        precondition(Set(entries.map(\.name)).count == entries.count, "two of the tensors have the same name")
        let header = SafetensorsHeader(entries: entries.sorted(by: TensorFileEntry.precedes), metadata: metadata)
        let file = try AtomicFile(path: path, overwrite: overwrite)
        try file.write(header.encoded())
        for entry in header.entries {
            let end = file.count + entry.byteCount
            try body(entry) { try file.write($0) }
            precondition(file.count == end, "tensor \(entry.name): \(file.count - end) bytes more than its shape needs")
        }
        try file.commit()
    }
}

extension TensorFile.Tensor {
    /// The elements as Swift numbers.
    ///
    /// - Parameter file: The file's name for the error.
    /// - Throws: `FormatError` if they have a different type.
    public func values<Element: TensorFileElement>(
        as type: Element.Type = Element.self, file: String
    ) throws(FormatError) -> [Element] {
        guard entry.type == Element.tensorFileType else {
            throw FormatError(
                .safetensors, file: file, offset: 8, expected: "\(entry.name) in \(Element.tensorFileType.rawValue)",
                found: entry.type.rawValue)
        }
        return [Element](unsafeUninitializedCapacity: entry.elementCount) { buffer, count in
            bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
            count = entry.elementCount
        }
    }
}

extension TensorFile.Tensor {
    /// The elements as float32, to which F64 is rounded and F16 and BF16 are widened; nil if they are no floating-point
    /// numbers.
    public var floats: [Float]? {
        func halves(_ number: (UInt16) -> Float) -> [Float] {
            stride(from: 0, to: bytes.count, by: 2).map { number(UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8) }
        }
        switch entry.type {
        case .float32: return try? values(file: entry.name)
        case .float64: return (try? values(as: Double.self, file: entry.name))?.map { Float($0) }
        case .float16: return halves { Float(half: $0) }
        case .bfloat16: return halves { Float(bitPattern: UInt32($0) << 16) }
        case .int64, .uint64, .int32, .uint32, .int16, .uint16, .int8, .uint8, .boolean: return nil
        }
    }
}

extension Float {
    /// The number of an IEEE 754 binary16, exactly. Not every processor has a type for it.
    init(half bits: UInt16) {
        let sign: Float = bits >> 15 == 0 ? 1 : -1
        let (exponent, fraction) = (Int(bits >> 10 & 31), UInt32(bits & 1023))
        switch exponent {
        case 0: self = sign * Float(fraction) * 0x1p-24
        case 31: self = Float(bitPattern: UInt32(bits >> 15) << 31 | 0x7F80_0000 | fraction << 13)
        default: self = sign * Float(1024 + fraction) * Float(sign: .plus, exponent: exponent - 25, significand: 1)
        }
    }
}

/// A Swift number that a safetensors file can hold. Booleans are read and written as bytes, because not every byte is a
/// `Bool`.
public protocol TensorFileElement: BitwiseCopyable, Sendable {
    /// The type's name in a file.
    static var tensorFileType: TensorFileType { get }
}

extension Double: TensorFileElement {
    /// `F64`.
    public static var tensorFileType: TensorFileType { .float64 }
}

extension Float: TensorFileElement {
    /// `F32`.
    public static var tensorFileType: TensorFileType { .float32 }
}

extension Int64: TensorFileElement {
    /// `I64`.
    public static var tensorFileType: TensorFileType { .int64 }
}

extension Int32: TensorFileElement {
    /// `I32`.
    public static var tensorFileType: TensorFileType { .int32 }
}

extension UInt8: TensorFileElement {
    /// `U8`.
    public static var tensorFileType: TensorFileType { .uint8 }
}
