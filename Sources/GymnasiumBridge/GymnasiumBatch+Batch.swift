import Environments

extension GymnasiumBatch {
    /// The current observations, n × width.
    public var observations: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(memory.bytes(.observations, count: count * observationSize))
    }

    /// The observations that the last step led to, n × width.
    public var finalObservations: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(memory.bytes(.finalObservations, count: count * observationSize))
    }

    /// How actions are written.
    public var actionKind: ActionKind? { actionSpace.discreteCount == nil ? .continuous : .discrete }

    /// The actions of the next step.
    public var discreteActions: UnsafeMutableBufferPointer<Int> {
        precondition(actionKind == .discrete, "\(id): discreteActions, but the action space is \(actionSpace)")
        return memory.elements(.actions, count: count)
    }

    /// The actions of the next step, as numbers.
    public var continuousActions: UnsafeMutableBufferPointer<Float> {
        precondition(actionKind == .continuous, "\(id): continuousActions, but the action space is \(actionSpace)")
        return memory.elements(.actions, count: count * actionSpace.count)
    }

    /// The actions that are not in vain, where the environments tell by an info `action_mask`: known after the first reset.
    public var actionMasks: UnsafeBufferPointer<ActionMask>? {
        let told: UnsafeMutableBufferPointer<Bool> = memory.elements(.hasMask, count: count)
        return told.contains(true) ? UnsafeBufferPointer(memory.elements(.masks, count: count)) : nil
    }

    /// The rewards of the last step.
    public var rewards: UnsafeBufferPointer<Double> { UnsafeBufferPointer(memory.elements(.rewards, count: count)) }

    /// Whether the last step ended the episode in a terminal state.
    public var terminated: UnsafeBufferPointer<Bool> {
        UnsafeBufferPointer(memory.elements(.terminated, count: count))
    }

    /// Whether the last step cut the episode.
    public var truncated: UnsafeBufferPointer<Bool> { UnsafeBufferPointer(memory.elements(.truncated, count: count)) }

    /// Whether the last step was a reset that ignored its action.
    public var isResetStep: UnsafeBufferPointer<Bool> {
        UnsafeBufferPointer(memory.elements(.isResetStep, count: count))
    }

    /// Never: the state is Python's.
    public var canSnapshot: Bool { false }

    /// Throws: the state is Python's.
    public func copy(_ source: Int, to target: Int) throws(EnvironmentError) { throw .noSnapshot(environment: id) }

    /// Throws: the state is Python's.
    public func snapshot(of index: Int) throws(EnvironmentError) -> [UInt8] { throw .noSnapshot(environment: id) }

    /// Throws: the state is Python's.
    public func restore(_ snapshot: [UInt8], to index: Int) throws(EnvironmentError) {
        throw .noSnapshot(environment: id)
    }

    /// Nothing: what Python's wrappers keep stays there.
    public func statistics(of index: Int) -> [UInt8] { [] }

    /// Takes nothing over.
    ///
    /// - Throws: ``EnvironmentError/badState(offset:expected:)`` where there is something.
    public func takeOver(statistics: [UInt8]) throws(EnvironmentError) {
        guard statistics.isEmpty else { throw .badState(offset: 0, expected: "no statistics") }
    }

    /// None.
    public var tabularModel: (any TabularModel)? { nil }
}
