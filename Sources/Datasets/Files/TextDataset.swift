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
        let text = TextSymbols(try characters())
        var symbols = text.symbols
        if settings.lines, !symbols.contains("\n") {
            // Line ends are symbols even where the text has none of this kind.
            symbols = Self.sorted(Set(symbols).union(["\n"]))
        }
        let places = Dictionary(uniqueKeysWithValues: symbols.enumerated().map { ($1, $0) })
        var description = Dataset.Description(name: name, shape: [], kind: .symbols(symbols), isSequential: true)
        guard settings.lines else { return try stream(text.numbers(places), description, settings) }
        let end = places["\n"]!
        description.endSymbol = end
        var lengths: [Int] = []
        let numbers = text.lines(places, end: end, lengths: &lengths)
        let all = SourcedRows(
            rows: DataRows(sequences: numbers, width: 1, lengths: lengths), origin: DataOrigin(file))
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

    private func characters() throws -> String {
        let bytes = try DataFile.bytes(of: file)
        guard !isUTF16(bytes) else {
            throw FormatError(.text, file: file, offset: 0, expected: "UTF-8", found: "UTF-16", problem: .unsupported)
        }
        guard let text = String(validating: bytes.dropFirst(byteOrderMarkLength(of: bytes)), as: UTF8.self) else {
            throw FormatError(
                .text, file: file, offset: Self.firstInvalid(in: bytes), expected: "a character in UTF-8",
                found: "other bytes")
        }
        return text
    }

    /// Characters in the order of their code points.
    static func sorted(_ symbols: Set<Character>) -> [Character] {
        symbols.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
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
