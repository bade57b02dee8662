import Environments
import Storage

/// The wrappers as 'reverie list' shows them.
enum WrapperList {
    static var all: (columns: [String], items: [ListItem]) {
        (["wrapper", "argument", "summary"], WrapperCatalog.entries.map(item))
    }

    static func item(named name: String) throws -> ListItem { try item(WrapperCatalog.entry(name)) }

    private static func item(_ entry: WrapperEntry) -> ListItem {
        ListItem(
            json: ["name": .string(entry.name), "usage": .string(entry.usage), "summary": .string(entry.summary)],
            cells: [entry.name, entry.argument, entry.summary])
    }
}
