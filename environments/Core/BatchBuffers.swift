import Experience

/// What every batch of environments has in common: its name, its spaces, its rows, and which of its environments may
/// make a step.
///
/// The rows stay in place for the life of the batch, row-major, one row per environment, each part on its own cache
/// lines. A kind of batch adds resets, steps and drawing: see ``BatchedEnvironment``.
public final class BatchBuffers {
    /// The parts of a batch's memory.
    public enum Part: CaseIterable, Sendable {
        case observations, finalObservations, actions, rewards, terminated, truncated, isResetStep, actionMasks
        case started
    }

    /// The name, such as `CartPole-v1`.
    public let id: String
    public let count: Int
    /// What happens when an episode has ended.
    public let autoreset: AutoresetMode
    public let observationSpace: Space
    public let actionSpace: Space
    public let elementType: ElementType
    /// How observations and actions are counted where the environments come from; nil if as here.
    public var observationOrigin, actionOrigin: SpaceOrigin?
    /// A number of steps within which every episode ends, because it is truncated then at the latest; nil if there is
    /// none, or if none is known.
    public var stepLimit: Int?

    /// The current observations.
    public let observations: MutableRows
    /// The observations that the last step led to: separate memory only with ``AutoresetMode/sameStep``, otherwise the
    /// same as ``observations``.
    public let finalObservations: MutableRows
    /// The actions of the next step.
    public let actions: MutableRows
    /// The rewards of the last step; 0 after a reset.
    public let rewards: UnsafeMutableBufferPointer<Double>
    /// The rewards that the worlds themselves gave in the last step: those that returns are sums of. The same memory as
    /// ``rewards`` unless wrappers change rewards.
    public let worldRewards: UnsafeMutableBufferPointer<Double>
    /// Whether wrappers change rewards, so that ``worldRewards`` are others than ``rewards``.
    public let changesRewards: Bool
    /// Whether the last step ended the episode in a terminal state.
    public let terminated: UnsafeMutableBufferPointer<Bool>
    /// Whether the last step truncated the episode.
    public let truncated: UnsafeMutableBufferPointer<Bool>
    /// Whether the last step was a reset that ignored its action.
    public let isResetStep: UnsafeMutableBufferPointer<Bool>
    /// The valid actions in the current states; nil if the environment has none.
    public let actionMasks: UnsafeMutableBufferPointer<ActionMask>?
    /// Whether an environment has ever been reset.
    public let started: UnsafeMutableBufferPointer<Bool>

    private var owned: [UnsafeMutableRawPointer] = []

    /// Allocates buffers, all zero.
    ///
    /// - Parameters:
    ///   - hasMasks: whether the environments have action masks.
    ///   - changesRewards: whether wrappers change the rewards of the worlds.
    ///   - actionBytes: bytes of an action, if they differ from those of a row of the action space.
    public convenience init(
        _ id: String, count: Int, autoreset: AutoresetMode, observationSpace: Space, actionSpace: Space,
        elementType: ElementType, hasMasks: Bool = false, changesRewards: Bool = false, actionBytes: Int? = nil
    ) {
        var owned: [UnsafeMutableRawPointer] = []
        self.init(
            id, count: count, autoreset: autoreset, observationSpace: observationSpace, actionSpace: actionSpace,
            elementType: elementType, hasMasks: hasMasks, changesRewards: changesRewards
        ) { part, size in
            let size = part == .actions ? max(size, (actionBytes ?? 0) * count) : size
            let memory = UnsafeMutableRawPointer.allocate(byteCount: max(size, 1), alignment: 64)
            memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
            owned.append(memory)
            return memory
        }
        self.owned = owned
    }

    /// Buffers in memory that others own and that outlives them.
    ///
    /// - Parameter memory: returns the memory of a part, of at least the given number of bytes, aligned to 8.
    public init(
        _ id: String, count: Int, autoreset: AutoresetMode, observationSpace: Space, actionSpace: Space,
        elementType: ElementType, hasMasks: Bool, changesRewards: Bool = false,
        memory: (Part, Int) -> UnsafeMutableRawPointer
    ) {
        precondition(count > 0, "expected at least 1 environment in a batch, found \(count)")
        (self.id, self.count, self.autoreset) = (id, count, autoreset)
        (self.observationSpace, self.actionSpace, self.elementType) = (observationSpace, actionSpace, elementType)
        func rows(_ part: Part, _ type: ElementType, _ width: Int) -> MutableRows {
            MutableRows(memory(part, count * width * type.size), type: type, count: count, width: width)
        }
        func elements<Element: BitwiseCopyable>(_ part: Part) -> UnsafeMutableBufferPointer<Element> {
            let bytes = memory(part, count * MemoryLayout<Element>.stride)
            return UnsafeMutableBufferPointer(start: bytes.bindMemory(to: Element.self, capacity: count), count: count)
        }
        observations = rows(.observations, elementType, observationSpace.count)
        finalObservations =
            autoreset == .sameStep ? rows(.finalObservations, elementType, observationSpace.count) : observations
        actions = rows(.actions, actionSpace.actionType, actionSpace.count)
        rewards = elements(.rewards)
        self.changesRewards = changesRewards
        worldRewards = changesRewards ? .allocate(capacity: count) : rewards
        if changesRewards { worldRewards.initialize(repeating: 0) }
        terminated = elements(.terminated)
        truncated = elements(.truncated)
        isResetStep = elements(.isResetStep)
        actionMasks = hasMasks ? elements(.actionMasks) : nil
        started = elements(.started)
    }

    deinit {
        if changesRewards { worldRewards.deallocate() }
        for memory in owned { memory.deallocate() }
    }

    /// Marks that an episode has begun in an environment, in which nothing has been played yet.
    public func begin(_ index: Int) {
        (rewards[index], worldRewards[index], terminated[index], truncated[index]) = (0, 0, false, false)
        (isResetStep[index], started[index]) = (false, true)
    }

    /// Whether the last step ended an environment's episode.
    @inlinable public func hasEnded(_ index: Int) -> Bool { terminated[index] || truncated[index] }

    /// Stores the result of an environment's step, except for its observation.
    @inlinable public func keep(_ step: Step, _ index: Int) {
        (rewards[index], terminated[index], truncated[index]) = (step.reward, step.terminated, step.truncated)
    }

    // MARK: What is wrong

    /// Checks the arguments of ``BatchedEnvironment/reset(seeds:mask:)``.
    public func checkReset(seeds: [UInt64?], mask: [Bool]?) {
        precondition(
            seeds.count == count,
            "reset: expected a seed or nil for each of \(count) environments, found \(seeds.count)")
        guard let mask else { return }
        precondition(mask.count == count, "reset: expected a mask of \(count) environments, found one of \(mask.count)")
        precondition(mask.contains(true), "reset: the mask selects none of the \(count) environments")
    }

    /// Checks that all environments may make their next step. Numbers beyond the bounds of a box are the environment's
    /// affair, as in Gymnasium, where most clip them; only NaN is refused.
    ///
    /// - Throws: ``EnvironmentError/notReset(environment:index:)``, ``EnvironmentError/hasEnded(environment:index:)``
    ///   or ``EnvironmentError/badAction(environment:index:action:space:)``.
    public func checkStep() throws(EnvironmentError) {
        for index in 0..<count {
            if let fault = fault(of: index) { throw fault }
        }
    }

    /// What forbids an environment's next step; nil if nothing does.
    public func fault(of index: Int) -> EnvironmentError? {
        guard started[index] else { return .notReset(environment: id, index: index) }
        if hasEnded(index) {
            if autoreset == .nextStep { return nil }
            if autoreset == .disabled { return .hasEnded(environment: id, index: index) }
        }
        guard !isValid(index) else { return nil }
        return .badAction(environment: id, index: index, action: actionText(index), space: actionSpaceText)
    }

    private func isValid(_ index: Int) -> Bool {
        let actions = actions.rows
        switch actionSpace {
        case .discrete(let count): return 0..<count ~= actions.integer(index)
        case .multiDiscrete(let counts):
            return counts.indices.allSatisfy { 0..<counts[$0] ~= actions.integer(index, $0) }
        case .multiBinary: return (0..<actions.width).allSatisfy { 0...1 ~= actions.integer(index, $0) }
        case .box: return (0..<actions.width).allSatisfy { !actions.number(index, $0).isNaN }
        case .tuple, .dictionary: return false
        }
    }

    /// The spaces as they are written where the environments come from.
    public var observationSpaceText: String { observationOrigin?.text ?? "\(observationSpace)" }
    public var actionSpaceText: String { actionOrigin?.text ?? "\(actionSpace)" }

    private func actionText(_ index: Int) -> String {
        let actions = actions.rows
        let numbers = (0..<actions.width).map { place in
            switch actions.type {
            case .float32: "\(Float(actions.number(index, place)))"
            case .float64: "\(actions.number(index, place))"
            case .uint8, .int32, .int64, .boolean:
                "\(actions.integer(index, place) &+ (actionOrigin?.starts[place] ?? 0))"
            }
        }
        return numbers.joined(separator: " ")
    }

    // MARK: Saving

    /// The results of the last step in one environment's row; the observation is a function of its state.
    func savedRow(_ index: Int) -> BatchRow {
        BatchRow(
            reward: rewards[index], worldReward: changesRewards ? worldRewards[index] : nil,
            terminated: terminated[index], truncated: truncated[index], wasReset: isResetStep[index],
            started: started[index],
            final: autoreset == .sameStep ? Array(finalObservations.rows.bytes(of: index)) : [])
    }

    func restore(_ row: BatchRow, to index: Int) {
        (rewards[index], terminated[index], truncated[index]) = (row.reward, row.terminated, row.truncated)
        if changesRewards, let reward = row.worldReward { worldRewards[index] = reward }
        (isResetStep[index], started[index]) = (row.wasReset, row.started)
        guard autoreset == .sameStep else { return }
        row.final.withUnsafeBytes { bytes in
            guard let memory = bytes.baseAddress else { return }
            finalObservations.row(index).copyMemory(from: memory, byteCount: bytes.count)
        }
    }
}

/// The results of the last step in one row of a batch's buffers.
struct BatchRow: StateCodable {
    var reward: Double
    /// The world's own reward, if wrappers change rewards.
    var worldReward: Double?
    var terminated: Bool
    var truncated: Bool
    var wasReset: Bool
    /// Whether the environment has ever been reset; if not, it must be before it is stepped.
    var started: Bool
    var final: [UInt8]

    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&reward)
        if var own = worldReward {
            try coder.code(&own)
            worldReward = own
        }
        try coder.code(&terminated)
        try coder.code(&truncated)
        // 0, 1: the last step was a reset; 2: there has been none.
        var phase: UInt8 = started ? (wasReset ? 1 : 0) : 2
        try coder.code(&phase, in: 0...2)
        (wasReset, started) = (phase == 1, phase != 2)
        try coder.code(&final)
    }
}
