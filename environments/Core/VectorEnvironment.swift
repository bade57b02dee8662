import Experience
import Graphics
import Parallel

/// A batch of environments of the type `World`, stepped by a loop specialised for that type.
///
/// If a step of all environments takes long enough, the process's threads (`Threads.count`) share them; the results are
/// the same for any number of threads.
///
/// ```swift
/// let batch = VectorEnvironment("my-world", count: 8) { TimeLimit(MyWorld(), steps: 200) }
/// batch.reset(seed: 1)
/// for index in 0..<8 { batch.actions[index] = 0 }
/// batch.step()
/// ```
public final class VectorEnvironment<World: Environment>: BatchedEnvironment {
    public let buffers: BatchBuffers
    /// The actions of the next step, for the caller to write.
    public let actions: UnsafeMutableBufferPointer<World.Action>

    // Calls through `BatchedEnvironment` reach this class's unspecialised code, which creates a type at run time
    // wherever it names one that depends on `World`: what each step needs is kept in types that don't.

    public let count: Int
    public let autoreset: AutoresetMode
    /// Whether the Action type has the layout of the space.
    public let hasSuitableActions: Bool

    @usableFromInline let environments: UnsafeMutableBufferPointer<World>
    @usableFromInline let actionCheck: ActionCheck<World.Action>?
    @usableFromInline let width: Int
    @usableFromInline let current: UnsafeMutableBufferPointer<World.Element>
    // The same memory as `current` unless a step can replace the observation that it led to.
    @usableFromInline let final: UnsafeMutableBufferPointer<World.Element>
    // The rows of the buffers, for faster access.
    @usableFromInline let maskRow: UnsafeMutableBufferPointer<ActionMask>?
    @usableFromInline let finalMaskRow: UnsafeMutableBufferPointer<ActionMask>?
    @usableFromInline let rewardRow: UnsafeMutableBufferPointer<Double>
    // The same memory as `rewardRow` unless the world's type changes rewards.
    @usableFromInline let worldRewardRow: UnsafeMutableBufferPointer<Double>
    @usableFromInline let terminatedRow: UnsafeMutableBufferPointer<Bool>
    @usableFromInline let truncatedRow: UnsafeMutableBufferPointer<Bool>
    @usableFromInline let resetRow: UnsafeMutableBufferPointer<Bool>
    // Only one thread at a time may use a batch; checking that at each step would take as long as a small step.
    @exclusivity(unchecked) @usableFromInline var unstarted: Int
    // The initialiser is inlined where `World` is known, and so are the loops in the closures that it stores.
    @usableFromInline let stepRows: (VectorEnvironment, Range<Int>) -> Void
    @usableFromInline let doubtfulRow: (VectorEnvironment, Int) -> Int?
    // How threads share the rows; nil for a single one.
    @exclusivity(unchecked) @usableFromInline var sharedRows: SharedRows?

    /// Makes `count` environments.
    ///
    /// - Precondition: `count` is positive, and all environments have the same spaces.
    @inlinable public init(
        _ id: String, count: Int, autoreset: AutoresetMode = .sameStep, make: () throws -> World
    ) rethrows {
        precondition(count > 0, "expected at least 1 environment in a batch, found \(count)")
        let worlds = try (0..<count).map { _ in try make() }
        let actionSpace = worlds[0].actionSpace
        let buffers = BatchBuffers(
            id, count: count, autoreset: autoreset, observationSpace: worlds[0].observationSpace,
            actionSpace: actionSpace, elementType: World.Element.elementType, hasMasks: worlds[0].actionMask != nil,
            changesRewards: worlds[0].worldReward != nil, actionBytes: MemoryLayout<World.Action>.stride)
        (self.buffers, self.count, self.autoreset) = (buffers, count, autoreset)
        actionCheck = ActionCheck(actionSpace)
        hasSuitableActions = actionCheck != nil
        width = buffers.observations.width
        environments = .allocate(capacity: count)
        _ = environments.initialize(from: worlds)
        actions = UnsafeMutableBufferPointer(
            start: buffers.actions.memory.bindMemory(to: World.Action.self, capacity: count), count: count)
        current = Self.elements(buffers.observations)
        final = Self.elements(buffers.finalObservations)
        (maskRow, rewardRow, worldRewardRow) = (buffers.actionMasks, buffers.rewards, buffers.worldRewards)
        finalMaskRow = maskRow == nil || autoreset != .sameStep ? nil : .allocate(capacity: count)
        finalMaskRow?.initialize(repeating: ActionMask(bits: 0))
        (terminatedRow, truncatedRow) = (buffers.terminated, buffers.truncated)
        resetRow = buffers.isResetStep
        unstarted = count
        stepRows = { $0.step(rows: $1) }
        doubtfulRow = { $0.doubtful(from: $1) }
        if count > 1 {
            sharedRows = SharedRows(count: count) { [unowned self] rows in stepRows(self, rows) }
        }
    }

    @usableFromInline static func elements(_ rows: MutableRows) -> UnsafeMutableBufferPointer<World.Element> {
        let count = rows.count * rows.width
        return UnsafeMutableBufferPointer(
            start: rows.memory.bindMemory(to: World.Element.self, capacity: count), count: count)
    }

    deinit {
        environments.deinitialize()
        environments.deallocate()
        finalMaskRow?.deallocate()
        actionCheck?.deallocate()
    }

    /// One environment as a value: reading it is a snapshot; writing it also updates its observation and clears the
    /// results of its last step.
    public subscript(index: Int) -> World {
        get {
            precondition(0 <= index && index < count, "expected an environment below \(count), found \(index)")
            return environments[index]
        }
        set {
            precondition(0 <= index && index < count, "expected an environment below \(count), found \(index)")
            environments[index] = newValue
            begin(index)
        }
    }

    public func reset(seeds: [UInt64?], mask: [Bool]?) {
        buffers.checkReset(seeds: seeds, mask: mask)
        for index in 0..<count where mask?[index] ?? true {
            environments[index].reset(seed: seeds[index])
            begin(index)
        }
    }

    public func reset(seed: UInt64? = nil) { reset(seeds: rowSeeds(seed), mask: nil) }

    public func reset(mask: [Bool]) { reset(seeds: rowSeeds(nil), mask: mask) }

    private func begin(_ index: Int) {
        unstarted -= buffers.started[index] ? 0 : 1
        buffers.begin(index)
        observe(index)
    }

    public func step() {
        if unstarted > 0 { refuse(buffers.started.firstIndex(of: false)!) }
        if let sharedRows { sharedRows.run() } else { stepRows(self, 0..<count) }
    }

    @inlinable @inline(__always) func step(rows: Range<Int>) {
        var start = rows.lowerBound
        while start < rows.upperBound {
            let end = min(start + Self.groupSize, rows.upperBound)
            if autoreset == .nextStep { stepOrReset(start..<end) } else { step(group: start..<end) }
            start = end
        }
        if autoreset == .sameStep { resetEnded(rows) }
    }

    /// The number of environments passed to ``Environment/step(_:_:into:)`` at a time.
    @inlinable static var groupSize: Int { 16 }

    @inlinable @inline(__always) func step(group rows: Range<Int>) {
        for index in rows {
            let ended = autoreset == .disabled && (terminatedRow[index] || truncatedRow[index])
            if ended || !(actionCheck?.accepts(actions[index]) ?? true) { refuse(index) }
        }
        let first = rows.lowerBound
        if rows.count == 1 { return keep(environments[first].step(actions[first]), first) }
        withUnsafeTemporaryAllocation(of: Step.self, capacity: Self.groupSize) { results in
            World.step(
                StridedWorlds(UnsafeMutableBufferPointer(rebasing: environments[rows])),
                actions.baseAddress! + first, into: results.baseAddress!)
            for index in rows { keep(results[index - first], index) }
        }
    }

    @inlinable @inline(__always) func keep(_ result: Step, _ index: Int) {
        rewardRow[index] = result.reward
        if let reward = environments[index].worldReward { worldRewardRow[index] = reward }
        terminatedRow[index] = result.terminated
        truncatedRow[index] = result.truncated
        observe(index)
    }

    /// With ``AutoresetMode/nextStep``: resets the environments that have ended, and steps the runs of others between
    /// them.
    @inlinable @inline(__always) func stepOrReset(_ rows: Range<Int>) {
        var start = rows.lowerBound
        for index in rows {
            let ended = terminatedRow[index] || truncatedRow[index]
            resetRow[index] = ended
            guard ended else { continue }
            if start < index { step(group: start..<index) }
            environments[index].reset(seed: nil)
            clear(index)
            observe(index)
            start = index + 1
        }
        if start < rows.upperBound { step(group: start..<rows.upperBound) }
    }

    /// The first environment, from `start` on, whose next step is not certainly allowed.
    @inlinable @inline(__always) func doubtful(from start: Int) -> Int? {
        guard let actionCheck, actionCheck.kind == .discrete, unstarted == 0 else { return start < count ? start : nil }
        for index in start..<count {
            let ended = terminatedRow[index] || truncatedRow[index]
            if ended && autoreset == .nextStep { continue }
            if ended && autoreset == .disabled || !actionCheck.accepts(actions[index]) { return index }
        }
        return nil
    }

    @inlinable @inline(__always) func resetEnded(_ rows: Range<Int>) {
        let start = rows.lowerBound * width
        (final.baseAddress! + start).update(from: current.baseAddress! + start, count: rows.count * width)
        for index in rows where terminatedRow[index] || truncatedRow[index] {
            if let maskRow, let finalMaskRow { finalMaskRow[index] = maskRow[index] }
            environments[index].reset(seed: nil)
            observe(index)
        }
    }

    @inlinable @inline(__always) func observe(_ index: Int) {
        var row = UnsafeMutableBufferPointer(rebasing: current[index * width..<(index + 1) * width]).mutableSpan
        environments[index].observe(into: &row)
        if let mask = environments[index].actionMask { maskRow?[index] = mask }
    }

    @inlinable @inline(__always) func clear(_ index: Int) {
        rewardRow[index] = 0
        worldRewardRow[index] = 0
        terminatedRow[index] = false
        truncatedRow[index] = false
    }
}
