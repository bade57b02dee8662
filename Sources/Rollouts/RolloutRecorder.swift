import Storage

/// Records episodes of several environments side by side into one rollout file (see ``RolloutLayout``).
///
/// What comes in is gathered in blocks of about 64 KiB an environment and appended to a spool file beside the target,
/// so memory is bounded however long the episodes are; ``finish(keeping:)`` assembles the rollout from it. Finished
/// episodes survive the process being killed: ``RolloutSpool/assemble(_:to:overwrite:compressed:keeping:)`` makes the
/// rollout then.
///
/// Recording a step allocates nothing but when a block is written.
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
    ///   - overwrite: Whether a file at the path, or a spool left there, may be replaced.
    ///   - compressed: Whether the arrays are deflated: several times smaller and slower.
    /// - Throws: `StorageError`.
    public init(
        layout: RolloutLayout, to path: String, slotCount: Int, overwrite: Bool, compressed: Bool = false
    ) throws(StorageError) {
        precondition(slotCount > 0, "\(slotCount) environments to record; at least 1 is needed")
        if !overwrite, exists(path) {
            throw StorageError(path: path, operation: "record to", reason: .wouldOverwrite)
        }
        let spoolPath = RolloutSpool.path(for: path)
        if overwrite { try removeFile(spoolPath) }
        spool = try AppendFile(creating: spoolPath)
        try spool.append(RolloutSpool.header(of: layout))
        try spool.flush()
        self.layout = layout
        self.path = path
        self.overwrite = overwrite
        self.compressed = compressed
        slots = (0..<slotCount).map { _ in RolloutBlock(layout) }
        isInEpisode = [Bool](repeating: false, count: slotCount)
    }

    /// Starts an episode in an environment; one that is under way there ends as interrupted.
    ///
    /// - Parameters:
    ///   - slot: The environment's number.
    ///   - seed: The seed of the reset; `nil` where the random stream ran on.
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
    ///   - action: What was done: a row's bytes.
    ///   - reward: What it brought.
    ///   - terminated: Whether a terminal state was reached.
    ///   - truncated: Whether the episode was cut.
    ///   - observation: What was seen after the step, also where it was the last: bytes, row-major.
    ///   - policy: What the policy said of the actions; as many numbers as the layout has.
    /// - Precondition: the bytes are as many as the layout says.
    /// - Throws: `StorageError`.
    public func step(
        slot: Int, action: RawSpan, reward: Double, terminated: Bool, truncated: Bool, observation: RawSpan,
        policy: Span<Float> = Span()
    ) throws(StorageError) {
        precondition(isInEpisode[slot], "environment \(slot) has no episode under way; begin one first")
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

    /// Hands everything recorded to the system, unfinished episodes included, so that it survives the process.
    ///
    /// - Throws: `StorageError`.
    public func flush() throws(StorageError) {
        for slot in slots.indices where isInEpisode[slot] && !slots[slot].isEmpty { try write(slot) }
        try spool.flush()
    }

    /// Assembles the rollout, unfinished episodes as interrupted ones, and removes the spool file.
    ///
    /// - Parameter episodes: How many of the episodes to keep, the first that were started; `nil` for all.
    /// - Returns: What the rollout holds.
    /// - Throws: `StorageError`; the spool file stays then.
    @discardableResult
    public func finish(keeping episodes: Int? = nil) throws -> RolloutSpool.Assembly {
        try flush()
        let assembly = try RolloutSpool.assemble(
            spool.path, to: path, overwrite: overwrite, compressed: compressed, keeping: episodes)
        try removeFile(spool.path)
        return assembly
    }
}
