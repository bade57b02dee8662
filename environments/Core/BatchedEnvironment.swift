import Graphics

/// What happens to an environment of a batch whose episode has ended, in Gymnasium's three ways.
public enum AutoresetMode: String, Hashable, Sendable, CaseIterable, Codable {
    /// It is reset within the step: ``BatchedEnvironment/observations`` hold the new episode's first observation,
    /// ``BatchedEnvironment/finalObservations`` the old one's last. Each step is a transition to learn from.
    case sameStep
    /// The next step ignores its action, resets it and gives reward 0: not a transition, and marked so in
    /// ``BatchedEnvironment/isResetStep``.
    case nextStep
    /// Nothing: the caller resets it before the next step.
    case disabled
}

/// How the actions of a batch are written.
public enum ActionKind: Hashable, Sendable {
    /// As integers, to ``BatchedEnvironment/discreteActions``.
    case discrete
    /// As floats, to ``BatchedEnvironment/continuousActions``.
    case continuous
}

/// Several environments of one kind stepped together, their type erased once a batch.
///
/// Training loops, recorders and the viewer use this. The buffers stay in place for the life of the batch and are
/// overwritten by each step and reset; they are row-major, one row an environment, and aligned to 64 bytes.
///
/// A batch of n gives exactly what n single environments give. A batch belongs to one thread at a time.
public protocol BatchedEnvironment: AnyObject {
    /// What the environment is called, such as `CartPole-v1`.
    var id: String { get }
    /// The number of environments, n.
    var count: Int { get }
    /// The set of one environment's observations.
    var observationSpace: Space { get }
    /// The set of one environment's actions.
    var actionSpace: Space { get }
    /// The type of an observation's elements.
    var elementType: ElementType { get }
    /// What happens when an episode has ended.
    var autoreset: AutoresetMode { get }

    /// The number of consecutive frames that an observation consists of: see ``Environment/stackedFrames``.
    var stackedFrames: Int { get }

    /// The current observations: n × ``Space/count`` elements of ``elementType``.
    var observations: UnsafeRawBufferPointer { get }
    /// The observations that the last step led to: n × ``Space/count``. They differ from ``observations`` where
    /// the step ended an episode in the mode ``AutoresetMode/sameStep``; a learner bootstraps from them.
    var finalObservations: UnsafeRawBufferPointer { get }
    /// How actions are written; nil where the type of the actions doesn't suit the space.
    var actionKind: ActionKind? { get }
    /// The actions of the next step, n numbers, to be written by the caller.
    ///
    /// - Precondition: the action space is discrete.
    var discreteActions: UnsafeMutableBufferPointer<Int> { get }
    /// The actions of the next step, n × the action space's count, to be written by the caller.
    ///
    /// - Precondition: the action space is a box of float32.
    var continuousActions: UnsafeMutableBufferPointer<Float> { get }
    /// The actions that are not in vain in the states of ``observations``, n masks; nil where the environment doesn't
    /// tell.
    var actionMasks: UnsafeBufferPointer<ActionMask>? { get }
    /// The rewards of the last step, n numbers; 0 after a reset.
    var rewards: UnsafeBufferPointer<Double> { get }
    /// Whether the last step ended the episode in a terminal state, n flags.
    var terminated: UnsafeBufferPointer<Bool> { get }
    /// Whether the last step cut the episode, n flags.
    var truncated: UnsafeBufferPointer<Bool> { get }
    /// Whether the last step was a reset that ignored its action, n flags: only with ``AutoresetMode/nextStep``.
    var isResetStep: UnsafeBufferPointer<Bool> { get }

    /// Starts an episode in the environments chosen by `mask`, or in all; the others keep everything.
    ///
    /// - Precondition: `seeds` has n entries, and so has `mask`, with at least one true. Entry i, where there is
    ///   one, seeds the environment i.
    /// - Throws: ``EnvironmentError/outside(_:)`` where environments run in other processes and one of these fails; then
    ///   the batch can't be used any more.
    func reset(seeds: [UInt64?], mask: [Bool]?) throws(EnvironmentError)

    /// Checks that ``step()`` may be called. Where actions come from a file, a person or a network that may have
    /// diverged, call it first: it says what is wrong where ``step()`` would stop the program. Allocates nothing.
    ///
    /// - Throws: ``EnvironmentError/notReset(environment:index:)``, ``EnvironmentError/hasEnded(environment:index:)``
    ///   or ``EnvironmentError/badAction(environment:index:action:space:)``.
    func checkStep() throws(EnvironmentError)

    /// Plays one time step in each environment with the actions written before. Allocates nothing.
    ///
    /// - Precondition: all have been reset, with ``AutoresetMode/disabled`` none has ended, integer actions are in
    ///   the action space, and the numbers of others are numbers.
    /// - Throws: as ``reset(seeds:mask:)``, and what ``draw(_:into:)`` threw before.
    func step() throws(EnvironmentError)

    /// Time steps a second when a person watches.
    var framesPerSecond: Double { get }

    /// The size in pixels of the frames that ``draw(_:into:)`` makes.
    var frameSize: FrameSize { get }

    /// Draws the environment `index` into a frame of ``frameSize``. Never changes its state.
    ///
    /// - Throws: as ``reset(seeds:mask:)``. Who can't pass that on may leave it: the next step throws it again.
    func draw(_ index: Int, into frame: inout Frame) throws(EnvironmentError)

    /// Puts the environment `target` into the state of `source`, and its rows with it: a branch of what can follow.
    ///
    /// - Throws: ``EnvironmentError/noSnapshot(environment:)`` where environments run in other processes.
    func copy(_ source: Int, to target: Int) throws(EnvironmentError)

    /// What earlier episodes of one environment gave and a reset keeps on purpose, such as the mean of observations;
    /// empty where that is nothing.
    func statistics(of index: Int) -> [UInt8]

    /// Gives all environments the statistics that ``statistics(of:)`` gave of a training's; they don't change any more.
    ///
    /// - Throws: ``EnvironmentError/badState(offset:expected:)``; then nothing has changed.
    func takeOver(statistics: [UInt8]) throws(EnvironmentError)

    /// Whether the environments can write their state to bytes and read it back.
    var canSnapshot: Bool { get }

    /// The whole state of one environment as bytes: enough to go on exactly as it would have.
    ///
    /// - Throws: ``EnvironmentError/noSnapshot(environment:)``.
    func snapshot(of index: Int) throws(EnvironmentError) -> [UInt8]

    /// Puts the environment `index` into a state that ``snapshot(of:)`` of any index gave, and its rows with it.
    ///
    /// - Throws: ``EnvironmentError/badState(offset:expected:)``; then nothing has changed.
    func restore(_ snapshot: [UInt8], to index: Int) throws(EnvironmentError)

    /// The transition probabilities, where the environment is finite and knows them.
    var tabularModel: (any TabularModel)? { get }
}

extension BatchedEnvironment {
    /// Starts an episode in all environments; the i-th is seeded with `seed + i`, as Gymnasium does.
    ///
    /// - Throws: as ``reset(seeds:mask:)``.
    public func reset(seed: UInt64? = nil) throws(EnvironmentError) {
        try reset(seeds: rowSeeds(seed), mask: nil)
    }

    /// Starts an episode, without a seed, in the environments chosen by `mask`.
    ///
    /// - Throws: as ``reset(seeds:mask:)``.
    public func reset(mask: [Bool]) throws(EnvironmentError) {
        try reset(seeds: rowSeeds(nil), mask: mask)
    }

    /// The seeds of the environments when the first has this one.
    func rowSeeds(_ seed: UInt64?) -> [UInt64?] {
        (0..<count).map { index in seed.map { $0 &+ UInt64(index) } }
    }

    /// Bytes of one observation.
    public var observationSize: Int { observationSpace.count * elementType.size }

    /// The bytes of one environment's current observation.
    public func observation(of index: Int) -> UnsafeRawBufferPointer {
        row(index, of: observations)
    }

    /// The bytes of the observation that one environment's last step led to.
    public func finalObservation(of index: Int) -> UnsafeRawBufferPointer {
        row(index, of: finalObservations)
    }

    /// One environment's next action, as the numbers of a member of ``actionSpace``.
    public func action(of index: Int) -> [Double] {
        if case .discrete = actionSpace { return [Double(discreteActions[index])] }
        let width = actionSpace.count
        return continuousActions[index * width..<(index + 1) * width].map(Double.init)
    }

    /// Writes one environment's next action from its numbers, as ``SpaceSampler/sample()`` gives them.
    ///
    /// - Precondition: there are as many as a member of ``actionSpace`` has; a discrete one is a whole number.
    public func setAction(_ numbers: [Double], of index: Int) {
        let width = actionSpace.count
        precondition(numbers.count == width, "\(id): an action of \(numbers.count) numbers for \(actionSpace)")
        if case .discrete = actionSpace {
            discreteActions[index] = Int(numbers[0])
        } else {
            for element in 0..<width { continuousActions[index * width + element] = Float(numbers[element]) }
        }
    }

    /// The numbers of one environment's current observation, whatever their type.
    public func observationNumbers(of index: Int) -> [Double] {
        let bytes = observation(of: index)
        return switch elementType {
        case .float32: bytes.bindMemory(to: Float.self).map(Double.init)
        case .int32: bytes.bindMemory(to: Int32.self).map(Double.init)
        case .uint8: bytes.map(Double.init)
        }
    }

    private func row(_ index: Int, of buffer: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        precondition(0 <= index && index < count, "environment \(index) of a batch of \(count)")
        let size = observationSize
        return UnsafeRawBufferPointer(rebasing: buffer[index * size..<(index + 1) * size])
    }
}
