import Glibc
import Storage
import Training

/// One item that 'reverie list' shows.
struct ListItem {
    /// Everything that is known of it.
    var json: JSON
    /// Its row in the table of all items.
    var cells: [String]
}

/// Rows of texts below the names of the columns, as standard output takes them.
func table(_ columns: [String], _ rows: [[String]]) -> String {
    TextTable(columns, rows).text(on: Terminal(of: STDOUT_FILENO))
}

extension JSON {
    /// The value as a cell of a table.
    var cell: String {
        switch self {
        case .null, .array([]), .object([]): "-"
        case .string(let text): text
        case .array(let elements): elements.map(\.cell).joined(separator: ", ")
        default: "\(self)"
        }
    }

    /// An object as text: a line per member, then a table for each list of objects.
    var sheet: String {
        guard case .object(let members) = self else { return cell }
        let tables = members.compactMap { member in member.value.rows.map { (member.name, $0) } }
        let lines = members.filter { $0.value.rows == nil }
        let width = lines.map(\.name.count).max() ?? 0
        let head = lines.flatMap { line in
            let name = line.name + String(repeating: " ", count: width - line.name.count + 2)
            guard let terminal = Terminal(of: STDOUT_FILENO) else { return [name + line.value.cell] }
            return TextTable.folded(line.value.cell, after: name, start: width + 2, columns: terminal.columns)
        }
        let sections = tables.map { name, rows in
            "\n\(name):\n" + table(rows[0].map(\.name), rows.map { $0.map(\.value.cell) })
        }
        return (head + sections).joined(separator: "\n")
    }

    /// The rows of a table: the members of each object in a list, or those of an object.
    private var rows: [[Member]]? {
        switch self {
        case .array(let elements) where !elements.isEmpty:
            let rows = elements.compactMap { element in
                if case .object(let members) = element { members } else { [Member]?.none }
            }
            return rows.count == elements.count ? rows : nil
        case .object(let members) where !members.isEmpty:
            return members.map { [Member("name", .string($0.name)), Member("value", $0.value)] }
        default: return nil
        }
    }
}
