import Storage

/// The header of an NPY file: a Python dictionary that describes the array, padded to 64 bytes. Versions 1.0, 2.0 and
/// 3.0 are read, 1.0 is written.
///
/// Source: numpy.lib.format's description of the format.
struct NPYHeader: Hashable {
    var type: NPYType
    var shape: [Int]
    /// Whether the elements are big-endian, and whether the first index changes fastest; never in what is written.
    var isBigEndian = false
    var isColumnMajor = false

    /// Bytes before the dictionary: the magic string, the version, the dictionary's length.
    static let prefixCount = 10
    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    private static let version: [UInt8] = [1, 0]
    /// Headers of more bytes are for structured types of many thousand fields.
    private static let largestLength = 1 << 20

    /// The number of elements; the shape of a header that was read never overflows it.
    var elementCount: Int { shape.reduce(1, *) }
    var byteCount: Int { elementCount * type.size }

    /// The same bytes as NumPy's, which leave room for the first dimension to grow to 21 digits.
    func encoded() -> [UInt8] {
        let lengths = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var text = "{'descr': '\(type.name)', 'fortran_order': False, 'shape': (\(lengths)), }"
        if let first = shape.first { text += String(repeating: " ", count: 21 - String(first).count) }
        let used = Self.prefixCount + text.utf8.count + 1
        text += String(repeating: " ", count: (64 - used % 64) % 64) + "\n"
        return Self.magic + Self.version + UInt16(text.utf8.count).littleEndianBytes + Array(text.utf8)
    }

    init(type: NPYType, shape: [Int], isBigEndian: Bool = false, isColumnMajor: Bool = false) {
        (self.type, self.shape) = (type, shape)
        (self.isBigEndian, self.isColumnMajor) = (isBigEndian, isColumnMajor)
    }

    /// Reads a header at the start of a file's bytes; returns it with the number of its bytes.
    static func parse(_ bytes: [UInt8], file: String) throws(FormatError) -> (header: NPYHeader, byteCount: Int) {
        func failure(_ offset: Int, _ expected: String, _ found: String) -> FormatError {
            FormatError(.npy, file: file, offset: offset, expected: expected, found: found)
        }
        guard bytes.starts(with: magic) else { throw failure(0, "\\x93NUMPY", "other bytes") }
        guard bytes.count >= prefixCount else { throw failure(8, "the header's length", "the end of the file") }
        guard 1...3 ~= bytes[6], bytes[7] == 0 else {
            throw FormatError(
                .npy, file: file, offset: 6, expected: "version 1.0, 2.0 or 3.0",
                found: "version \(bytes[6]).\(bytes[7])", problem: .unsupported)
        }
        // Version 2.0 has a longer length, and 3.0 allows UTF-8 in names of fields.
        let lengthCount = bytes[6] == 1 ? 2 : 4
        guard bytes.count >= 8 + lengthCount else { throw failure(8, "the header's length", "the end of the file") }
        let length =
            lengthCount == 2
            ? Int(UInt16(littleEndianIn: bytes, at: 8)) : Int(UInt32(littleEndianIn: bytes[8..<12], at: 0))
        let start = 8 + lengthCount
        guard length <= largestLength, bytes.count >= start + length else {
            throw failure(8, "a header within the file, of at most \(largestLength) bytes", "one of \(length) bytes")
        }
        var parser = NPYDictionaryParser(bytes: bytes[start..<start + length], file: file)
        return (try parser.header(), start + length)
    }
}

/// Reads the one kind of Python dictionary that NPY headers consist of.
private struct NPYDictionaryParser {
    let bytes: ArraySlice<UInt8>
    let file: String
    var index: Int

    init(bytes: ArraySlice<UInt8>, file: String) {
        self.bytes = bytes
        self.file = file
        index = bytes.startIndex
    }

    mutating func header() throws(FormatError) -> NPYHeader {
        var type: (type: NPYType, isBigEndian: Bool)?
        var isColumnMajor: Bool?
        var shape: [Int]?
        try expect("{")
        while !take("}") {
            let start = index
            let key = try text()
            try expect(":")
            switch key {
            case "descr" where type == nil: type = try self.type()
            case "fortran_order" where isColumnMajor == nil: isColumnMajor = try boolean()
            case "shape" where shape == nil: shape = try self.shape()
            default: throw failure(at: start, "descr, fortran_order and shape, once each", "'\(key)'")
            }
            if !take(",") {
                try expect("}")
                break
            }
        }
        skipSpaces()
        guard index == bytes.endIndex else { throw failure(at: index, "the end of the header", "more text") }
        guard let type, let isColumnMajor, let shape else {
            throw failure(at: bytes.startIndex, "descr, fortran_order and shape", "only some of them")
        }
        guard Self.hasCountableBytes(type.type, shape) else {
            throw failure(at: bytes.startIndex, "a shape whose size in bytes fits into 64 bits", "\(shape)")
        }
        return NPYHeader(
            type: type.type, shape: shape, isBigEndian: type.isBigEndian, isColumnMajor: isColumnMajor)
    }

    private static func hasCountableBytes(_ type: NPYType, _ shape: [Int]) -> Bool {
        var count = type.size
        for length in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            guard !overflow else { return false }
            count = product
        }
        return true
    }

    private mutating func type() throws(FormatError) -> (type: NPYType, isBigEndian: Bool) {
        skipSpaces()
        let start = index
        // A structured type is a list; errors show its first character.
        guard peek() == UInt8(ascii: "'") || peek() == UInt8(ascii: "\"") else {
            throw peek() == UInt8(ascii: "[")
                ? unsupported(at: start, "a structured type") : failure(at: start, "a type", "something else")
        }
        let name = try text()
        if let type = NPYType(name: name) { return (type, false) }
        if name.first == ">", let type = NPYType(name: "<" + name.dropFirst()) { return (type, true) }
        guard name.wholeMatch(of: /[<>|=]?[a-zA-Z][0-9]*(\[.*\])?/) != nil, !name.dropFirst().hasPrefix("U") else {
            throw failure(at: start, "a type such as <f4", "'\(name)'")
        }
        throw unsupported(at: start, "the type '\(name)'")
    }

    private mutating func shape() throws(FormatError) -> [Int] {
        try expect("(")
        var lengths: [Int] = []
        while !take(")") {
            lengths.append(try natural())
            guard lengths.count <= 32 else { throw failure(at: index, "at most 32 dimensions", "more") }
            if !take(",") {
                guard lengths.count > 1 else { throw failure(at: index, "',' after a single length", "none") }
                try expect(")")
                break
            }
        }
        return lengths
    }

    private mutating func natural() throws(FormatError) -> Int {
        skipSpaces()
        let start = index
        while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { index += 1 }
        guard let value = Int(String(decoding: bytes[start..<index], as: UTF8.self)) else {
            throw failure(at: start, "a length that fits into 64 bits", "none")
        }
        return value
    }

    private mutating func boolean() throws(FormatError) -> Bool {
        skipSpaces()
        for (word, value) in [("True", true), ("False", false)] where bytes[index...].starts(with: word.utf8) {
            index += word.utf8.count
            return value
        }
        throw failure(at: index, "True or False", "neither")
    }

    /// A Python string without escapes.
    private mutating func text() throws(FormatError) -> String {
        skipSpaces()
        let start = index
        guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw failure(at: start, "a quoted name", "none")
        }
        index += 1
        while let byte = peek(), byte != quote { index += 1 }
        guard peek() == quote else { throw failure(at: start, "a closing quote", "the end of the header") }
        index += 1
        return String(decoding: bytes[start + 1..<index - 1], as: UTF8.self)
    }

    private func peek() -> UInt8? { index < bytes.endIndex ? bytes[index] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpaces()
        guard peek() == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(FormatError) {
        guard take(character) else { throw failure(at: index, "'\(character)'", "something else") }
    }

    private mutating func skipSpaces() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A { index += 1 }
    }

    private func unsupported(at index: Int, _ found: String) -> FormatError {
        FormatError(
            .npy, file: file, offset: index, expected: "one of <f4 <f8 <i4 <i8 <u8 |u1 |b1 <U…", found: found,
            problem: .unsupported)
    }

    private func failure(at index: Int, _ expected: String, _ found: String) -> FormatError {
        FormatError(.npy, file: file, offset: index, expected: expected, found: found)
    }
}
