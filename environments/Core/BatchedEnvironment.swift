import Experience
import Graphics

/// What happens to an environment of a batch whose episode has ended: Gymnasium's three modes.
public enum AutoresetMode: String, Hashable, Sendable, CaseIterable, Codable {
    /// The step resets it: ``BatchedEnvironment/observations`` hold the new episode's first observation,
    /// ``BatchedEnvironment/finalObservations`` the old one's last. Each step is a transition to learn from.
    case sameStep
    /// The next step ignores its action, resets the environment and gives reward 0: not a transition, and marked in
    /// ``BatchedEnvironment/isResetStep``.
    case nextStep
    /// Nothing: the caller must reset it before the next step.
    case disabled
}

/// Several environments of one kind that are stepped together, with their type erased once per batch.
///
/// Training loops, recorders and the viewer use this. The buffers stay in place for the life of the batch and are
/// overwritten by each step and reset; they are row-major, one row per environment, and aligned to 64 bytes.
///
/// A batch of n gives exactly what n single environments give. Only one thread at a time may use a batch.
///
/// A kind of batch has ``buffers``, resets, steps and draws; by default everything else follows from the buffers.
public protocol BatchedEnvironment: AnyObject {
    /// What every batch keeps: its name, spaces and rows.
    var buffers: BatchBuffers { get }

    /// What discrete actions are called, in order, for people to read; empty where numbers say as much, and unless said
    /// otherwise.
    var actionNames: [String] { get }

    /// The number of consecutive frames that an observation consists of: see ``Environment/stackedFrames``. 1 unless
    /// said otherwise.
    var stackedFrames: Int { get }

    /// The places of velocities in an observation: see ``Environment/velocities``. None unless said otherwise.
    var velocities: [Int] { get }

    /// Whether the environments' Action type has the layout of the space, so that ``actionRows`` can be written.
    var hasSuitableActions: Bool { get }
    /// (n): the valid actions in the states of ``observations``; nil if the environment has none.
    var actionMasks: UnsafeBufferPointer<ActionMask>? { get }
    /// Whether there may ever be ``actionMasks``: some environments are known to have them after the first reset only.
    var mayHaveActionMasks: Bool { get }
    /// (n): the valid actions in the states that ended an episode, where the last step did; only with
    /// ``AutoresetMode/sameStep``, whose ``actionMasks`` are those of the new episode. Nil if they aren't kept.
    var finalActionMasks: UnsafeBufferPointer<ActionMask>? { get }
    /// (n): the rewards of the last step; 0 after a reset.
    var rewards: UnsafeBufferPointer<Double> { get }
    /// (n): the rewards that the worlds themselves gave in the last step; the same as ``rewards`` unless wrappers
    /// change rewards.
    var worldRewards: UnsafeBufferPointer<Double> { get }

    /// Starts an episode in the environments selected by `mask`, or in all; the others stay as they are.
    ///
    /// - Precondition: `seeds` has n entries, and so has `mask`, with at least one true. Entry i, if not nil, seeds
    ///   environment i.
    /// - Throws: ``EnvironmentError/outside(_:)`` if environments run in other processes and one of these fails; the
    ///   batch can't be used any more then.
    func reset(seeds: [UInt64?], mask: [Bool]?) throws(EnvironmentError)

    /// Checks that ``step()`` may be called. If actions come from a file, a person or a network that may have diverged,
    /// call it first: it throws an error where ``step()`` would stop the program. Allocates nothing.
    ///
    /// - Throws: ``EnvironmentError/notReset(environment:index:)``, ``EnvironmentError/hasEnded(environment:index:)``
    ///   or ``EnvironmentError/badAction(environment:index:action:space:)``.
    func checkStep() throws(EnvironmentError)

    /// Plays one time step in each environment with the actions written before. Allocates nothing.
    ///
    /// - Precondition: all have been reset; with ``AutoresetMode/disabled`` none has ended; integer actions are in the
    ///   action space, and the others are not NaN.
    /// - Throws: as ``reset(seeds:mask:)``, and what ``draw(_:into:)`` threw before.
    func step() throws(EnvironmentError)

    /// Time steps per second when a person watches; 30 by default.
    var framesPerSecond: Double { get }

    /// The size in pixels of the frames that ``draw(_:into:)`` makes.
    var frameSize: FrameSize { get }

    /// Draws environment `index` into a frame of ``frameSize``. Never changes its state.
    ///
    /// - Throws: as ``reset(seeds:mask:)``. A caller that can't pass the error on may ignore it: the next step throws
    ///   it again.
    func draw(_ index: Int, into frame: inout Frame) throws(EnvironmentError)

    /// Puts environment `target` into the state of `source`, including its rows: a branch to explore.
    ///
    /// - Throws: ``EnvironmentError/noSnapshot(environment:)`` if environments run in other processes.
    func copy(_ source: Int, to target: Int) throws(EnvironmentError)

    /// What one environment has gathered over earlier episodes and keeps across resets, such as the mean of
    /// observations; empty if there is nothing.
    func statistics(of index: Int) -> [UInt8]

    /// Gives all environments the statistics that ``statistics(of:)`` returned after training; from then on they don't
    /// change.
    ///
    /// - Throws: ``EnvironmentError/badState(offset:expected:)``; in that case nothing has changed.
    func takeOver(statistics: [UInt8]) throws(EnvironmentError)

    /// Whether the environments can write their state to bytes and read it back.
    var canSnapshot: Bool { get }

    /// The whole state of one environment as bytes: enough to continue exactly as it would have.
    ///
    /// - Throws: ``EnvironmentError/noSnapshot(environment:)``.
    func snapshot(of index: Int) throws(EnvironmentError) -> [UInt8]

    /// Restores environment `index`, including its rows, to a state that ``snapshot(of:)`` of any index returned.
    ///
    /// - Throws: ``EnvironmentError/badState(offset:expected:)``; in that case nothing has changed.
    func restore(_ snapshot: [UInt8], to index: Int) throws(EnvironmentError)

    /// The transition probabilities, if the environment is finite and knows them.
    var tabularModel: (any TabularModel)? { get }
}

extension BatchedEnvironment {
    /// The name, such as `CartPole-v1`.
    public var id: String { buffers.id }
    public var count: Int { buffers.count }
    public var observationSpace: Space { buffers.observationSpace }
    public var actionSpace: Space { buffers.actionSpace }
    public var elementType: ElementType { buffers.elementType }
    /// What happens when an episode has ended.
    public var autoreset: AutoresetMode { buffers.autoreset }
    /// A number of steps within which every episode ends; nil if none is known.
    public var stepLimit: Int? { buffers.stepLimit }
    /// (n, …): the current observations.
    public var observations: Rows { buffers.observations.rows }
    /// (n, …): the observations that the last step led to. With ``AutoresetMode/sameStep`` they differ from
    /// ``observations`` where the step ended an episode; a learner bootstraps from them.
    public var finalObservations: Rows { buffers.finalObservations.rows }
    /// (n, …): the actions of the next step, for the caller to write: int64 for discrete ones, bytes for bits,
    /// otherwise floats.
    public var actionRows: MutableRows {
        precondition(hasSuitableActions, "\(id): its Action type cannot hold actions of \(actionSpace)")
        return buffers.actions
    }
    /// (n): whether the last step ended the episode in a terminal state.
    public var terminated: UnsafeBufferPointer<Bool> { UnsafeBufferPointer(buffers.terminated) }
    /// (n): whether the last step truncated the episode.
    public var truncated: UnsafeBufferPointer<Bool> { UnsafeBufferPointer(buffers.truncated) }
    /// (n): whether the last step was a reset that ignored its action: only with ``AutoresetMode/nextStep``.
    public var isResetStep: UnsafeBufferPointer<Bool> { UnsafeBufferPointer(buffers.isResetStep) }

    public var rewards: UnsafeBufferPointer<Double> { UnsafeBufferPointer(buffers.rewards) }
    public var worldRewards: UnsafeBufferPointer<Double> { UnsafeBufferPointer(buffers.worldRewards) }
    /// Whether wrappers change rewards: learners are given ``rewards``, returns are sums of ``worldRewards``.
    public var changesRewards: Bool { buffers.changesRewards }
    public var actionMasks: UnsafeBufferPointer<ActionMask>? { buffers.actionMasks.map { UnsafeBufferPointer($0) } }
    public var mayHaveActionMasks: Bool { buffers.actionMasks != nil }
    /// Not kept.
    public var finalActionMasks: UnsafeBufferPointer<ActionMask>? { nil }
    /// Actions are numbers.
    public var actionNames: [String] { [] }
    /// One frame.
    public var stackedFrames: Int { 1 }
    /// None known.
    public var velocities: [Int] { [] }
    public var hasSuitableActions: Bool { true }
    public var framesPerSecond: Double { 30 }
    public var tabularModel: (any TabularModel)? { nil }

    public func checkStep() throws(EnvironmentError) { try buffers.checkStep() }

    public var canSnapshot: Bool { false }

    public func copy(_ source: Int, to target: Int) throws(EnvironmentError) { throw .noSnapshot(environment: id) }

    public func snapshot(of index: Int) throws(EnvironmentError) -> [UInt8] { throw .noSnapshot(environment: id) }

    public func restore(_ snapshot: [UInt8], to index: Int) throws(EnvironmentError) {
        throw .noSnapshot(environment: id)
    }

    public func statistics(of index: Int) -> [UInt8] { [] }

    /// - Throws: ``EnvironmentError/badState(offset:expected:)`` unless the statistics are empty.
    public func takeOver(statistics: [UInt8]) throws(EnvironmentError) {
        guard statistics.isEmpty else { throw .badState(offset: 0, expected: "no statistics") }
    }
}

extension BatchedEnvironment {
    /// Starts an episode in all environments; the i-th is seeded with `seed + i`, as Gymnasium does.
    ///
    /// - Throws: as ``reset(seeds:mask:)``.
    public func reset(seed: UInt64? = nil) throws(EnvironmentError) {
        try reset(seeds: rowSeeds(seed), mask: nil)
    }

    /// Starts an episode, without a seed, in the environments selected by `mask`.
    ///
    /// - Throws: as ``reset(seeds:mask:)``.
    public func reset(mask: [Bool]) throws(EnvironmentError) {
        try reset(seeds: rowSeeds(nil), mask: mask)
    }

    /// The seeds of the environments if the first has this one.
    func rowSeeds(_ seed: UInt64?) -> [UInt64?] {
        (0..<count).map { index in seed.map { $0 &+ UInt64(index) } }
    }

    /// Bytes of one observation.
    public var observationSize: Int { observations.rowBytes }

    /// The bytes of one environment's current observation.
    public func observation(of index: Int) -> UnsafeRawBufferPointer { observations.bytes(of: checked(index)) }

    /// The bytes of the observation that one environment's last step led to.
    public func finalObservation(of index: Int) -> UnsafeRawBufferPointer {
        finalObservations.bytes(of: checked(index))
    }

    /// One environment's next action, as the numbers of a member of ``actionSpace``.
    public func action(of index: Int) -> [Double] { actionRows.rows.numbers(index) }

    /// Writes one environment's next action from its numbers, as ``SpaceSampler/sample()`` returns them.
    ///
    /// - Precondition: there are as many as in a member of ``actionSpace``; those of discrete actions and bits are
    ///   whole.
    public func setAction(_ numbers: [Double], of index: Int) {
        precondition(
            numbers.count == actionSpace.count,
            "\(id): expected \(actionSpace.count) numbers for an action of \(actionSpace), found \(numbers.count)")
        actionRows.set(index, to: numbers)
    }

    /// The numbers of one environment's current observation, whatever their type.
    public func observationNumbers(of index: Int) -> [Double] { observations.numbers(checked(index)) }

    private func checked(_ index: Int) -> Int {
        precondition(0 <= index && index < count, "expected an environment below \(count), found \(index)")
        return index
    }
}
