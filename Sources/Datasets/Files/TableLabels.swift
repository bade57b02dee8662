import Storage

/// The classes of a table's files together.
struct TableLabels {
    /// The names of the classes; empty if they are numbers.
    let names: [String]
    /// The labels of each file's rows.
    let labels: [[Int]]

    /// Numbers of classes stay as they are; other texts are numbered in their natural order.
    ///
    /// - Throws: ``DatasetError`` for a number that is no class.
    init(_ tables: [CSVTable]) throws {
        let texts = Set(tables.flatMap(\.classNames))
        let numbers = texts.compactMap(Float.init)
        let isNumbered = numbers.count == texts.count && !numbers.contains { $0 < 0 && $0.rounded() == $0 }
        guard !isNumbered else {
            names = []
            labels = try tables.map { table in
                let values = table.classNames.map { Float($0) ?? .nan }
                return try DataLabels.checked(table.labels.map { values[$0] }, table.origin)
            }
            return
        }
        names = texts.sorted(by: naturallyPrecedes)
        let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        labels = tables.map { table in
            let own = table.classNames.map { places[$0]! }
            return table.labels.map { own[$0] }
        }
    }
}
