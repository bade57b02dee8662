import Storage

/// What separates the fields of a table.
enum CSVSeparator: CaseIterable {
    case comma, semicolon, tab
    /// Any number of spaces and tabs.
    case space

    var name: String {
        switch self {
        case .comma: "comma"
        case .semicolon: "semicolon"
        case .tab: "tab"
        case .space: "space"
        }
    }

    func matches(_ byte: UInt8) -> Bool {
        switch self {
        case .comma: byte == UInt8(ascii: ",")
        case .semicolon: byte == UInt8(ascii: ";")
        case .tab: byte == UInt8(ascii: "\t")
        case .space: byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
        }
    }
}

/// The bytes of a table, split into lines and fields without copying. Fields may be quoted, as in RFC 4180, within a
/// line.
struct CSVText {
    /// A field without its quotes.
    struct Field {
        var range: Range<Int>
        var isQuoted = false
    }

    /// What stands for a missing value, in lower case.
    private static let missing: Set<String> = ["", "na", "n/a", "nan", "null", "none", "?"]
    private static let quote = UInt8(ascii: "\"")
    private static let sampleCount = 20

    private let bytes: [UInt8]
    private let start: Int
    var separator = CSVSeparator.comma

    /// - Parameter separator: nil to guess it.
    init(_ bytes: [UInt8], separator: CSVSeparator?) {
        self.bytes = bytes
        start = byteOrderMarkLength(of: bytes)
        self.separator = separator ?? guessedSeparator()
    }

    /// The lines, without surrounding spaces; line ends are those of Linux, Windows and old Macs.
    var lines: some Sequence<Range<Int>> {
        var start = start
        return AnyIterator {
            guard start < bytes.count else { return nil }
            var end = start
            while end < bytes.count, bytes[end] != UInt8(ascii: "\n"), bytes[end] != UInt8(ascii: "\r") { end += 1 }
            defer {
                let isPair =
                    end + 1 < bytes.count && bytes[end] == UInt8(ascii: "\r") && bytes[end + 1] == UInt8(ascii: "\n")
                start = end + (isPair ? 2 : 1)
            }
            return trimmed(start..<end)
        }
    }

    /// The fields of a line; nil if a quote isn't closed.
    func fields(of line: Range<Int>) -> [Field]? {
        var fields: [Field] = []
        let line = separator == .space ? withoutSeparators(line) : line
        var start = line.lowerBound
        while true {
            while start < line.upperBound, bytes[start] == UInt8(ascii: " ") { start += 1 }
            let field: Field
            var end: Int
            if start < line.upperBound, bytes[start] == Self.quote {
                guard let close = closingQuote(start + 1..<line.upperBound) else { return nil }
                field = Field(range: start + 1..<close, isQuoted: true)
                end = close + 1
                while end < line.upperBound, !separator.matches(bytes[end]) {
                    guard bytes[end] == UInt8(ascii: " ") else { return nil }
                    end += 1
                }
            } else {
                end = start
                while end < line.upperBound, !separator.matches(bytes[end]) { end += 1 }
                field = Field(range: trimmed(start..<end))
            }
            fields.append(field)
            guard end < line.upperBound else { return fields }
            start = end + 1
            if separator == .space { while start < line.upperBound, separator.matches(bytes[start]) { start += 1 } }
        }
    }

    func number(_ field: Field) -> Float? {
        // Most tables consist of single digits.
        if field.range.count == 1, 48...57 ~= bytes[field.range.lowerBound] {
            return Float(bytes[field.range.lowerBound] - 48)
        }
        return Float(text(field))
    }

    func isMissing(_ field: Field) -> Bool {
        // Nearly all fields are numbers.
        if let first = bytes[field.range].first, 43...57 ~= first || field.range.count > 4 { return false }
        return Self.missing.contains(text(field).lowercased())
    }

    /// Whether a field is neither a number nor missing.
    func isText(_ field: Field) -> Bool { number(field) == nil && !isMissing(field) }

    func text(_ field: Field) -> String {
        let text = String(decoding: bytes[field.range], as: UTF8.self)
        return field.isQuoted ? text.replacing("\"\"", with: "\"") : text
    }

    /// The first lines that aren't empty, from which guesses are made.
    func sample() -> [[Field]] {
        lines.lazy.filter { !$0.isEmpty }.prefix(Self.sampleCount).compactMap(fields)
    }

    /// The separator by which the first lines have equally many fields, and most numbers; a comma if none has.
    private func guessedSeparator() -> CSVSeparator {
        var best = (separator: CSVSeparator.comma, numbers: -1)
        for candidate in CSVSeparator.allCases {
            var text = self
            text.separator = candidate
            let sample = text.sample()
            guard let count = sample.first?.count, count > 1 else { continue }
            // Lines of other lengths are an error, which is told with the separator that is there.
            let isRegular = sample.allSatisfy { $0.count == count }
            let numbers = isRegular ? sample.joined().count { text.number($0) != nil } : 0
            if numbers > best.numbers { best = (candidate, numbers) }
        }
        return best.separator
    }

    private func closingQuote(_ range: Range<Int>) -> Int? {
        var index = range.lowerBound
        while index < range.upperBound {
            if bytes[index] == Self.quote {
                guard index + 1 < range.upperBound, bytes[index + 1] == Self.quote else { return index }
                index += 1
            }
            index += 1
        }
        return nil
    }

    /// The line without separators at its ends.
    private func withoutSeparators(_ line: Range<Int>) -> Range<Int> {
        let start = line.first { !separator.matches(bytes[$0]) } ?? line.upperBound
        let end = line.last { !separator.matches(bytes[$0]) } ?? start - 1
        return start..<end + 1
    }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var range = range
        func isSpace(_ index: Int) -> Bool { bytes[index] == UInt8(ascii: " ") }
        while !range.isEmpty, isSpace(range.lowerBound) { range = range.lowerBound + 1..<range.upperBound }
        while !range.isEmpty, isSpace(range.upperBound - 1) { range = range.lowerBound..<range.upperBound - 1 }
        return range
    }
}
