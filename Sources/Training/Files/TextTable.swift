/// Rows of texts below the names of the columns.
public struct TextTable: Sendable {
    private let rows: [[String]]

    /// A table; each row has as many texts as there are columns.
    public init(_ columns: [String], _ rows: [[String]]) { self.rows = [columns] + rows }

    /// The table as text: a line for each row in a file. On a terminal the last column is folded into its width, under
    /// itself, and the names stand out.
    public func text(on terminal: Terminal?) -> String {
        let widths = rows[0].indices.map { column in rows.map { Terminal.width(of: $0[column]) }.max() ?? 0 }
        let start = widths.dropLast().reduce(0) { $0 + $1 + 2 }
        return rows.enumerated().flatMap { index, row in
            var line = ""
            for (cell, width) in zip(row.dropLast(), widths) {
                line += cell + String(repeating: " ", count: width - Terminal.width(of: cell) + 2)
            }
            guard let terminal else { return [line + (row.last ?? "")] }
            let lines = Self.folded(row.last ?? "", after: line, start: start, columns: terminal.columns)
            return index == 0 ? lines.map { terminal.styled($0, .bold) } : lines
        }.joined(separator: "\n")
    }

    /// The least width of a column that is folded.
    private static let leastWidth = 24

    /// A text in lines behind what comes before it, from the column `start` on; where too little room is left there,
    /// below it.
    public static func folded(_ text: String, after head: String, start: Int, columns: Int) -> [String] {
        if Terminal.width(of: head) + Terminal.width(of: text) <= columns { return [head + text] }
        let isBeside = start + leastWidth <= columns
        let indentation = String(repeating: " ", count: isBeside ? start : 4)
        let lines = Terminal.lines(of: text, columns: max(leastWidth, columns) - indentation.count)
        if isBeside { return [head + lines[0]] + lines.dropFirst().map { indentation + $0 } }
        let trimmed = String(head.reversed().drop { $0 == " " }.reversed())
        return Terminal.lines(of: trimmed, columns: columns) + lines.map { indentation + $0 }
    }
}
