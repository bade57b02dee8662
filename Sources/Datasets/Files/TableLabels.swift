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

/// The order of names in which numbers within them count as numbers: `2` before `10`, `a9` before `a10`.
func naturallyPrecedes(_ left: String, _ right: String) -> Bool {
    let (a, b) = (naturalParts(left), naturalParts(right))
    for (x, y) in zip(a, b) where x != y {
        guard x.isNumber, y.isNumber else { return x.text.utf8.lexicographicallyPrecedes(y.text.utf8) }
        let (p, q) = (x.text.drop { $0 == "0" }, y.text.drop { $0 == "0" })
        if p.count != q.count { return p.count < q.count }
        if p != q { return p < q }
    }
    return a.count == b.count ? left.utf8.lexicographicallyPrecedes(right.utf8) : a.count < b.count
}

private func naturalParts(_ name: String) -> [(text: Substring, isNumber: Bool)] {
    var parts: [(text: Substring, isNumber: Bool)] = []
    var rest = name[...]
    while let first = rest.first {
        let isNumber = ("0"..."9").contains(first)
        let part = rest.prefix { ("0"..."9").contains($0) == isNumber }
        parts.append((part, isNumber))
        rest = rest.dropFirst(part.count)
    }
    return parts
}
