extension Dataset {
    /// The data restricted by the settings: to some classes, to the first training rows, to rows of another shape.
    ///
    /// - Throws: ``DatasetError`` if a setting doesn't go with the data.
    func restricted(by settings: DataSettings) throws -> Dataset {
        var result = self
        if !settings.shape.isEmpty { try result.reshape(settings.shape) }
        if !settings.classes.isEmpty { try result.choose(settings.classes) }
        if settings.limit > 0 { result.keep(Array(0..<min(settings.limit, training.count)), of: .training) }
        return result
    }

    /// Bits, levels or intensities inverted if the settings say so: the greatest becomes 0, and 0 the greatest.
    ///
    /// - Throws: ``DatasetError`` for numbers without a greatest one.
    func inverted(by settings: DataSettings) throws -> Dataset {
        guard settings.invert else { return self }
        guard description.kind.name == .bits || description.kind.name == .levels || description.kind.name == .unit
        else {
            throw DatasetError.setting(
                name: "invert", value: "true", data: "\(description.name) holds \(description.kind.name.rawValue)",
                expected: "bits, levels or numbers from 0 to 1")
        }
        var result = self
        let greatest = description.kind.fullIntensity
        for part in Part.allCases {
            let numbers = self[part].numbers
            result[part] = self[part].replacing(numbers.inverted(greatest: greatest))
        }
        return result
    }

    /// The same data with every number in the narrowest type that holds it.
    ///
    /// - Throws: ``DatasetError`` for an empty part, or with the place of the first number that isn't of the data's
    ///   kind or of the first label that isn't a class.
    func checked() throws -> Dataset {
        var result = self
        for part in Part.allCases {
            let rows = self[part]
            guard !rows.isEmpty, rows.numbers.count > 0 else {
                throw DatasetError.tooFewRows(
                    name: origins[part]?.source ?? description.name, found: "none", expected: "\(part.rawValue) rows",
                    advice: "add some, or change the split (--option validation=, test=, classes=)")
            }
            if let bad = description.kind.firstViolation(in: rows.numbers) {
                throw violation(of: description.kind.expectation, at: bad, in: part)
            }
            if let bad = rows.labels.firstIndex(where: { !(0..<description.classCount).contains($0) }) {
                throw DatasetError.badRow(
                    place: place(of: bad, in: part), expected: "a class below \(description.classCount)",
                    found: "\(rows.labels[bad])")
            }
            result[part] = rows.replacing(rows.numbers.narrowed())
        }
        return result
    }

    /// The error for a number that isn't as expected.
    func violation(of expectation: String, at index: Int, in part: Part) -> DatasetError {
        .badRow(place: numberPlace(index, in: part), expected: expectation, found: "\(self[part].numbers[index])")
    }

    /// The place of a number in a part, such as `digits.csv, line 17, column 3`.
    func numberPlace(_ index: Int, in part: Part) -> String {
        let rows = self[part]
        guard !rows.isSequential else {
            let row = rows.row(ofStep: index / rows.width)
            return place(of: row, in: part) + ", step \((index - rows.range(of: row).lowerBound) / rows.width + 1)"
        }
        return place(of: index / rows.width, in: part) + ", number \(index % rows.width + 1)"
    }

    private mutating func reshape(_ shape: [Int]) throws {
        guard shape.reduce(1.0, { $0 * Double($1) }) == Double(description.width) else {
            throw DatasetError.setting(
                name: "shape", value: "\(shape)", data: "a row of \(description.name) is \(description.shape)",
                expected: "extents with the product \(description.width)")
        }
        description.shape = shape
    }

    private mutating func choose(_ choice: DataSettings.ClassChoice) throws {
        let asked = choice.names.joined(separator: ", ")
        guard description.classCount > 0 else {
            throw DatasetError.setting(
                name: "classes", value: asked, data: "\(description.name) has no labels", expected: "none")
        }
        let names = description.classNames
        var chosen: Set<Int> = []
        for name in choice.names {
            // Folders are often called by numbers that are not their places.
            guard let place = names.firstIndex(of: name) ?? (names.isEmpty ? Int(name) : nil),
                0..<description.classCount ~= place
            else {
                throw DatasetError.setting(
                    name: "classes", value: asked,
                    data: "\(description.name) has \(description.classCount) classes",
                    expected: names.isEmpty
                        ? "classes from 0 to \(description.classCount - 1)"
                        : "some of \(names.prefix(20).joined(separator: ", "))" + (names.count > 20 ? ", …" : ""))
            }
            chosen.insert(place)
        }
        let classes = chosen.sorted()
        let places = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
        for part in Part.allCases {
            let labels = self[part].labels
            keep(labels.indices.filter { places[labels[$0]] != nil }, of: part)
            self[part].labels = self[part].labels.map { places[$0]! }
        }
        description.classCount = classes.count
        if !names.isEmpty { description.classNames = classes.map { names[$0] } }
    }

    private mutating func keep(_ rows: [Int], of part: Part) {
        self[part] = self[part].gathered(rows)
        origins[part] = origins[part]?.gathered(rows)
    }
}
