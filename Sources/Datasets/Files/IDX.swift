import Storage

/// An array from an IDX file, MNIST's format (LeCun, Cortes & Burges 1998): two zero bytes, a type, the number of
/// dimensions, their extents in 32 bits, and the elements, all big-endian.
struct IDXArray {
    enum Element: UInt8 {
        case unsignedByte = 0x08
        case signedByte = 0x09
        case int16 = 0x0B
        case int32 = 0x0C
        case float32 = 0x0D
        case float64 = 0x0E

        var size: Int {
            switch self {
            case .unsignedByte, .signedByte: 1
            case .int16: 2
            case .int32, .float32: 4
            case .float64: 8
            }
        }
    }

    let element: Element
    let extents: [Int]
    /// All elements, row-major.
    let numbers: DataNumbers

    /// Reads the bytes of a file.
    ///
    /// - Throws: `FormatError` with the offset of the first violation.
    init(_ bytes: [UInt8], file: String) throws(FormatError) {
        func failure(_ offset: Int, _ expected: String, _ found: String) -> FormatError {
            FormatError(.idx, file: file, offset: offset, expected: expected, found: found)
        }
        guard bytes.count >= 4 else { throw failure(bytes.count, "4 bytes of a header", "the end of the file") }
        guard bytes[0] == 0, bytes[1] == 0 else { throw failure(0, "two zero bytes", "\(bytes[0]), \(bytes[1])") }
        guard let element = Element(rawValue: bytes[2]) else {
            throw failure(2, "a type from 8 to 14, but not 10", "\(bytes[2])")
        }
        guard 1...4 ~= bytes[3] else {
            throw FormatError(
                .idx, file: file, offset: 3, expected: "1 to 4 dimensions", found: "\(bytes[3]) dimensions",
                problem: .unsupported)
        }
        let start = 4 + 4 * Int(bytes[3])
        guard bytes.count >= start else {
            throw failure(bytes.count, "\(start) bytes of a header", "the end of the file")
        }
        extents = stride(from: 4, to: start, by: 4).map { Int(Self.bits(bytes, at: $0, size: 4)) }
        // In floating point, which four extents can't overflow and which is exact for the sizes of files.
        let size = extents.reduce(Double(element.size)) { $0 * Double($1) }
        guard size == Double(bytes.count - start) else {
            throw failure(start, "elements of \(extents) in \(size) bytes", "\(bytes.count - start) bytes")
        }
        self.element = element
        numbers =
            element == .unsignedByte
            ? .bytes(Array(bytes[start...])) : .floats(Self.values(bytes, from: start, element))
    }

    private static func values(_ bytes: [UInt8], from start: Int, _ element: Element) -> [Float] {
        stride(from: start, to: bytes.count, by: element.size).map { offset in
            let bits = bits(bytes, at: offset, size: element.size)
            return switch element {
            case .unsignedByte: Float(bits)
            case .signedByte: Float(Int8(truncatingIfNeeded: bits))
            case .int16: Float(Int16(truncatingIfNeeded: bits))
            case .int32: Float(Int32(truncatingIfNeeded: bits))
            case .float32: Float(bitPattern: UInt32(truncatingIfNeeded: bits))
            case .float64: Float(Double(bitPattern: bits))
            }
        }
    }

    private static func bits(_ bytes: [UInt8], at offset: Int, size: Int) -> UInt64 {
        bytes[offset..<offset + size].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
