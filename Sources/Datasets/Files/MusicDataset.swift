import Storage

/// Polyphonic music as piano rolls (Boulanger-Lewandowski et al. 2012): a JSON object with `train`, `valid` and `test`,
/// each a list of pieces. A piece is a list of time steps, each a list of the MIDI pitches that sound.
struct MusicDataset {
    static let ending = ".json"
    /// The pitches of a piano's 88 keys. The few notes outside are dropped, as in the literature.
    static let pitches = 21...108
    private static let midiPitches = 0...127
    /// The maximum number of values in a file.
    private static let largestCount = 16_000_000
    private static let parts = ["train", "valid", "test"]

    let name: String
    let file: String

    /// Reads the pieces: sequences of steps of 88 bits.
    ///
    /// - Throws: `FormatError` for bad JSON, ``DatasetError`` with the piece and step for JSON of another shape,
    ///   `StorageError`.
    func load() throws -> Dataset {
        let bytes = try DataFile.bytes(of: file)
        let json = try JSON(parsing: bytes[...], file: file, values: Self.largestCount)
        let parts = try Self.parts.map { try part($0, of: json) }
        return Dataset(
            .init(name: name, shape: [Self.pitches.count], kind: .bits, isSequential: true), parts[0], parts[1],
            parts[2])
    }

    private func part(_ part: String, of json: JSON) throws -> SourcedRows {
        let origin = DataOrigin("\(file) (\(part))", .piece)
        guard let pieces = json[part]?.array else {
            throw DatasetError.badRow(
                place: file, expected: "an object with the lists of pieces train, valid and test",
                found: "no list \(part)")
        }
        var lengths: [Int] = []
        var keys: [UInt8] = []
        for (number, piece) in pieces.enumerated() {
            let place = origin.place(of: number)
            guard let steps = piece.array, !steps.isEmpty else {
                throw DatasetError.badRow(place: place, expected: "a list of steps", found: "something else")
            }
            lengths.append(steps.count)
            for (step, pitches) in steps.enumerated() {
                keys += try Self.keys(pitches, place: "\(place), step \(step + 1)")
            }
        }
        return SourcedRows(
            rows: DataRows(sequences: .bytes(keys), width: Self.pitches.count, lengths: lengths), origin: origin)
    }

    /// A bit for each key of a piano.
    private static func keys(_ json: JSON, place: String) throws -> [UInt8] {
        var keys = [UInt8](repeating: 0, count: pitches.count)
        guard let sounding = json.array else {
            throw DatasetError.badRow(place: place, expected: "a list of pitches", found: "something else")
        }
        for note in sounding {
            guard let pitch = note.integer, midiPitches.contains(pitch) else {
                throw DatasetError.badRow(
                    place: place, expected: "MIDI pitches from 0 to 127", found: "\(String("\(note)".prefix(40)))")
            }
            if pitches.contains(pitch) { keys[pitch - pitches.lowerBound] = 1 }
        }
        return keys
    }
}
