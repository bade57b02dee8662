import Experience
import Storage

/// A recording read back into memory and checked: the episodes of a rollout file (see ``RolloutLayout``).
public struct Rollout: Sendable {
    /// One episode: the rows of the arrays that belong to it.
    public struct Episode: Hashable, Sendable {
        /// The seed of its reset; nil if the random stream continued from the episode before.
        public var seed: UInt64?
        /// Its steps among those of all episodes.
        public var steps: Range<Int>
        /// Its observations among those of all episodes; one more than steps.
        public var observations: Range<Int>
        /// Whether it ended in a terminal state.
        public var terminated: Bool
        /// Whether it was truncated.
        public var truncated: Bool
        /// The sum of its rewards.
        public var totalReward: Double
    }

    /// The environment, types, shapes and metadata.
    public let layout: RolloutLayout
    /// The episodes in the order in which they started.
    public let episodes: [Episode]
    /// All observations, counted from 0 whatever the original counts from: shape (steps + episodes, …observation
    /// shape).
    public let observations: NPYArray
    /// All actions: shape (steps), or (steps, numbers per action).
    public let actions: NPYArray
    public let rewards: [Double]
    /// The policy's numbers, `layout.policy.count` per step; empty if they were not recorded.
    public let policy: [Float]

    /// The number of steps of all episodes.
    public var stepCount: Int { rewards.count }

    /// The bytes of one observation, row-major.
    ///
    /// - Parameter index: An index from an episode's ``Episode/observations``.
    public func observation(_ index: Int) -> ArraySlice<UInt8> {
        let size = layout.observations.rowBytes
        return observations.bytes[index * size..<(index + 1) * size]
    }

    /// The numbers of a step's action.
    ///
    /// - Parameter step: An index from an episode's ``Episode/steps``.
    public func action(_ step: Int) -> [Double] { withActions { $0.numbers(step) } }

    /// Reads the actions of all steps.
    public func withActions<Result>(_ body: (Rows) throws -> Result) rethrows -> Result {
        try rows(actions.bytes, layout.actions, body)
    }

    /// Reads the observations of all episodes.
    public func withObservations<Result>(_ body: (Rows) throws -> Result) rethrows -> Result {
        try rows(observations.bytes, layout.observations, body)
    }

    private func rows<Result>(_ bytes: [UInt8], _ column: Column, _ body: (Rows) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBytes { bytes in
            let memory = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 64)!
            return try body(
                Rows(
                    memory, type: column.type, count: column.rowBytes == 0 ? 0 : bytes.count / column.rowBytes,
                    width: column.width))
        }
    }

    /// Reads a rollout file and checks that its arrays agree.
    ///
    /// - Parameter limit: The maximum number of bytes of an array.
    /// - Throws: `StorageError` if it can't be read or an array is larger, `FormatError` if it is damaged.
    public init(contentsOf path: String, limit: Int = 8 << 30) throws {
        let reader = RolloutReader(arrays: try NPZReader(path: path), limit: limit)
        let lengths = try reader.integers("episode_lengths")
        let (terminated, truncated) = (try reader.booleans("terminated"), try reader.booleans("truncated"))
        rewards = try reader.numbers("rewards")
        let actions = try reader.actions(stepCount: rewards.count)
        let policyArray = try reader.optional("policy")
        policy = try policyArray?.values(file: path) ?? []
        let observations = try reader.required("observations")
        layout = try reader.layout(observations, actions, policyArray, stepCount: rewards.count)
        self.observations = try reader.members(observations, "observations", starts: layout.observationStarts)
        self.actions = try reader.members(actions, "actions", starts: layout.actionStarts)
        try reader.check(lengths: lengths, stepCount: rewards.count)
        try reader.check("terminated", shape: terminated.count, is: rewards.count)
        try reader.check("truncated", shape: truncated.count, is: rewards.count)
        try reader.check("observations", shape: observations.shape[0], is: rewards.count + lengths.count)
        try reader.checkEnds(lengths: lengths, terminated, truncated)
        let seeds: [UInt64] = try reader.values("seeds", count: lengths.count)
        let seeded = try reader.booleans("seeded")
        try reader.check("seeded", shape: seeded.count, is: lengths.count)
        var episodes: [Episode] = []
        var start = 0
        for (number, length) in lengths.enumerated() {
            let steps = start..<start + length
            episodes.append(
                Episode(
                    seed: seeded[number] ? seeds[number] : nil, steps: steps,
                    observations: steps.lowerBound + number..<steps.upperBound + number + 1,
                    terminated: terminated[steps.upperBound - 1], truncated: truncated[steps.upperBound - 1],
                    totalReward: rewards[steps].reduce(0, +)))
            start = steps.upperBound
        }
        self.episodes = episodes
    }
}

/// Reads and checks the arrays of a rollout.
private struct RolloutReader {
    let arrays: NPZReader
    let limit: Int

    func optional(_ name: String) throws -> NPYArray? { try arrays.array(name, limit: limit) }

    func required(_ name: String) throws -> NPYArray {
        guard let array = try optional(name) else { throw failure(name, "an array of this name", "none") }
        return array
    }

    func values<Element: NPYElement>(_ name: String, count: Int? = nil) throws -> [Element] {
        let array = try required(name)
        guard array.shape.count == 1 else { throw failure(name, "one dimension", "the shape \(array.shape)") }
        if let count { try check(name, shape: array.count, is: count) }
        return try array.values(file: "\(arrays.path)(\(name).npy)")
    }

    func numbers(_ name: String) throws -> [Double] { try values(name) }

    func integers(_ name: String) throws -> [Int] {
        let values: [Int64] = try values(name)
        return values.map { Int($0) }
    }

    func booleans(_ name: String) throws -> [Bool] {
        let array = try required(name)
        guard array.shape.count == 1 else { throw failure(name, "one dimension", "the shape \(array.shape)") }
        return try array.booleans(file: "\(arrays.path)(\(name).npy)")
    }

    func text(_ name: String) throws -> String {
        let array = try required(name)
        guard array.shape.isEmpty else { throw failure(name, "a single text", "the shape \(array.shape)") }
        return try array.texts(file: "\(arrays.path)(\(name).npy)")[0]
    }

    func actions(stepCount: Int) throws -> NPYArray {
        let array = try required("actions")
        guard array.shape.first == stepCount else {
            throw failure("actions", "\(stepCount) rows", "the shape \(array.shape)")
        }
        guard Self.column(.actions, array).map(RolloutLayout.areRecorded) ?? false else {
            throw failure(
                "actions", "int64 in one dimension, or int64, uint8 or float32 in two",
                "\(array.type.name) of shape \(array.shape)")
        }
        return array
    }

    /// The numbers as they count here, of the original's.
    func members(_ array: NPYArray, _ name: String, starts: [Int]?) throws -> NPYArray {
        guard let starts, !starts.isEmpty, let type = array.type.elementType else { return array }
        var bytes = array.bytes
        guard bytes.withUnsafeMutableBytes({ SpaceOrigin.shift($0, of: type, by: starts, sign: -1) }) else {
            throw failure(name, "numbers that the metadata's starts can be subtracted from", "one that is too small")
        }
        return NPYArray(type: array.type, shape: array.shape, bytes: bytes)
    }

    private static func column(_ name: Column.Name, _ array: NPYArray) -> Column? {
        array.type.elementType.map { Column(name, $0, shape: Array(array.shape.dropFirst())) }
    }

    func layout(
        _ observations: NPYArray, _ actions: NPYArray, _ policy: NPYArray?, stepCount: Int
    ) throws -> RolloutLayout {
        guard !observations.shape.isEmpty, let seen = Self.column(.observations, observations),
            RolloutLayout.observationTypes.contains(seen.type)
        else {
            throw failure(
                "observations", "rows of <f4, |u1 or <i4", "\(observations.type.name) of shape \(observations.shape)")
        }
        let (metadata, policyName) = try metadata()
        if let policy, policy.shape.count != 2 || policy.shape[0] != stepCount {
            throw failure("policy", "one row per step", "the shape \(policy.shape)")
        }
        guard (policy == nil) == (policyName == nil) else {
            throw failure("policy", "an array if and only if the metadata name one", "only one of the two")
        }
        return RolloutLayout(
            environment: try text("environment"), observations: seen, actions: Self.column(.actions, actions)!,
            policy: policy.map { .init(name: policyName!, count: $0.shape[1]) }, metadata: metadata)
    }

    private func metadata() throws -> ([JSON.Member], policy: String?) {
        let value = try JSON(parsing: Array(try text("metadata").utf8)[...], file: "\(arrays.path)(metadata.npy)")
        guard case .object(let members) = value, value["format"]?.string == RolloutLayout.formatName else {
            throw failure("metadata", "the format \(RolloutLayout.formatName)", "another format")
        }
        guard value["version"]?.integer == RolloutLayout.version else {
            throw failure("metadata", "version \(RolloutLayout.version)", "another version")
        }
        return (
            members.filter { !RolloutLayout.reservedNames.contains($0.name) }, value["policy"]?.string
        )
    }

    func check(_ name: String, shape count: Int, is expected: Int) throws(FormatError) {
        guard count == expected else { throw failure(name, "\(expected) rows", "\(count)") }
    }

    func check(lengths: [Int], stepCount: Int) throws {
        let starts = try integers("episode_starts")
        try check("episode_starts", shape: starts.count, is: lengths.count)
        var start = 0
        for (number, length) in lengths.enumerated() {
            guard length > 0, length <= stepCount - start else {
                throw failure("episode_lengths", "lengths that add up to \(stepCount)", "\(length) after \(start)")
            }
            guard starts[number] == start else { throw failure("episode_starts", "\(start)", "\(starts[number])") }
            start += length
        }
        guard start == stepCount else {
            throw failure("episode_lengths", "lengths that add up to \(stepCount)", "\(start)")
        }
    }

    /// Only the last step of an episode may end it.
    func checkEnds(lengths: [Int], _ terminated: [Bool], _ truncated: [Bool]) throws(FormatError) {
        var start = 0
        for length in lengths {
            let inner = start..<start + length - 1
            guard !terminated[inner].contains(true), !truncated[inner].contains(true) else {
                throw failure("terminated", "no end within an episode", "one in the steps from \(start)")
            }
            start += length
        }
    }

    private func failure(_ name: String, _ expected: String, _ found: String) -> FormatError {
        FormatError(.rollout, file: "\(arrays.path)(\(name).npy)", offset: 0, expected: expected, found: found)
    }
}
