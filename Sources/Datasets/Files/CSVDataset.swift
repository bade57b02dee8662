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
        let first = try rows(training, settings)
        let parts: (SourcedRows, SourcedRows, SourcedRows)
        if let test {
            let last = try rows(test, settings)
            if let validation {
                parts = (first, try rows(validation, settings), last)
            } else {
                let (training, validation) = try Splitting.twoParts(first, name: name, settings)
                parts = (training, validation, last)
            }
        } else {
            parts = try Splitting.threeParts(first, name: name, settings)
        }
        let all = [parts.0, parts.1, parts.2]
        for part in all
        where part.rows.width != first.rows.width || part.rows.labels.isEmpty != first.rows.labels.isEmpty {
            throw DatasetError.badRow(
                place: part.origin.place(of: 0), expected: "\(Self.columns(first.rows)) as in \(training)",
                found: Self.columns(part.rows))
        }
        let classCount = all.reduce(0) { max($0, ($1.rows.labels.max() ?? -1) + 1) }
        return Dataset(
            .init(
                name: name, shape: [first.rows.width], kind: settings.kind(of: all.map(\.rows)),
                classCount: classCount),
            parts.0, parts.1, parts.2)
    }

    private func rows(_ file: String, _ settings: DataSettings) throws -> SourcedRows {
        try CSVTable(DataFile.bytes(of: file), file: file).rows(labels: settings.labelColumn)
    }

    private static func columns(_ rows: DataRows) -> String {
        "\(rows.width) columns" + (rows.labels.isEmpty ? "" : " and a column of classes")
    }
}
