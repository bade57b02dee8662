/// How a table was read: what the file doesn't say was guessed from its first lines, or set by options.
public struct TableLayout: Hashable, Sendable {
    /// The name of the separator, as in the option.
    public var separator: String
    /// The names of the columns; empty without a header.
    public var header: [String]
    /// The number of fields in a line.
    public var columns: Int
    /// The column of classes, from 0.
    public var labelColumn: Int?
    /// The column of pandas' row names, which is left out: the one without a name.
    public var indexColumn: Int?
    /// The number of rows that were read.
    public var rows = 0
    /// The number of missing values, and the place of the first.
    public var missing = 0
    public var firstMissing: String?

    /// A column for errors and lists, by its number from 1 and its name.
    public func name(of column: Int) -> String {
        let name = header.indices.contains(column) ? header[column] : ""
        return "column \(column + 1)" + (name.isEmpty ? "" : " '\(name)'")
    }

    /// The layout of a file without its column of classes.
    init(_ text: CSVText, _ sample: [[CSVText.Field]], _ settings: DataSettings) {
        separator = text.separator.name
        let first = sample.first ?? []
        columns = first.count
        let isHeader =
            switch settings.header {
            case .auto: Self.isHeader(first, text)
            case .yes: true
            case .no: false
            }
        header = isHeader ? first.map(text.text) : []
        // pandas writes its row names below no name.
        let isIndexed = columns > 1 && (header.first == "" || header.first == "Unnamed: 0")
        let rows = sample.dropFirst()
        if isIndexed, rows.allSatisfy({ $0.first.flatMap(text.number).map { $0.rounded() == $0 } ?? false }) {
            indexColumn = 0
        }
    }

    /// Names of columns: no numbers, or the numbers 0, 1, 2, … that pandas writes for columns without names.
    private static func isHeader(_ fields: [CSVText.Field], _ text: CSVText) -> Bool {
        let names = fields.first.map { $0.range.isEmpty } == true && fields.count > 1 ? fields.dropFirst() : fields[...]
        if names.contains(where: text.isText) {
            return names.allSatisfy { text.number($0) == nil && !$0.range.isEmpty }
        }
        // Two numbers, 0 and 1, are as likely a row.
        let isNumbered = names.enumerated().allSatisfy { text.text($1) == "\($0)" }
        return isNumbered && fields.count >= 3
    }

    private static let labelNames = ["class", "label"]

    /// The column of classes: as set; or the one that the header calls so; or the first or last one, if only that
    /// has texts.
    ///
    /// - Throws: ``DatasetError`` for a column that isn't there.
    static func label(
        _ setting: DataSettings.LabelColumn, _ layout: TableLayout, _ text: CSVText, _ sample: [[CSVText.Field]],
        file: String
    ) throws -> Int? {
        let columns = layout.columns
        let first = layout.indexColumn == 0 ? 1 : 0
        switch setting {
        case .none: return nil
        case .first: return columns > first ? first : nil
        case .last: return columns > 0 ? columns - 1 : nil
        case .named(let name):
            if let column = layout.header.firstIndex(of: name) { return column }
            if let number = Int(name), 1...max(1, columns) ~= number { return number - 1 }
            throw DatasetError.setting(
                name: "labelColumn", value: name, data: "\(file) has the columns \(layout.columnList)",
                expected: "first, last, none, a name in the header, or a number from 1 to \(columns)")
        case .auto:
            if let column = layout.header.lastIndex(where: { labelNames.contains($0.lowercased()) }) { return column }
            let rows = sample.dropFirst(layout.header.isEmpty ? 0 : 1)
            guard columns > 1, !rows.isEmpty, rows.allSatisfy({ $0.count == columns }) else { return nil }
            let texts = (first..<columns).filter { column in rows.contains { text.isText($0[column]) } }
            guard texts.count == 1, [first, columns - 1].contains(texts[0]) else { return nil }
            return rows.allSatisfy { text.isText($0[texts[0]]) } ? texts[0] : nil
        }
    }

    /// The names of the columns, or how many there are.
    var columnList: String {
        header.isEmpty ? "1 to \(columns), without names" : header.map { "'\($0)'" }.joined(separator: ", ")
    }
}
