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

    /// A dataset after it was read, and the options that all datasets have.
    func item(named name: String) throws -> ListItem {
        let data = try DatasetCatalog.make(name, folder: folder, settings: DataSettings())
        let description = data.description
        var members: [JSON.Member] = [
            .init("name", .string(description.name)), .init("shape", .array(description.shape.map { .integer($0) })),
            .init("kind", .string(description.kind.name.rawValue)),
            .init("sequences", .boolean(description.isSequential)), .init("classes", .integer(description.classCount)),
        ]
        members += Dataset.Part.allCases.map { .init($0.rawValue, .integer(data[$0].count)) }
        let options = LearnerList.describe(DataSettings())
        return ListItem(json: .object(members + [.init("options", .array(options))]), cells: [name])
    }
}
