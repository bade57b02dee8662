import Configuration
import Datasets
import Storage

/// The datasets as 'reverie list' shows them: the synthetic ones, the names of files, and what a folder holds.
struct DatasetList {
    /// The folder of data; nil for none.
    let folder: String?

    func all() throws -> (columns: [String], items: [ListItem]) {
        let found = try folder.map { folder in
            try DatasetCatalog.names(in: folder).map { (name: $0, summary: "in \(folder)", family: "found") }
        }
        let known = (DatasetCatalog.entries + DatasetCatalog.patterns).map {
            (name: $0.name, summary: $0.summary, family: $0.family.rawValue)
        }
        let items = (known + (found ?? [])).map { name, summary, family in
            ListItem(
                json: ["name": .string(name), "family": .string(family), "summary": .string(summary)],
                cells: [name, family, summary])
        }
        return (["name", "family", "summary"], items)
    }

    /// A dataset after it was read, how it was read and is prepared, and the options that all datasets have.
    ///
    /// - Parameter options: Options of the dataset, as for 'fit'.
    func item(named name: String, options: [String]) throws -> ListItem {
        var settings = DataSettings()
        for text in options { try settings.apply(assignment: text) }
        // A table with missing values is described too, unless an option says what becomes of them.
        let isRefused = settings.missing == .refuse
        if isRefused { settings.missing = .drop }
        let data = try DatasetCatalog.make(name, folder: folder, settings: settings)
        let description = data.description
        var members: [JSON.Member] = [
            .init("name", .string(description.name)), .init("shape", .array(description.shape.map { .integer($0) })),
            .init("kind", .string(description.kind.name.rawValue)),
            .init("sequences", .boolean(description.isSequential)), .init("classes", .integer(description.classCount)),
        ]
        if !description.classNames.isEmpty {
            members.append(.init("classNames", .array(description.classNames.map(JSON.string))))
        }
        members += Dataset.Part.allCases.map { .init($0.rawValue, .integer(data[$0].count)) }
        if let table = data.table { members.append(.init("table", .object(Self.members(of: table, isRefused)))) }
        if !data.notes.isEmpty { members.append(.init("notes", .array(data.notes.map(JSON.string)))) }
        let preparations = data.preparations(settings).map {
            JSON.Member($0.kind.rawValue, .string($0.summary))
        }
        members.append(.init("preparation", .object(preparations)))
        let options = LearnerList.describe(DataSettings())
        return ListItem(json: .object(members + [.init("options", .array(options))]), cells: [name])
    }

    private static func members(of table: TableLayout, _ isRefused: Bool) -> [JSON.Member] {
        let label = table.labelColumn.map(table.name) ?? "none"
        var members: [JSON.Member] = [
            .init("rows", .integer(table.rows)), .init("columns", .integer(table.columns)),
            .init("separator", .string(table.separator)), .init("header", .boolean(!table.header.isEmpty)),
            .init("names", .array(table.header.map(JSON.string))), .init("labelColumn", .string(label)),
            .init("missing", .integer(table.missing)),
        ]
        if let column = table.indexColumn {
            members.append(.init("leftOut", .string("\(table.name(of: column)), which numbers the rows")))
        }
        if let place = table.firstMissing {
            let advice = isRefused ? "; 'fit' needs --option missing=mean, mode, zero or drop" : ""
            members.append(.init("firstMissing", .string(place + advice)))
        }
        return members
    }
}
