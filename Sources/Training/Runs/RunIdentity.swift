import Configuration
import Storage

/// What a run's past depends on: the resolved settings, and the content of the files that it reads. Limits, such as the
/// number of steps, don't belong to it, since a run may be continued beyond them.
///
/// Every checkpoint holds the identity that its run had then. What a run is continued with must be the same, or be
/// changed on purpose (``RunChanges``).
struct RunIdentity: Hashable {
    /// Values in TOML and checksums, by names with their kind: `settings.learningRate`, `option.map_name`.
    private var values: [String: String] = [:]

    /// The kinds of values. Settings always have one, so a missing one only comes from another version.
    enum Kind: String {
        /// Agent and environment, or the model.
        case part
        case run, settings, fitting, data
        /// An option of the environment, which may be missing.
        case option
        /// The checksum of a file's content.
        case content
    }

    init() {}

    /// The key of the metadata in checkpoints.
    static let metadataName = "identity"

    /// Reads what ``text`` wrote.
    init(text: String) {
        for line in text.split(separator: "\n") {
            guard let equals = line.firstRange(of: " = ") else { continue }
            values[String(line[..<equals.lowerBound])] = String(line[equals.upperBound...])
        }
    }

    /// The values, one per line, sorted by name.
    var text: String { values.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)\n" }.joined() }

    mutating func add(_ kind: Kind, _ name: String, _ value: SettingValue) {
        values["\(kind.rawValue).\(name)"] = value.toml
    }

    mutating func add(_ kind: Kind, _ table: SettingsTable, except left: Set<String> = []) {
        for entry in table.entries where !left.contains(entry.name) { add(kind, entry.name, entry.value) }
    }

    mutating func add(content name: String, checksum: UInt32) { add(.content, name, .text(hexadecimal(checksum))) }

    /// The checksum of the content of a name; nil if there is none.
    func content(_ name: String) -> String? { values["\(Kind.content.rawValue).\(name)"] }

    /// A number that tells a run's experience from that of another, or from its own before an identity was changed.
    func digest(after earlier: UInt64 = 0) -> UInt64 {
        let bytes = Array(text.utf8)
        let (first, second) = (crc32(earlier.littleEndianBytes + bytes), crc32c(earlier.littleEndianBytes + bytes))
        return UInt64(first) << 32 | UInt64(second)
    }

    /// What differs from the identity in a checkpoint.
    func differences(from earlier: RunIdentity) -> [RunDifference] {
        Set(values.keys).union(earlier.values.keys).sorted().compactMap { key in
            let (now, before) = (values[key], earlier.values[key])
            let parts = key.split(separator: ".", maxSplits: 1).map(String.init)
            guard now != before, parts.count == 2, let kind = Kind(rawValue: parts[0]) else { return nil }
            let mayBeMissing = [.option, .content, .part].contains(kind)
            guard mayBeMissing || now != nil && before != nil else { return nil }
            return RunDifference(kind: kind, name: parts[1], before: before, now: now)
        }
    }
}

/// Something in which what a run is continued with differs from what it was run with so far.
public struct RunDifference: Hashable, Sendable {
    let kind: RunIdentity.Kind
    /// The name of the setting, option or file.
    public let name: String
    /// The values in TOML; nil for none.
    let before, now: String?

    /// Whether it is a setting that a run can be continued with another value of.
    public var isSetting: Bool { [.settings, .fitting].contains(kind) }

    /// The flag that makes the change when a run is resumed; nil if there is none.
    public var flag: String? { isSetting ? now.map { "--set " + shellQuoted("\(name)=\($0)") } : nil }

    /// What the run has and what was asked for, such as "learningRate is 0.2, not 0.1".
    public var asked: String { "\(name) is \(before ?? "not set"), not \(now ?? "not set")" }

    /// The change as a member of a JSON object.
    var json: JSON.Member {
        let text = now ?? "null"
        return .init(name, (try? JSON(parsing: Array(text.utf8)[...], file: name)) ?? .string(text))
    }

    /// What there is now and what there was, such as "learningRate is 0.1 instead of 0.2".
    public var description: String {
        switch kind {
        case .content:
            "the content of the \(name) has changed (checksum \(now ?? "none") instead of \(before ?? "none"))"
        case .option: "the option \(name) is \(now ?? "not set") instead of \(before ?? "not set")"
        default: "\(name) is \(now ?? "not set") instead of \(before ?? "not set")"
        }
    }
}

/// What is changed on purpose when a run is continued.
public struct RunChanges: Sendable {
    /// The new number of steps and of episodes; nil to keep the old one.
    public var steps, episodes: Int?
    /// Settings, as `name=value`.
    public var settings: [String] = []

    public init() {}

    public var isEmpty: Bool { steps == nil && episodes == nil && settings.isEmpty }

    /// The names of the changed settings.
    private var names: Set<String> { Set(settings.map { String($0.prefix { $0 != "=" }) }) }

    /// Refuses differences that are not meant.
    ///
    /// - Throws: ``TrainingError/otherIdentity(folder:differences:)``.
    func require(_ differences: [RunDifference], in folder: String) throws {
        let others = differences.filter { !$0.isSetting || !names.contains($0.name) }
        guard others.isEmpty else { throw TrainingError.otherIdentity(folder: folder, differences: others) }
    }
}

/// Which identities a run's experience was collected with: each from a number of records on.
struct ReplayOrigins: Hashable {
    private(set) var entries: [Entry]

    struct Entry: Hashable {
        var start: Int
        var digest: UInt64
    }

    init(_ identity: RunIdentity) { entries = [Entry(start: 0, digest: identity.digest())] }

    init(_ entries: [Entry]) { self.entries = entries }

    /// The digest of the newest identity.
    var last: UInt64 { entries.last?.digest ?? 0 }

    /// The digest of the identity that a record was collected with.
    func digest(of record: Int) -> UInt64 { entries.last { $0.start <= record }?.digest ?? 0 }

    /// Continues with another identity from a record on.
    mutating func append(_ identity: RunIdentity, from record: Int) {
        entries.append(Entry(start: record, digest: identity.digest(after: last)))
    }
}

extension Checkpoint {
    /// The identity of the run that a checkpoint is of.
    ///
    /// - Throws: ``TrainingError/noIdentity(checkpoint:)`` for one that an earlier version has written.
    static func identity(in metadata: [String: String], of path: String) throws -> RunIdentity {
        guard let text = metadata[RunIdentity.metadataName] else { throw TrainingError.noIdentity(checkpoint: path) }
        return RunIdentity(text: text)
    }
}

extension RunFolder {
    /// Verifies the beginning of a log that is to be continued.
    ///
    /// - Throws: `FormatError` if it isn't what the run wrote, `StorageError` if it is missing or shorter.
    static func requireContent(of log: String, length: Int, checksum: UInt32) throws {
        let found = try crc32(ofFile: log, length: length)
        guard found != checksum else { return }
        throw FormatError(
            .run, file: log, offset: 0,
            expected:
                "the log that this run wrote, whose first \(length) bytes have the checksum \(hexadecimal(checksum))",
            found: "another or changed log with \(hexadecimal(found))")
    }
}
