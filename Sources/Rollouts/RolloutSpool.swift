import Experience
import Storage

/// The file that collects a recording, and how a rollout is made from it.
///
/// A mark, the length and checksum of a JSON text that describes the layout, the text, then blocks. Blocks are only
/// ever appended; an incomplete end, after the recording was killed, is left out.
public enum RolloutSpool {
    /// What a rollout was assembled from.
    public struct Assembly: Hashable, Sendable {
        public var episodeCount: Int
        public var stepCount: Int
        /// The number of bytes at the spool's end that were incomplete or damaged, and left out.
        public var lostByteCount: Int
    }

    private static let mark = Array("RVSPOOL1".utf8)

    /// What a spool's path has at its end.
    public static let ending = ".spool"

    /// The path of a rollout's spool.
    public static func path(for rollout: String) -> String { rollout + ending }

    /// Makes a rollout from a spool, even from one whose recording was killed.
    ///
    /// - Parameters:
    ///   - spoolPath: The spool file, which is kept.
    ///   - path: Where the rollout appears, complete or not at all.
    ///   - overwrite: Whether a file there may be replaced.
    ///   - compressed: Whether the arrays are compressed.
    ///   - episodes: The number of episodes to keep, the first that started; nil for all.
    /// - Returns: What the rollout holds.
    /// - Throws: `StorageError`, or `FormatError` if the spool's start is damaged.
    public static func assemble(
        _ spoolPath: String, to path: String, overwrite: Bool, compressed: Bool = false, keeping episodes: Int? = nil
    ) throws -> Assembly {
        try assemble(
            InputFile(path: spoolPath), to: path, overwrite: overwrite, compressed: compressed, keeping: episodes)
    }

    /// Makes a compressed rollout of what a recording that was killed had written, and removes its spool.
    ///
    /// - Throws: as ``assemble(_:to:overwrite:compressed:keeping:)``, and `StorageError` with `inUse` while a living
    ///   process records to the spool.
    public static func rescue(_ spoolPath: String, to path: String, overwrite: Bool) throws -> Assembly {
        let spool = try AppendFile(takingUp: spoolPath)
        let assembly = try assemble(spool.reader(), to: path, overwrite: overwrite, compressed: true)
        try spool.remove()
        return assembly
    }

    static func assemble(
        _ file: InputFile, to path: String, overwrite: Bool, compressed: Bool = false, keeping episodes: Int? = nil
    ) throws -> Assembly {
        let (layout, start) = try readHeader(of: file)
        let index = try RolloutSpoolIndex(file, columns: layout.columns, start: start)
        let kept = Array(index.episodes.prefix(episodes ?? Int.max))
        let writer = try NPZWriter(path: path, overwrite: overwrite, compressed: compressed)
        for (position, column) in layout.columns.enumerated() {
            let rowCount = kept.reduce(0) { $0 + column.rowCount(steps: $1.stepCount, startsEpisode: true) }
            try writer.add(column.name.rawValue, type: NPYType(column.type), shape: [rowCount] + column.shape) { sink in
                for episode in kept {
                    for block in episode.blocks { try sink.write(file.bytes(in: block.rows(of: position, layout))) }
                }
            }
        }
        try addEpisodes(kept, layout, to: writer)
        try writer.commit()
        return Assembly(
            episodeCount: kept.count, stepCount: kept.reduce(0) { $0 + $1.stepCount },
            lostByteCount: index.lostByteCount)
    }

    private static func addEpisodes(
        _ episodes: [RolloutSpoolIndex.SpooledEpisode], _ layout: RolloutLayout, to writer: NPZWriter
    ) throws {
        var start: Int64 = 0
        var starts: [Int64] = []
        for episode in episodes {
            starts.append(start)
            start += Int64(episode.stepCount)
        }
        try writer.add("episode_starts", NPYArray(starts))
        try writer.add("episode_lengths", NPYArray(episodes.map { Int64($0.stepCount) }))
        try writer.add("seeds", NPYArray(episodes.map { $0.seed ?? 0 }))
        try writer.add("seeded", NPYArray(episodes.map { $0.seed != nil }))
        try writer.add("environment", NPYArray(layout.environment))
        try writer.add("metadata", NPYArray(layout.metadataJSON.description))
    }

    /// The header of a spool file.
    static func header(of layout: RolloutLayout) -> [UInt8] {
        let text = Array(encoded(layout).description.utf8)
        return mark + UInt32(text.count).littleEndianBytes + crc32(text).littleEndianBytes + text
    }

    private static func readHeader(of file: InputFile) throws -> (layout: RolloutLayout, end: Int) {
        func failure(_ offset: Int, _ expected: String) -> FormatError {
            FormatError(.rollout, file: file.path, offset: offset, expected: expected, found: "something else")
        }
        let prefix = try file.bytes(in: 0..<min(16, file.count))
        guard prefix.count == 16, prefix.starts(with: mark) else { throw failure(0, "a spool file's mark") }
        let end = 16 + Int(UInt32(littleEndianIn: prefix, at: 8))
        guard end <= file.count else { throw failure(8, "a header within the file") }
        let text = try file.bytes(in: 16..<end)
        guard crc32(text) == UInt32(littleEndianIn: prefix, at: 12) else { throw failure(12, "the header's checksum") }
        guard let layout = decoded(try JSON(parsing: text[...], file: file.path)) else {
            throw failure(16, "the description of a recording")
        }
        return (layout, end)
    }

    private static func encoded(_ layout: RolloutLayout) -> JSON {
        [
            "environment": .string(layout.environment),
            "observationType": .string(NPYType(layout.observations.type).name),
            "observationShape": .array(layout.observations.shape.map(JSON.integer)),
            "actionType": .string(NPYType(layout.actions.type).name),
            "actionCount": layout.actions.shape.first.map(JSON.integer) ?? .null,
            "policyName": layout.policy.map { .string($0.name) } ?? .null,
            "policyCount": .integer(layout.policy?.count ?? 0),
            "metadata": .object(layout.metadata),
        ]
    }

    private static func decoded(_ value: JSON) -> RolloutLayout? {
        guard let environment = value["environment"]?.string,
            let type = elementType(value["observationType"]),
            let shape = value["observationShape"]?.array?.compactMap(\.integer),
            let policyCount = value["policyCount"]?.integer, case .object(let metadata) = value["metadata"],
            RolloutLayout.observationTypes.contains(type), RolloutLayout.areFree(metadata),
            areSensible(shape + [policyCount, value["actionCount"]?.integer ?? 1])
        else { return nil }
        let actionShape = value["actionCount"]?.integer.map { [$0] } ?? []
        // Older spools don't say the type: they have one integer or several floats.
        let actionType = elementType(value["actionType"]) ?? (actionShape.isEmpty ? .int64 : .float32)
        let actions = Column(.actions, actionType, shape: actionShape)
        guard RolloutLayout.areRecorded(actions) else { return nil }
        return RolloutLayout(
            environment: environment, observations: Column(.observations, type, shape: shape), actions: actions,
            policy: value["policyName"]?.string.map { .init(name: $0, count: policyCount) }, metadata: metadata)
    }

    private static func elementType(_ name: JSON?) -> ElementType? {
        name?.string.flatMap(NPYType.init(name:))?.elementType
    }

    /// Whether the size of such rows in bytes doesn't overflow.
    private static func areSensible(_ lengths: [Int]) -> Bool {
        let largest = 1 << 40
        return lengths.allSatisfy { $0 >= 0 && $0 <= largest }
            && lengths.reduce(1.0) { $0 * max(1, Double($1)) } <= Double(largest)
    }
}
