/// A table of numbers: one row per line, separated by commas, semicolons or tabs, with or without a header.
struct CSVTable {
    private(set) var values: [Float] = []
    /// The number of fields in a line.
    private(set) var width = 0
    /// The names of the columns; empty if there is no header.
    private(set) var header: [String] = []

    /// Where the rows come from.
    let origin: DataOrigin

    /// Reads a table.
    ///
    /// - Throws: ``DatasetError/badRow(place:expected:found:)`` with the line if a field isn't a finite number or a
    ///   line has a different number of fields.
    init(_ bytes: [UInt8], file: String) throws {
        let text = CSVText(bytes)
        var lines = 0
        var blank: Int?
        for line in text.lines {
            lines += 1
            if line.isEmpty {
                blank = blank ?? lines
                continue
            }
            // Empty lines are allowed only at the end.
            if let blank { throw Self.failure(file, blank, "numbers", "an empty line") }
            let fields = text.fields(of: line)
            if lines == 1, fields.allSatisfy({ text.number($0) == nil && !$0.isEmpty }) {
                (header, width) = (fields.map(text.text), fields.count)
                continue
            }
            if width == 0 { width = fields.count }
            guard fields.count == width else {
                throw Self.failure(file, lines, "\(width) numbers, as in the lines before", "\(fields.count)")
            }
            for (column, field) in fields.enumerated() {
                guard let number = text.number(field), number.isFinite else {
                    throw Self.failure(file, lines, "a finite number in column \(column + 1)", "'\(text.text(field))'")
                }
                values.append(number)
            }
        }
        guard !values.isEmpty else { throw Self.failure(file, lines + 1, "a line of numbers", "the end of the file") }
        origin = DataOrigin(file, .line, first: header.isEmpty ? 1 : 2)
    }

    private static func failure(_ file: String, _ line: Int, _ expected: String, _ found: String) -> DatasetError {
        .badRow(place: "\(file), line \(line)", expected: expected, found: found)
    }
}

extension CSVTable {
    /// The rows without the column of classes, which become the labels.
    ///
    /// - Throws: ``DatasetError`` if that column contains anything but classes, or is the only one.
    func rows(labels: DataSettings.LabelColumn) throws -> SourcedRows {
        guard let column = labelIndex(labels) else {
            return SourcedRows(rows: DataRows(values, width: width), origin: origin)
        }
        guard width > 1 else {
            throw DatasetError.setting(
                name: "labelColumn", value: labels.rawValue, data: "\(origin.source) has only one column",
                expected: "none")
        }
        let classes = stride(from: column, to: values.count, by: width).map { values[$0] }
        let rest = values.indices.lazy.filter { $0 % width != column }.map { values[$0] }
        return SourcedRows(
            rows: DataRows(Array(rest), width: width - 1, labels: try DataLabels.checked(classes, origin)),
            origin: origin)
    }

    private func labelIndex(_ labels: DataSettings.LabelColumn) -> Int? {
        func isLabel(_ name: String?) -> Bool { ["class", "label"].contains(name?.lowercased() ?? "") }
        return switch labels {
        case .none: nil
        case .first: 0
        case .last: width - 1
        case .auto: isLabel(header.last) ? width - 1 : isLabel(header.first) ? 0 : nil
        }
    }
}

/// The bytes of a table, split into lines and fields without copying.
private struct CSVText {
    private let bytes: [UInt8]
    private let separator: UInt8

    init(_ bytes: [UInt8]) {
        let first = bytes.prefix { $0 != UInt8(ascii: "\n") }
        let separators = [",", ";", "\t"].map { UInt8(ascii: $0) }
        (self.bytes, separator) = (bytes, separators.first { first.contains($0) } ?? separators[0])
    }

    /// The lines, without surrounding spaces and carriage returns.
    var lines: some Sequence<Range<Int>> {
        var start = 0
        return AnyIterator {
            guard start < bytes.count else { return nil }
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            defer { start = end + 1 }
            return trimmed(start..<end)
        }
    }

    func fields(of line: Range<Int>) -> [Range<Int>] {
        var fields: [Range<Int>] = []
        var start = line.lowerBound
        while let end = bytes[start..<line.upperBound].firstIndex(of: separator) {
            fields.append(trimmed(start..<end))
            start = end + 1
        }
        return fields + [trimmed(start..<line.upperBound)]
    }

    func number(_ field: Range<Int>) -> Float? {
        // Most tables consist of single digits.
        if field.count == 1, 48...57 ~= bytes[field.lowerBound] { return Float(bytes[field.lowerBound] - 48) }
        return Float(text(field))
    }

    func text(_ field: Range<Int>) -> String { String(decoding: bytes[field], as: UTF8.self) }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var range = range
        func isSpace(_ index: Int) -> Bool { bytes[index] == UInt8(ascii: " ") || bytes[index] == UInt8(ascii: "\r") }
        while !range.isEmpty, isSpace(range.lowerBound) { range = range.lowerBound + 1..<range.upperBound }
        while !range.isEmpty, isSpace(range.upperBound - 1) { range = range.lowerBound..<range.upperBound - 1 }
        return range
    }
}
