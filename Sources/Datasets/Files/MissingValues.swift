/// Fills the values that a table lacks, which are NaN.
enum MissingValues {
    /// What stands for a missing value of each column.
    ///
    /// - Parameter rows: The training rows: what is filled in must not come from rows that judge a model.
    /// - Throws: ``DatasetError`` for a column in which the training rows have no value at all.
    static func replacements(
        _ missing: DataSettings.Missing, _ rows: DataRows, source: String
    ) throws -> [Float] {
        guard missing != .zero else { return [Float](repeating: 0, count: rows.width) }
        let values = rows.values
        return try (0..<rows.width).map { column in
            let known = stride(from: column, to: values.count, by: rows.width).map { values[$0] }.filter { !$0.isNaN }
            guard !known.isEmpty else {
                throw DatasetError.badRow(
                    place: "\(source), number \(column + 1) of each row",
                    expected: "a value in the training rows to fill in (or --option missing=zero)", found: "none")
            }
            guard missing == .mode else { return Float(known.reduce(0.0) { $0 + Double($1) } / Double(known.count)) }
            let counts = known.reduce(into: [Float: Int]()) { $0[$1, default: 0] += 1 }
            return counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }!.key
        }
    }

    /// The rows with the replacements in place of NaN.
    static func filled(_ rows: DataRows, _ replacements: [Float]) -> DataRows {
        rows.replacing(rows.values.enumerated().map { $1.isNaN ? replacements[$0 % rows.width] : $1 })
    }
}
