import Storage

/// Synthetic data, generated from a seed.
enum MadeDataset {
    static let barsAndStripes = "bars-and-stripes"

    static let entries: [(name: String, summary: String)] =
        PlaneShape.allCases.map { ($0.rawValue, $0.summary) } + [
            (
                barsAndStripes,
                "all images of full rows or full columns, 30 of 4 x 4 (MacKay 2003); each part has all of them"
            )
        ]

    /// The dataset of a name; nil for an unknown name.
    static func make(_ name: String, _ settings: DataSettings) -> Dataset? {
        let name = matchingName(name, among: entries.lazy.map(\.name)) ?? name
        if name == barsAndStripes { return bars(side: settings.side) }
        return PlaneShape(rawValue: name).map { points($0, settings) }
    }

    /// Points in the plane. Each part has a random stream of its own, so that the size of one doesn't change another.
    private static func points(_ shape: PlaneShape, _ settings: DataSettings) -> Dataset {
        func part(_ part: Dataset.Part, share: Double) -> SourcedRows {
            var random = settings.stream(shape.rawValue).split(part.rawValue)
            let count = max(1, Int((share * Double(settings.size)).rounded()))
            return SourcedRows(
                rows: shape.rows(count, noise: settings.noise, random: &random),
                origin: DataOrigin("\(shape.rawValue), \(part.rawValue)"))
        }
        return Dataset(
            .init(name: shape.rawValue, shape: [2], kind: .reals, classCount: shape.classCount),
            part(.training, share: 1), part(.validation, share: settings.validation), part(.test, share: settings.test))
    }

    /// Images in which each row is full or empty, or each column is; each image once.
    private static func bars(side: Int) -> Dataset {
        let masks = 0..<1 << side
        func picture(_ isFull: (_ row: Int, _ column: Int) -> Bool) -> [Float] {
            (0..<side * side).map { isFull($0 / side, $0 % side) ? 1 : 0 }
        }
        let rows = masks.map { mask in picture { row, _ in mask >> row & 1 == 1 } }
        // The empty and the full image are among the rows already.
        let columns = masks.dropFirst().dropLast().map { mask in picture { _, column in mask >> column & 1 == 1 } }
        let all = DataRows((rows + columns).flatMap { $0 }, width: side * side)
        return Dataset(
            .init(name: barsAndStripes, shape: [side, side, 1], kind: .bits), training: all, validation: all, test: all)
    }
}
