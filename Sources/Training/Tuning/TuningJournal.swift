import Storage

/// The lines of `trials.jsonl`: trial, rung, seed, and a score or an error.
enum TuningJournal {
    static func line(_ run: TuningSession.Run, _ result: TuningSession.Result) -> JSON {
        let place: [JSON.Member] = [
            .init("trial", .integer(run.entry.trial)), .init("rung", .integer(run.entry.rung)),
            .init("seed", .integer(run.seed)),
        ]
        switch result {
        case .score(let score): return .object(place + [.init("score", .number(score))])
        case .failure(let sentence): return .object(place + [.init("error", .string(sentence))])
        }
    }

    /// Reads a journal, if there is one, and opens it to go on. An incomplete last line is dropped: its process was
    /// killed.
    ///
    /// - Throws: `StorageError`, or `FormatError` for a line that is none of a journal.
    static func open(_ path: String) throws -> ([TuningSession.Run: TuningSession.Result], JSONLinesWriter) {
        guard exists(path) else { return ([:], try JSONLinesWriter(creating: path)) }
        let bytes = try InputFile.bytes(of: path, limit: 1 << 30)
        var results: [TuningSession.Run: TuningSession.Result] = [:]
        var start = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let json = try JSON(parsing: bytes[start..<end], file: path)
            guard let trial = json["trial"]?.integer, let rung = json["rung"]?.integer,
                let seed = json["seed"]?.integer,
                let result = result(in: json)
            else {
                throw FormatError(
                    .json, file: path, offset: start, expected: "trial, rung, seed and a score or an error",
                    found: "\(json)")
            }
            results[.init(entry: .init(trial: trial, rung: rung), seed: seed)] = result
            start = end + 1
        }
        return (results, try JSONLinesWriter(resuming: path, at: start))
    }

    private static func result(in json: JSON) -> TuningSession.Result? {
        json["score"]?.double.map { .score($0) } ?? json["error"]?.string.map { .failure($0) }
    }
}

/// A search is to be continued with other settings than it was begun with.
public struct TuningMismatch: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String

    /// Compares what is asked for with a search's file.
    ///
    /// - Throws: ``TuningMismatch`` with the first line that differs, or `StorageError`.
    static func require(_ text: String, in file: String) throws {
        let bytes = try InputFile.bytes(of: file, limit: 1 << 20)
        func lines(_ text: String) -> [String] {
            text.split(separator: "\n").map { String($0.drop { $0 == "#" || $0 == " " }) }
        }
        let (asked, found) = (lines(text), lines(String(decoding: bytes, as: UTF8.self)))
        guard asked != found else { return }
        let index = zip(asked, found).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        let (first, other) =
            index.map { (asked[$0], found[$0]) } ?? (
                asked.dropFirst(found.count).first, found.dropFirst(asked.count).first
            )
        throw TuningMismatch(
            description: "the search in \(file) has \(other.map { "'\($0)'" } ?? "no more settings"), not "
                + "\(first.map { "'\($0)'" } ?? "none"); repeat the command, or choose another folder with --run"
        )
    }
}
