import Random

/// Random splits of data that have none of their own, made with the dataset's seed; each row goes to one part.
enum Splitting {
    /// The rows in random order, split into training, validation and test rows.
    ///
    /// - Throws: ``DatasetError/tooFewRows(name:found:expected:advice:)`` if there are too few for three parts.
    static func threeParts(
        _ all: SourcedRows, name: String, _ settings: DataSettings
    ) throws -> (training: SourcedRows, validation: SourcedRows, test: SourcedRows) {
        let parts = try threeParts(count: all.rows.count, all.origin, name: name, settings)
        return (all.gathered(parts.training), all.gathered(parts.validation), all.gathered(parts.test))
    }

    /// The numbers of `count` things in random order, cut into training, validation and test.
    ///
    /// - Throws: as ``threeParts(_:name:_:)``.
    static func threeParts(
        count: Int, _ origin: DataOrigin, name: String, _ settings: DataSettings
    ) throws -> (training: [Int], validation: [Int], test: [Int]) {
        let (validation, test) = (held(settings.validation, of: count), held(settings.test, of: count))
        try check(count, parts: validation + test, 3, origin, name: name)
        let order = shuffled(count, settings)
        return (
            Array(order[(validation + test)...]), Array(order[..<validation]),
            Array(order[validation..<validation + test])
        )
    }

    /// The rows in random order, split into training and validation rows.
    ///
    /// - Throws: as ``threeParts(_:name:_:)``.
    static func twoParts(
        _ all: SourcedRows, name: String, _ settings: DataSettings
    ) throws -> (training: SourcedRows, validation: SourcedRows) {
        let count = all.rows.count
        let validation = held(settings.validation, of: count)
        try check(count, parts: validation, 2, all.origin, name: name)
        let order = shuffled(count, settings)
        return (all.gathered(order[validation...]), all.gathered(order[..<validation]))
    }

    private static func held(_ share: Double, of count: Int) -> Int { max(1, Int((share * Double(count)).rounded())) }

    private static func shuffled(_ count: Int, _ settings: DataSettings) -> [Int] {
        var order = Array(0..<count)
        var random = settings.stream("split")
        random.shuffle(&order)
        return order
    }

    private static func check(_ count: Int, parts: Int, _ number: Int, _ origin: DataOrigin, name: String) throws {
        guard count > parts else {
            throw DatasetError.tooFewRows(
                name: origin.source, found: "\(count)",
                expected: "\(number) \(origin.unit.rawValue)s or more of \(name)",
                advice: "add some; training, validation and test rows are taken from them")
        }
    }
}
