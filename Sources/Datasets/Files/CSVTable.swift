import Storage

/// A table of numbers: one row per line, with or without a header and a column of classes.
struct CSVTable {
    /// The numbers of the rows, without the columns of classes and of pandas' row names; NaN where one is missing.
    private(set) var values: [Float] = []
    /// The class of each row, as a place in ``classNames``; empty if there is no such column.
    private(set) var labels: [Int] = []
    /// The different texts in the column of classes, in the order of their first rows.
    private(set) var classNames: [String] = []
    /// What was found out about the file.
    private(set) var layout: TableLayout
    /// Where the rows come from.
    private(set) var origin: DataOrigin

    /// The number of numbers in a row.
    var width: Int { layout.columns - (layout.labelColumn == nil ? 0 : 1) - (layout.indexColumn == nil ? 0 : 1) }

    /// Reads a table.
    ///
    /// - Throws: ``DatasetError/badRow(place:expected:found:)`` with the line if a field isn't a finite number or a
    ///   line has a different number of fields; `FormatError` for UTF-16.
    init(_ bytes: [UInt8], file: String, _ settings: DataSettings) throws {
        guard !isUTF16(bytes) else {
            throw FormatError(
                .text, file: file, offset: 0, expected: "UTF-8", found: "UTF-16", problem: .unsupported)
        }
        let text = CSVText(bytes, separator: settings.separator.separator)
        let sample = text.sample()
        layout = TableLayout(text, sample, settings)
        origin = DataOrigin(file, .line, first: layout.header.isEmpty ? 1 : 2)
        layout.labelColumn = try TableLayout.label(settings.labelColumn, layout, text, sample, file: file)
        if layout.labelColumn == layout.indexColumn { layout.indexColumn = nil }
        guard layout.labelColumn == nil || width > 0 else {
            throw DatasetError.setting(
                name: "labelColumn", value: settings.labelColumn.name, data: "\(file) has only one column",
                expected: "none")
        }
        var reader = CSVReader(text: text, file: file, layout: layout, settings: settings)
        try reader.read()
        (values, labels, classNames) = (reader.values, reader.labels, reader.classNames)
        (layout.missing, layout.firstMissing) = (reader.missing, reader.firstMissing)
        layout.rows = reader.rowLines.count
        guard !values.isEmpty else {
            throw DatasetError.badRow(
                place: "\(file), line \(reader.lines + 1)", expected: "a line of numbers", found: "the end of the file")
        }
        // Rows that were left out, for a value is missing, shift the lines of those that follow.
        if settings.missing == .drop { origin = origin.gathered(reader.rowLines.map { $0 - origin.first }) }
    }
}

/// Reads the lines of a table whose layout is known.
private struct CSVReader {
    let text: CSVText
    let file: String
    let layout: TableLayout
    let settings: DataSettings

    var values: [Float] = []
    var labels: [Int] = []
    var classNames: [String] = []
    /// The line of each row.
    var rowLines: [Int] = []
    var lines = 0
    var missing = 0
    var firstMissing: String?
    private var places: [String: Int] = [:]

    init(text: CSVText, file: String, layout: TableLayout, settings: DataSettings) {
        (self.text, self.file, self.layout, self.settings) = (text, file, layout, settings)
    }

    mutating func read() throws {
        var blank: Int?
        for line in text.lines {
            lines += 1
            if line.isEmpty {
                blank = blank ?? lines
                continue
            }
            // Empty lines are allowed only at the end.
            if let blank { throw failure("numbers", "an empty line", line: blank) }
            guard let fields = text.fields(of: line) else {
                throw failure("a closing quote before the end of the line", "none")
            }
            if lines == 1, !layout.header.isEmpty { continue }
            guard fields.count == layout.columns else {
                throw failure(
                    "\(layout.columns) fields, as in the lines before (separator=\(layout.separator))",
                    "\(fields.count)")
            }
            try readRow(fields)
        }
    }

    private mutating func readRow(_ fields: [CSVText.Field]) throws {
        let start = values.count
        var label: Int?
        var hasMissing = false
        for (column, field) in fields.enumerated() where column != layout.indexColumn {
            if text.isMissing(field) {
                try takeMissing(column, field)
                hasMissing = true
                if column == layout.labelColumn { label = 0 } else { values.append(.nan) }
            } else if column == layout.labelColumn {
                label = intern(text.text(field))
            } else {
                values.append(try number(field, column))
            }
        }
        if hasMissing, settings.missing == .drop {
            values.removeSubrange(start...)
            return
        }
        if let label { labels.append(label) }
        rowLines.append(lines)
    }

    private mutating func intern(_ name: String) -> Int {
        if let place = places[name] { return place }
        places[name] = classNames.count
        classNames.append(name)
        return classNames.count - 1
    }

    private mutating func takeMissing(_ column: Int, _ field: CSVText.Field) throws {
        missing += 1
        firstMissing = firstMissing ?? "line \(lines), \(layout.name(of: column))"
        let found = field.range.isEmpty ? "none" : "'\(text.text(field))'"
        guard column != layout.labelColumn else {
            if settings.missing == .drop { return }
            throw failure("a class in \(layout.name(of: column)), or --option missing=drop", found)
        }
        guard settings.missing == .refuse else { return }
        throw failure(
            "a number in \(layout.name(of: column)), or --option missing=mean, mode, zero or drop", found)
    }

    private func number(_ field: CSVText.Field, _ column: Int) throws -> Float {
        if let number = text.number(field), number.isFinite { return number }
        let found = text.text(field)
        let isComma = Float(found.replacing(",", with: ".")) != nil
        let isHeader = lines == 1 && settings.header == .auto
        throw failure(
            "a finite number in \(layout.name(of: column))"
                + (isComma ? ", with a decimal point" : isHeader ? " (or --option header=true for names)" : ""),
            "'\(found)'")
    }

    private func failure(_ expected: String, _ found: String, line: Int? = nil) -> DatasetError {
        .badRow(place: "\(file), line \(line ?? lines)", expected: expected, found: found)
    }
}
