import Storage

/// Records episodes of several environments side by side into one rollout file (see ``RolloutLayout``).
///
/// Steps are collected in blocks of about 64 KiB per environment and appended to a spool file beside the target, so
/// memory is bounded however long the episodes are; ``finish(keeping:)`` assembles the rollout from it. Finished
/// episodes survive if the process is killed: ``RolloutSpool/rescue(_:to:overwrite:)`` then makes the rollout. This
/// process holds the spool (see ``Storage/AppendFile/init(holding:replacing:)``), so two recordings never write to one
/// path.
///
/// Recording a step allocates nothing, except when a block is written.
public final class RolloutRecorder {
    /// What is recorded.
    public let layout: RolloutLayout
    /// Where the rollout appears.
    public let path: String
    /// The number of steps recorded so far.
    public private(set) var stepCount = 0
    /// The number of episodes that have ended so far.
    public private(set) var completedEpisodeCount = 0

    private let overwrite: Bool
    private let compressed: Bool
    private let spool: AppendFile
    private var startedEpisodeCount = 0
    private var slots: [RolloutBlock]
    private var isInEpisode: [Bool]

    /// Starts a recording.
    ///
    /// - Parameters:
    ///   - layout: What is recorded.
    ///   - path: Where the rollout appears on ``finish(keeping:)``; until then there is a spool file of the same name
    ///     with `.spool` at its end.
    ///   - slotCount: The number of environments that play side by side.
    ///   - overwrite: Whether a file at the path, or the spool of a recording that was killed, may be replaced.
    ///   - compressed: Whether the arrays are compressed: several times smaller and slower.
    /// - Throws: `StorageError`, with `inUse` while another process records to the path.
    public init(
        layout: RolloutLayout, to path: String, slotCount: Int, overwrite: Bool, compressed: Bool = false
    ) throws(StorageError) {
        precondition(slotCount > 0, "a recording needs at least 1 environment, not \(slotCount)")
        if !overwrite, exists(path) {
            throw StorageError(path: path, operation: "record to", reason: .wouldOverwrite)
        }
        spool = try AppendFile(holding: RolloutSpool.path(for: path), replacing: overwrite)
        try spool.append(RolloutSpool.header(of: layout))
        try spool.flush()
        self.layout = layout
        self.path = path
        self.overwrite = overwrite
        self.compressed = compressed
        slots = (0..<slotCount).map { _ in RolloutBlock(layout) }
        isInEpisode = [Bool](repeating: false, count: slotCount)
    }

    /// Starts an episode in an environment; the one under way there, if any, ends as interrupted.
    ///
    /// - Parameters:
    ///   - slot: The environment's number.
    ///   - seed: The seed of the reset; nil if the random stream continues.
    ///   - observation: The first observation's bytes, row-major.
    /// - Throws: `StorageError`.
    public func begin(slot: Int, seed: UInt64?, observation: RawSpan) throws(StorageError) {
        if isInEpisode[slot], !slots[slot].isEmpty { try write(slot) }
        isInEpisode[slot] = true
        slots[slot].start(episode: startedEpisodeCount, seed: seed)
        slots[slot].append(.observations, observation)
        startedEpisodeCount += 1
    }

    /// Records a step.
    ///
    /// - Parameters:
    ///   - slot: The environment's number.
    ///   - action: The action: a row's bytes.
    ///   - reward: The reward.
    ///   - terminated: Whether a terminal state was reached.
    ///   - truncated: Whether the episode was truncated.
    ///   - observation: The observation after the step, even after the last one: bytes, row-major.
    ///   - policy: The policy's numbers for the actions, as many as the layout says.
    /// - Precondition: the byte counts are those of the layout.
    /// - Throws: `StorageError`.
    public func step(
        slot: Int, action: RawSpan, reward: Double, terminated: Bool, truncated: Bool, observation: RawSpan,
        policy: Span<Float> = Span()
    ) throws(StorageError) {
        precondition(isInEpisode[slot], "environment \(slot) has no episode under way; call begin first")
        slots[slot].append(.actions, action)
        slots[slot].append(.rewards, reward)
        slots[slot].append(.terminated, UInt8(terminated ? 1 : 0))
        slots[slot].append(.truncated, UInt8(truncated ? 1 : 0))
        slots[slot].append(.observations, observation)
        if layout.policy != nil { slots[slot].append(.policy, policy.bytes) }
        slots[slot].endStep()
        stepCount += 1
        if terminated || truncated {
            completedEpisodeCount += 1
            isInEpisode[slot] = false
            try write(slot)
            try spool.flush()
        } else if slots[slot].isFull {
            try write(slot)
        }
    }

    private func write(_ slot: Int) throws(StorageError) {
        try spool.append(slots[slot].encoded())
        slots[slot].goOn()
    }

    /// Passes everything recorded to the system, unfinished episodes included, so that it survives the process.
    ///
    /// - Throws: `StorageError`.
    public func flush() throws(StorageError) {
        for slot in slots.indices where isInEpisode[slot] && !slots[slot].isEmpty { try write(slot) }
        try spool.flush()
    }

    /// Assembles the rollout, with unfinished episodes as interrupted ones, and removes the spool file.
    ///
    /// - Parameter episodes: The number of episodes to keep, the first that started; nil for all.
    /// - Returns: What the rollout holds.
    /// - Throws: `StorageError`; the spool file is then kept.
    @discardableResult
    public func finish(keeping episodes: Int? = nil) throws -> RolloutSpool.Assembly {
        try flush()
        let assembly = try RolloutSpool.assemble(
            spool.reader(), to: path, overwrite: overwrite, compressed: compressed, keeping: episodes)
        try spool.remove()
        return assembly
    }

    /// Gives the recording up: removes the spool file, and nothing appears at the path.
    ///
    /// - Throws: `StorageError`.
    public func discard() throws(StorageError) { try spool.remove() }
}
