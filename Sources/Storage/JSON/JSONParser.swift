extension JSON {
    /// Reads a JSON text strictly as in RFC 8259, and refuses objects with two members of the same name.
    ///
    /// Names are compared as Swift compares strings: two encodings of an accented letter are the same.
    ///
    /// - Parameters:
    ///   - bytes: The text in UTF-8.
    ///   - file: The file's name, for errors.
    ///   - depth: How deep arrays and objects may be nested.
    ///   - values: The maximum number of values in the text, which bounds the memory.
    /// - Throws: ``FormatError`` with the offset of the first violation.
    public init(
        parsing bytes: ArraySlice<UInt8>, file: String, depth: Int = 64, values: Int = 1_000_000
    ) throws(FormatError) {
        var parser = JSONParser(bytes: bytes, file: file, remainingValues: values)
        self = try parser.document(depth: depth)
    }
}

/// A recursive-descent parser. Offsets in errors count from the start of the slice.
private struct JSONParser {
    let bytes: ArraySlice<UInt8>
    let file: String
    var remainingValues: Int
    var index: Int

    init(bytes: ArraySlice<UInt8>, file: String, remainingValues: Int) {
        self.bytes = bytes
        self.file = file
        self.remainingValues = remainingValues
        index = bytes.startIndex
    }

    mutating func document(depth: Int) throws(FormatError) -> JSON {
        skipSpaces()
        let value = try value(depth: depth)
        skipSpaces()
        guard index == bytes.endIndex else { throw failure("the end of the text") }
        return value
    }

    private mutating func value(depth: Int) throws(FormatError) -> JSON {
        remainingValues -= 1
        guard remainingValues >= 0 else { throw failure("no more values, since there are too many already") }
        switch peek() ?? 0 {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try keyword("true", .boolean(true))
        case UInt8(ascii: "f"): return try keyword("false", .boolean(false))
        case UInt8(ascii: "n"): return try keyword("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure("a JSON value")
        }
    }

    private mutating func object(depth: Int) throws(FormatError) -> JSON {
        try enter(depth)
        var members: [JSON.Member] = []
        var names: Set<String> = []
        if take("}") { return .object([]) }
        repeat {
            skipSpaces()
            let start = index
            let name = try string()
            guard names.insert(name).inserted else {
                index = start
                throw failure("a name that this object does not have yet", found: "\"\(name)\" again")
            }
            guard take(":") else { throw failure("':' after a name") }
            skipSpaces()
            members.append(JSON.Member(name, try value(depth: depth - 1)))
        } while take(",")
        guard take("}") else { throw failure("',' or '}'") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(FormatError) -> JSON {
        try enter(depth)
        var elements: [JSON] = []
        if take("]") { return .array([]) }
        repeat {
            skipSpaces()
            elements.append(try value(depth: depth - 1))
        } while take(",")
        guard take("]") else { throw failure("',' or ']'") }
        return .array(elements)
    }

    private mutating func enter(_ depth: Int) throws(FormatError) {
        guard depth > 0 else { throw failure("fewer levels of nesting") }
        index += 1
    }

    private mutating func keyword(_ word: StaticString, _ value: JSON) throws(FormatError) -> JSON {
        let length = word.utf8CodeUnitCount
        let matches = word.withUTF8Buffer { bytes[index...].prefix(length).elementsEqual($0) }
        guard matches else { throw failure(word.description) }
        index += length
        return value
    }

    private mutating func number() throws(FormatError) -> JSON {
        let start = index
        _ = take(ascii: "-")
        if !take(ascii: "0") { try digits() }
        var isInteger = true
        if take(ascii: ".") {
            isInteger = false
            try digits()
        }
        if take(ascii: "e") || take(ascii: "E") {
            isInteger = false
            if !take(ascii: "+") { _ = take(ascii: "-") }
            try digits()
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isInteger, let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else {
            index = start
            throw failure("a number that a Double can hold")
        }
        return .number(value)
    }

    private mutating func digits() throws(FormatError) {
        let start = index
        while let byte = peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { index += 1 }
        guard index > start else { throw failure("a digit") }
    }

    private mutating func string() throws(FormatError) -> String {
        guard take(ascii: "\"") else { throw failure("'\"'") }
        var text: [UInt8] = []
        let start = index
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    index = start
                    throw failure("a string in UTF-8", found: "bytes that are not UTF-8")
                }
                index += 1
                return string
            case UInt8(ascii: "\\"):
                index += 1
                text.append(contentsOf: String(try escaped()).utf8)
            case 0..<0x20: throw failure("no control character in a string")
            default:
                text.append(byte)
                index += 1
            }
        }
        throw failure("'\"' at the end of a string")
    }

    private mutating func escaped() throws(FormatError) -> Unicode.Scalar {
        if take(ascii: "u") { return try escapedUnit() }
        let scalar: Unicode.Scalar
        switch peek() {
        case UInt8(ascii: "\""): scalar = "\""
        case UInt8(ascii: "\\"): scalar = "\\"
        case UInt8(ascii: "/"): scalar = "/"
        case UInt8(ascii: "b"): scalar = "\u{8}"
        case UInt8(ascii: "f"): scalar = "\u{c}"
        case UInt8(ascii: "n"): scalar = "\n"
        case UInt8(ascii: "r"): scalar = "\r"
        case UInt8(ascii: "t"): scalar = "\t"
        default: throw failure("one of \"\\/bfnrtu after a backslash")
        }
        index += 1
        return scalar
    }

    /// A UTF-16 unit, or two that form one character.
    private mutating func escapedUnit() throws(FormatError) -> Unicode.Scalar {
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, take(ascii: "\\"), take(ascii: "u") else { throw failure("a pair of surrogates") }
        let second = try hexadecimal()
        guard second >= 0xDC00, second < 0xE000,
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw failure("the second of a pair of surrogates") }
        return scalar
    }

    private mutating func hexadecimal() throws(FormatError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }

    private func peek() -> UInt8? {
        index < bytes.endIndex ? bytes[index] : nil
    }

    private mutating func take(ascii character: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    /// Takes a punctuation mark and the spaces before it.
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpaces()
        return take(ascii: character)
    }

    private mutating func skipSpaces() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private func failure(_ expected: String, found: String? = nil) -> FormatError {
        let here = peek().map { byte in
            byte >= 0x20 && byte < 0x7F
                ? "'\(Character(Unicode.Scalar(byte)))'" : "the byte 0x\(String(byte, radix: 16))"
        }
        return FormatError(
            .json, file: file, offset: index - bytes.startIndex, expected: expected,
            found: found ?? here ?? "the end of the text")
    }
}
