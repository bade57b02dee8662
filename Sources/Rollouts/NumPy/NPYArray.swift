import Storage

/// An array as NumPy's files hold it: a type, a shape, and the elements, little-endian and row-major.
public struct NPYArray: Hashable, Sendable {
    public let type: NPYType
    /// The lengths of the dimensions; empty for a single value.
    public let shape: [Int]
    /// The bytes of the elements.
    public let bytes: [UInt8]

    public var count: Int { shape.reduce(1, *) }

    /// Makes an array from its bytes.
    ///
    /// - Precondition: There are as many bytes as type and shape need.
    public init(type: NPYType, shape: [Int], bytes: [UInt8]) {
        let byteCount = NPYHeader(type: type, shape: shape).byteCount
        precondition(
            bytes.count == byteCount, "shape \(shape) of \(type.name) takes \(byteCount) bytes, not \(bytes.count)")
        self.type = type
        self.shape = shape
        self.bytes = bytes
    }

    /// Makes an array of numbers.
    ///
    /// - Parameter shape: nil for one dimension.
    /// - Precondition: The shape has as many elements as `values`.
    public init<Element: NPYElement>(_ values: [Element], shape: [Int]? = nil) {
        self.init(
            type: Element.npyType, shape: shape ?? [values.count], bytes: values.withUnsafeBytes { Array($0) })
    }

    /// Makes a one-dimensional array of truth values.
    public init(_ values: [Bool]) {
        self.init(type: .boolean, shape: [values.count], bytes: values.map { $0 ? 1 : 0 })
    }

    /// Makes an array of one text, without dimensions.
    ///
    /// NumPy drops zeros at the end of a text.
    public init(_ text: String) {
        let units = text.isEmpty ? [0] : text.unicodeScalars.map(\.value)
        self.init(
            type: .text(length: units.count), shape: [],
            bytes: units.withUnsafeBytes { Array($0) })
    }

    /// The elements as Swift numbers.
    ///
    /// - Parameter file: The file's name, for errors.
    /// - Throws: `FormatError` if they have another type.
    public func values<Element: NPYElement>(as: Element.Type = Element.self, file: String) throws(FormatError)
        -> [Element]
    {
        try check(type: Element.npyType, file: file)
        return [Element](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
            initializedCount = count
        }
    }

    /// The elements as truth values.
    ///
    /// - Throws: `FormatError` if they have another type or a byte is neither 0 nor 1.
    public func booleans(file: String) throws(FormatError) -> [Bool] {
        try check(type: .boolean, file: file)
        if let index = bytes.firstIndex(where: { $0 > 1 }) {
            throw FormatError(.npy, file: file, offset: index, expected: "0 or 1", found: "\(bytes[index])")
        }
        return bytes.map { $0 == 1 }
    }

    /// The elements as texts, without the zeros at their ends.
    ///
    /// - Throws: `FormatError` if they are not texts or not Unicode.
    public func texts(file: String) throws(FormatError) -> [String] {
        guard case .text(let length) = type else {
            throw FormatError(.npy, file: file, offset: 0, expected: "text", found: type.name)
        }
        var texts: [String] = []
        for start in stride(from: 0, to: count * length * 4, by: length * 4) {
            var scalars = String.UnicodeScalarView()
            for offset in stride(from: start, to: start + length * 4, by: 4) {
                guard let scalar = Unicode.Scalar(UInt32(littleEndianIn: bytes[offset..<offset + 4], at: 0)) else {
                    throw FormatError(
                        .npy, file: file, offset: offset, expected: "a Unicode character", found: "another number")
                }
                scalars.append(scalar)
            }
            while scalars.last == "\0" { scalars.removeLast() }
            texts.append(String(scalars))
        }
        return texts
    }

    private func check(type wanted: NPYType, file: String) throws(FormatError) {
        guard type == wanted else {
            throw FormatError(.npy, file: file, offset: 0, expected: "elements of \(wanted.name)", found: type.name)
        }
    }
}

extension NPYArray {
    /// The array as the bytes of an NPY file, the same as `numpy.save` writes.
    public func encoded() -> [UInt8] {
        NPYHeader(type: type, shape: shape).encoded() + bytes
    }

    /// Reads the bytes of an NPY file; big-endian and column-major elements become little-endian and row-major.
    ///
    /// - Parameter file: The file's name, for errors.
    /// - Throws: `FormatError` with the offset of the first violation.
    public init(parsing contents: consuming [UInt8], file: String) throws(FormatError) {
        let (header, start) = try NPYHeader.parse(contents, file: file)
        guard contents.count - start == header.byteCount else {
            throw FormatError(
                .npy, file: file, offset: start, expected: "\(header.byteCount) bytes of elements",
                found: "\(contents.count - start)")
        }
        // In place, since the array may take most of the memory.
        contents.removeFirst(start)
        if header.isBigEndian { NPYOrder.swapBytes(&contents, size: header.type.unitSize) }
        if header.isColumnMajor { contents = NPYOrder.rowMajor(contents, header.shape, size: header.type.size) }
        self.init(type: header.type, shape: header.shape, bytes: contents)
    }

    /// Reads an NPY file of at most `limit` bytes.
    ///
    /// - Throws: `StorageError` if it can't be read or is longer, `FormatError` if it is damaged.
    public init(contentsOf path: String, limit: Int = 4 << 30) throws {
        try self.init(parsing: InputFile.bytes(of: path, limit: limit), file: path)
    }

    /// Writes an NPY file that appears complete or not at all.
    ///
    /// - Throws: `StorageError`.
    public func write(to path: String, overwrite: Bool) throws(StorageError) {
        let file = try AtomicFile(path: path, overwrite: overwrite)
        try file.write(NPYHeader(type: type, shape: shape).encoded())
        try file.write(bytes)
        try file.commit()
    }
}
