import Storage

/// A text as one stream of characters, or as a sequence of characters per line.
struct TextDataset {
    static let ending = ".txt"

    let name: String
    let file: String

    /// Reads the text. Its symbols are all of its characters, in the order of their code points.
    ///
    /// A stream is split as nanoGPT does it: first the training text, then the rest, which is both validation and test
    /// text. Lines are shuffled and split; each keeps its line end, which tells a model that the line is over, and
    /// empty lines are dropped.
    ///
    /// - Throws: `FormatError` if it isn't UTF-8, ``DatasetError`` if it is too short, `StorageError`.
    func load(_ settings: DataSettings) throws -> Dataset {
        let characters = try characters()
        let symbols = Set(characters).union(settings.lines ? ["\n"] : []).sorted {
            $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars)
        }
        let places = Dictionary(uniqueKeysWithValues: symbols.enumerated().map { ($1, $0) })
        var description = Dataset.Description(name: name, shape: [], kind: .symbols(symbols), isSequential: true)
        guard settings.lines else {
            return try stream(DataNumbers(characters.map { places[$0]! }, below: symbols.count), description, settings)
        }
        description.endSymbol = places["\n"]
        // Swift treats a carriage return and a line feed as one character.
        let lines = characters.split { $0.isNewline }
        let all = SourcedRows(
            rows: DataRows(
                sequences: DataNumbers(
                    lines.flatMap { $0.map { places[$0]! } + [places["\n"]!] }, below: symbols.count), width: 1,
                lengths: lines.map { $0.count + 1 }),
            origin: DataOrigin(file))
        let (training, validation, test) = try Splitting.threeParts(all, name: name, settings)
        return Dataset(description, training, validation, test)
    }

    private func stream(
        _ numbers: DataNumbers, _ description: Dataset.Description, _ settings: DataSettings
    ) throws -> Dataset {
        let count = numbers.count
        guard count >= 2 else {
            throw DatasetError.tooFewRows(
                name: file, found: "\(count)", expected: "2 characters or more", advice: "use a longer text")
        }
        let split = min(max(1, Int(Double(count) * (1 - settings.validation))), count - 1)
        let used = settings.limit == 0 ? split : min(split, settings.limit)
        func part(_ range: Range<Int>) -> DataRows {
            DataRows(sequences: numbers.gathered(CollectionOfOne(range)), width: 1, lengths: [range.count])
        }
        let held = part(split..<count)
        let origins = Dataset.Part.allCases.map { ($0, DataOrigin(file)) }
        return Dataset(
            description, training: part(0..<used), validation: held, test: held,
            origins: Dictionary(uniqueKeysWithValues: origins))
    }

    private func characters() throws -> [Character] {
        let bytes = try DataFile.bytes(of: file)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FormatError(
                .text, file: file, offset: Self.firstInvalid(in: bytes), expected: "a character in UTF-8",
                found: "other bytes")
        }
        return Array(text)
    }

    /// The offset of the first byte that is not part of a character.
    private static func firstInvalid(in bytes: [UInt8]) -> Int {
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var offset = 0
        while case .valid(let scalar) = parser.parseScalar(from: &iterator) { offset += scalar.count }
        return offset
    }
}
