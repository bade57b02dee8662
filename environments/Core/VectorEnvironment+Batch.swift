import Graphics

extension VectorEnvironment {
    /// The type of an observation's elements.
    public var elementType: ElementType { World.Element.elementType }

    /// The actions that are not in vain, where the environment tells.
    public var actionMasks: UnsafeBufferPointer<ActionMask>? { maskRow.map { UnsafeBufferPointer($0) } }

    /// The rewards of the last step.
    public var rewards: UnsafeBufferPointer<Double> { UnsafeBufferPointer(rewardRow) }

    /// Whether the last step ended the episode in a terminal state.
    public var terminated: UnsafeBufferPointer<Bool> { UnsafeBufferPointer(terminatedRow) }

    /// Whether the last step cut the episode.
    public var truncated: UnsafeBufferPointer<Bool> { UnsafeBufferPointer(truncatedRow) }

    /// Whether the last step was a reset that ignored its action.
    public var isResetStep: UnsafeBufferPointer<Bool> { UnsafeBufferPointer(resetRow) }

    /// The actions of the next step.
    public var discreteActions: UnsafeMutableBufferPointer<Int> {
        guard let discreteRow else {
            preconditionFailure(
                "\(id): discreteActions, but the action space is \(actionSpace) and its type \(World.Action.self)")
        }
        return discreteRow
    }

    /// The actions of the next step, as numbers.
    public var continuousActions: UnsafeMutableBufferPointer<Float> {
        guard let continuousRow else {
            preconditionFailure(
                "\(id): continuousActions, but the action space is \(actionSpace) and its type \(World.Action.self)")
        }
        return continuousRow
    }

    /// Checks that all have been reset, that none has ended and waits for a reset, and that the actions are in the
    /// space.
    public func checkStep() throws(EnvironmentError) {
        var start = 0
        while let index = doubtfulRow(self, start) {
            if let fault = fault(of: index) { throw fault }
            start = index + 1
        }
    }

    /// What is wrong with the next step of one environment.
    private func fault(of index: Int) -> EnvironmentError? {
        guard startedRow[index] else { return .notReset(environment: id, index: index) }
        if terminatedRow[index] || truncatedRow[index] {
            if autoreset == .nextStep { return nil }
            if autoreset == .disabled { return .hasEnded(environment: id, index: index) }
        }
        switch actionKind {
        case .discrete where !actionSpace.contains(discreteActions[index]):
            return badAction(index, "\(discreteActions[index])")
        case .continuous:
            guard case .box(let low, let high, _, _) = actionSpace else { return nil }
            let numbers = continuousActions[index * low.count..<(index + 1) * low.count]
            for (place, number) in numbers.enumerated()
            where !(low[place] <= Double(number) && Double(number) <= high[place]) {
                return badAction(index, numbers.map { "\($0)" }.joined(separator: " "))
            }
            return nil
        default: return nil
        }
    }

    private func badAction(_ index: Int, _ action: String) -> EnvironmentError {
        .badAction(environment: id, index: index, action: action, space: "\(actionSpace)")
    }

    /// Stops the program, as one environment's next step must not be played.
    @usableFromInline func refuse(_ index: Int) -> Never {
        preconditionFailure(fault(of: index).map { "\($0)" } ?? "\(id), environment \(index): nothing is wrong")
    }

    /// The frame size of the environments.
    public var frameSize: FrameSize { environments[0].frameSize }

    /// Time steps a second when a person watches.
    public var framesPerSecond: Double { environments[0].framesPerSecond }

    /// Draws one environment.
    public func draw(_ index: Int, into frame: inout Frame) {
        precondition(0 <= index && index < count, "environment \(index) of a batch of \(count)")
        environments[index].draw(into: &frame)
    }

    /// The transition probabilities, where the environment is a ``TabularModel``.
    public var tabularModel: (any TabularModel)? { environments[0] as? any TabularModel }

    /// The number of consecutive frames that an observation consists of.
    public var stackedFrames: Int { environments[0].stackedFrames }

    /// What one environment keeps of earlier episodes.
    public func statistics(of index: Int) -> [UInt8] {
        var (world, coder) = (self[index], StateCoder())
        do {
            try world.codeStatistics(with: &coder)
        } catch {
            preconditionFailure("\(World.self).codeStatistics threw while writing: \(error)")
        }
        return coder.bytes
    }

    /// Gives all environments the statistics of another one.
    public func takeOver(statistics: [UInt8]) throws(EnvironmentError) {
        // All hold the same kind of statistics: the first that takes them shows that they are right.
        for index in 0..<count {
            var (world, coder) = (environments[index], StateCoder(reading: statistics))
            try world.codeStatistics(with: &coder)
            try coder.finish()
            environments[index] = world
        }
    }

    /// Whether the environments are ``StateCodable``.
    public var canSnapshot: Bool { World.self is any StateCodable.Type }

    /// The state of one environment, with the rows of its last step.
    public func snapshot(of index: Int) throws(EnvironmentError) -> [UInt8] {
        guard let environment = self[index] as? any StateCodable else { throw .noSnapshot(environment: id) }
        var coder = StateCoder()
        var row = BatchRow(self, index)
        var copy = environment
        try coder.code(mark: id)
        try row.codeState(with: &coder)
        try copy.codeState(with: &coder)
        return coder.bytes
    }

    /// Puts one environment into a saved state, and its rows with it.
    public func restore(_ snapshot: [UInt8], to index: Int) throws(EnvironmentError) {
        guard var environment = self[index] as? any StateCodable else { throw .noSnapshot(environment: id) }
        var coder = StateCoder(reading: snapshot)
        var row = BatchRow(self, index)
        try coder.code(mark: id)
        try row.codeState(with: &coder)
        try environment.codeState(with: &coder)
        try coder.finish()
        self[index] = environment as! World
        row.write(to: self, index)
    }
}

extension VectorEnvironment {
    /// Puts one environment into the state of another, and its rows with it: a branch of what can follow.
    public func copy(_ source: Int, to target: Int) {
        precondition(
            0 <= source && source < count && 0 <= target && target < count,
            "copy \(source) to \(target) in a batch of \(count)")
        let row = BatchRow(self, source)
        let world = self[source]
        self[target] = world
        row.write(to: self, target)
    }
}

/// What the last step left in one row of a batch's buffers; the observation is a function of the state.
private struct BatchRow: StateCodable {
    var reward: Double
    var terminated: Bool
    var truncated: Bool
    var wasReset: Bool
    var final: [UInt8]

    init<World>(_ batch: VectorEnvironment<World>, _ index: Int) {
        reward = batch.rewards[index]
        terminated = batch.terminated[index]
        truncated = batch.truncated[index]
        wasReset = batch.isResetStep[index]
        final = batch.autoreset == .sameStep ? Array(batch.finalObservation(of: index)) : []
    }

    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&reward)
        try coder.code(&terminated)
        try coder.code(&truncated)
        try coder.code(&wasReset)
        try coder.code(&final)
    }

    func write<World>(to batch: VectorEnvironment<World>, _ index: Int) {
        batch.rewardRow[index] = reward
        batch.terminatedRow[index] = terminated
        batch.truncatedRow[index] = truncated
        batch.resetRow[index] = wasReset
        if batch.autoreset == .sameStep {
            let size = batch.observationSize
            UnsafeMutableRawBufferPointer(
                rebasing: UnsafeMutableRawBufferPointer(batch.final)[index * size..<(index + 1) * size]
            )
            .copyBytes(from: final)
        }
    }
}
