/// The lines of the keys in a TOML text, and a check that it keeps to the part of TOML that is used here: tables
/// without nesting, plain keys, lists without nesting, and values in their usual form.
///
/// The TOML library doesn't record where values are, takes texts as C strings, uses a level of the call stack for each
/// level of nesting, and stops the program if a value or a header's name is missing. This single pass records the lines
/// and refuses what leads to the rest. The library checks escapes in strings and repeated keys.
struct TOMLOutline {
    /// The line of each key: `name`, `table`, `table.name`.
    private(set) var lines: [String: Int] = [:]

    private let bytes: [UInt8]
    private let file: String
    private var index = 0
    private var line = 1
    private var place = Place.key
    /// The key before `=` or the name in a header, as far as it has been read.
    private var key: [UInt8] = []
    private var table = ""

    /// What comes next: a part of a key, a part of a header, the end of the line, a value, an element or the end of a
    /// list, or a separator.
    private enum Place { case key, header, lineEnd, value, element, separator }

    init(_ bytes: [UInt8], file: String) throws(ConfigurationError) {
        self.bytes = bytes
        self.file = file
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if bytes.starts(with: byteOrderMark) { index = byteOrderMark.count }
        while index < bytes.count { try take(bytes[index]) }
        try endLine()
        guard place == .key else { throw failure("a list must end with ]") }
    }

    private mutating func take(_ byte: UInt8) throws(ConfigurationError) {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): index += 1
        case UInt8(ascii: "#"):
            while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { try skip() }
        case UInt8(ascii: "\n"):
            try endLine()
            line += 1
            index += 1
        default:
            switch place {
            case .key: try takeKey(byte)
            case .header: try takeHeader(byte)
            case .lineEnd: throw failure("there must be one key or table per line")
            case .value: try takeValue(byte)
            case .element where byte == UInt8(ascii: "]"): closeList()
            case .element: try takeElement(byte)
            case .separator: try takeSeparator(byte)
            }
        }
    }

    /// Checks that nothing is missing on the line, and starts the next one.
    private mutating func endLine() throws(ConfigurationError) {
        switch place {
        case .header: throw headerFailure
        case .key where !key.isEmpty: throw failure("a key must be followed by = and a value")
        case .value: throw valueFailure
        case .key, .lineEnd:
            key = []
            place = .key
        case .element, .separator: break
        }
    }

    private mutating func takeKey(_ byte: UInt8) throws(ConfigurationError) {
        switch byte {
        case UInt8(ascii: "["):
            guard key.isEmpty else { throw keyFailure }
            place = .header
        case UInt8(ascii: "="):
            guard !key.isEmpty else { throw keyFailure }
            let name = String(decoding: key, as: UTF8.self)
            lines[table.isEmpty ? name : "\(table).\(name)"] = line
            place = .value
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            guard key.isEmpty else { throw keyFailure }
            let start = index + 1
            try takeString(byte)
            key = Array(bytes[start..<max(start, index - 1)])
            return
        default:
            guard byte.isBare else { throw keyFailure }
            key.append(byte)
        }
        index += 1
    }

    private mutating func takeHeader(_ byte: UInt8) throws(ConfigurationError) {
        if byte == UInt8(ascii: "]"), !key.isEmpty {
            table = String(decoding: key, as: UTF8.self)
            lines[table] = lines[table] ?? line
            place = .lineEnd
        } else {
            guard byte.isBare else { throw headerFailure }
            key.append(byte)
        }
        index += 1
    }

    private mutating func takeValue(_ byte: UInt8) throws(ConfigurationError) {
        if byte == UInt8(ascii: "[") {
            place = .element
            index += 1
        } else {
            try takeScalar(byte)
            place = .lineEnd
        }
    }

    private mutating func takeElement(_ byte: UInt8) throws(ConfigurationError) {
        try takeScalar(byte)
        place = .separator
    }

    private mutating func takeSeparator(_ byte: UInt8) throws(ConfigurationError) {
        switch byte {
        case UInt8(ascii: "]"): closeList()
        case UInt8(ascii: ","):
            place = .element
            index += 1
        default: throw failure("the elements of a list must be separated by commas")
        }
    }

    private mutating func closeList() {
        place = .lineEnd
        index += 1
    }

    /// A string, a truth value or a number.
    private mutating func takeScalar(_ byte: UInt8) throws(ConfigurationError) {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return try takeString(byte) }
        let word = bytes[index...].prefix { $0.isBare || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: ".") }
        guard String(decoding: word, as: UTF8.self).isTOMLWord else { throw valueFailure }
        index = word.endIndex
    }

    /// A string of any of the four kinds.
    private mutating func takeString(_ quote: UInt8) throws(ConfigurationError) {
        let isMultiline = bytes[index...].starts(with: [quote, quote, quote])
        guard !isMultiline || place != .key else { throw keyFailure }
        let end = [UInt8](repeating: quote, count: isMultiline ? 3 : 1)
        index += end.count
        while index < bytes.count, !bytes[index...].starts(with: end) {
            if bytes[index] == UInt8(ascii: "\n") {
                guard isMultiline else { throw failure("a text must end with a quote on the same line") }
                line += 1
            } else if bytes[index] == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                try refuseEscapedNUL()
                if index + 1 < bytes.count, bytes[index + 1] != UInt8(ascii: "\n") { try skip() }
            }
            try skip()
        }
        guard index < bytes.count else { throw failure("a text must end with a quote") }
        index += end.count
        // Before the closing three quotes, a text may have one or two of its own.
        while isMultiline, index < bytes.count, bytes[index] == quote { index += 1 }
    }

    private mutating func skip() throws(ConfigurationError) {
        guard bytes[index] != 0 else { throw failure("a text can't have NUL characters") }
        index += 1
    }

    private func refuseEscapedNUL() throws(ConfigurationError) {
        for escape in ["\\u0000", "\\U00000000"] where bytes[index...].starts(with: escape.utf8) {
            throw failure("a text can't have NUL characters")
        }
    }

    private var keyFailure: ConfigurationError {
        failure("a key consists of letters, digits, - and _, and is followed by =; a table is written as [name]")
    }

    private var headerFailure: ConfigurationError {
        failure("a table is written as [name], with a name of letters, digits, - and _")
    }

    private var valueFailure: ConfigurationError {
        failure("a value must be a number, true, false, a text in quotes, or a list of whole numbers in [ ]")
    }

    private func failure(_ text: String) -> ConfigurationError { .badFile(path: file, line: line, message: text) }
}

extension UInt8 {
    /// Whether the byte may be part of a bare key.
    fileprivate var isBare: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension String {
    /// Whether this is a truth value or a decimal number in TOML's form.
    fileprivate var isTOMLWord: Bool {
        if self == "true" || self == "false" { return true }
        var rest = self[...]
        rest.dropSign()
        if rest == "inf" || rest == "nan" { return true }
        guard rest.dropDigits() else { return false }
        if rest.first == "." {
            rest.removeFirst()
            guard rest.dropDigits() else { return false }
        }
        if rest.first == "e" || rest.first == "E" {
            rest.removeFirst()
            rest.dropSign()
            guard rest.dropDigits() else { return false }
        }
        return rest.isEmpty
    }
}

extension Substring {
    fileprivate mutating func dropSign() {
        if first == "+" || first == "-" { removeFirst() }
    }

    /// Drops digits, with single underscores between them; false if there are none.
    fileprivate mutating func dropDigits() -> Bool {
        let digits = prefix { $0.isASCII && $0.isNumber || $0 == "_" }
        removeFirst(digits.count)
        let groups = digits.split(separator: "_", omittingEmptySubsequences: false)
        return groups.allSatisfy { !$0.isEmpty }
    }
}
