import Storage

/// Tables in up to three files.
struct CSVDataset {
    /// The file endings of the parts: those of the usual density estimation datasets, and of the UCI digits.
    static let threeParts = [".train.csv", ".valid.csv", ".test.csv"]
    static let twoParts = [".tra.csv", ".tes.csv"]
    static let onePart = ".csv"

    let name: String
    let training: String
    let validation: String?
    let test: String?

    /// The files of a name in a folder; nil if there are none.
    ///
    /// - Throws: ``DatasetError/missingFiles(name:folder:files:)`` if only some of them are there.
    init?(_ name: String, in folder: DataFolder) throws {
        if Self.threeParts.contains(where: { folder.file(name + $0) != nil }) {
            let files = try folder.files(Self.threeParts.map { name + $0 }, of: name)
            (training, validation, test) = (files[0], files[1], files[2])
        } else if Self.twoParts.contains(where: { folder.file(name + $0) != nil }) {
            let files = try folder.files(Self.twoParts.map { name + $0 }, of: name)
            (training, validation, test) = (files[0], nil, files[1])
        } else if let file = folder.file(name + Self.onePart) {
            (training, validation, test) = (file, nil, nil)
        } else {
            return nil
        }
        self.name = name
    }

    /// The name of the dataset that a file belongs to; nil if it is not a table.
    static func name(ofFile name: String) -> String? {
        let name = DataFile.plainName(name)
        return (threeParts + twoParts + [onePart]).first { name.hasSuffix($0) }.map { String(name.dropLast($0.count)) }
    }

    /// Reads the files.
    ///
    /// - Throws: ``DatasetError`` with file and line, `FormatError` for a damaged gzip file, `StorageError`.
    func load(_ settings: DataSettings) throws -> Dataset {
        let files = [training, validation, test].compactMap(\.self)
        let tables = try files.map { try CSVTable(DataFile.bytes(of: $0), file: $0, settings) }
        for table in tables.dropFirst()
        where table.width != tables[0].width || table.labels.isEmpty != tables[0].labels.isEmpty {
            throw DatasetError.badRow(
                place: table.origin.place(of: 0), expected: "\(Self.columns(tables[0])) as in \(training)",
                found: Self.columns(table))
        }
        let classes = try TableLabels(tables)
        var all = zip(tables, classes.labels).map { table, labels in
            SourcedRows(rows: DataRows(table.values, width: table.width, labels: labels), origin: table.origin)
        }
        switch files.count {
        case 1:
            let (training, validation, test) = try Splitting.threeParts(all[0], name: name, settings)
            all = [training, validation, test]
        case 2:
            let (training, validation) = try Splitting.twoParts(all[0], name: name, settings)
            all = [training, validation, all[1]]
        default: break
        }
        if ![.refuse, .drop].contains(settings.missing), tables.contains(where: { $0.layout.missing > 0 }) {
            let known = try MissingValues.replacements(settings.missing, all[0].rows, source: training)
            for part in all.indices { all[part].rows = MissingValues.filled(all[part].rows, known) }
        }
        let highest = all.reduce(0) { max($0, ($1.rows.labels.max() ?? -1) + 1) }
        var dataset = Dataset(
            .init(
                name: name, shape: [tables[0].width], kind: settings.kind(of: all.map(\.rows)),
                classCount: max(highest, classes.names.count), classNames: classes.names),
            all[0], all[1], all[2])
        dataset.table = Self.layout(tables, files)
        return dataset
    }

    /// The layout of the first file, with the rows and missing values of all.
    private static func layout(_ tables: [CSVTable], _ files: [String]) -> TableLayout {
        var layout = tables[0].layout
        layout.rows = tables.reduce(0) { $0 + $1.layout.rows }
        layout.missing = tables.reduce(0) { $0 + $1.layout.missing }
        layout.firstMissing =
            zip(files, tables).lazy.compactMap { file, table in
                table.layout.firstMissing.map { "\(file), \($0)" }
            }.first
        return layout
    }

    private static func columns(_ table: CSVTable) -> String {
        "\(table.width) columns" + (table.labels.isEmpty ? "" : " and a column of classes")
    }
}
