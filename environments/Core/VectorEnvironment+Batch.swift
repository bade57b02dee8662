import Experience
import Graphics

extension VectorEnvironment {
    /// Checks that all environments have been reset, that none has ended and waits for a reset, and that the actions
    /// are in the space.
    public func checkStep() throws(EnvironmentError) {
        var start = 0
        while let index = doubtfulRow(self, start) {
            if let fault = fault(of: index) { throw fault }
            start = index + 1
        }
    }

    private func fault(of index: Int) -> EnvironmentError? {
        // If the Action type doesn't match the space, the environment must check its actions itself.
        hasSuitableActions || !buffers.started[index] ? buffers.fault(of: index) : nil
    }

    /// Stops the program because one environment must not play its next step.
    @usableFromInline func refuse(_ index: Int) -> Never {
        preconditionFailure(fault(of: index).map { "\($0)" } ?? "\(id), environment \(index): there is no fault")
    }

    public var finalActionMasks: UnsafeBufferPointer<ActionMask>? { finalMaskRow.map { UnsafeBufferPointer($0) } }

    /// The names of the environments' actions.
    public var actionNames: [String] { environments[0].actionNames }

    /// The frame size of the environments.
    public var frameSize: FrameSize { environments[0].frameSize }

    public var framesPerSecond: Double { environments[0].framesPerSecond }

    public func draw(_ index: Int, into frame: inout Frame) {
        precondition(0 <= index && index < count, "expected an environment below \(count), found \(index)")
        environments[index].draw(into: &frame)
    }

    /// The transition probabilities, if the environment is a ``TabularModel``.
    public var tabularModel: (any TabularModel)? { environments[0] as? any TabularModel }

    public var stackedFrames: Int { environments[0].stackedFrames }

    public var velocities: [Int] { environments[0].velocities }

    public func statistics(of index: Int) -> [UInt8] {
        var (world, coder) = (self[index], StateCoder())
        do {
            try world.codeStatistics(with: &coder)
        } catch {
            preconditionFailure("\(World.self).codeStatistics threw while writing: \(error)")
        }
        return coder.bytes
    }

    public func takeOver(statistics: [UInt8]) throws(EnvironmentError) {
        // All environments keep the same kind of statistics: once the first has accepted them, the others will.
        for index in 0..<count {
            var (world, coder) = (environments[index], StateCoder(reading: statistics))
            try world.codeStatistics(with: &coder)
            try coder.finish()
            environments[index] = world
        }
    }

    /// Whether the environments are ``StateCodable``.
    public var canSnapshot: Bool { World.self is any StateCodable.Type }

    public func snapshot(of index: Int) throws(EnvironmentError) -> [UInt8] {
        guard let environment = self[index] as? any StateCodable else { throw .noSnapshot(environment: id) }
        var coder = StateCoder()
        var row = buffers.savedRow(index)
        var copy = environment
        try coder.code(mark: snapshotMark)
        try row.codeState(with: &coder)
        try copy.codeState(with: &coder)
        return coder.bytes
    }

    /// The name; with the world's own reward in the row the snapshot has another form.
    private var snapshotMark: String { buffers.changesRewards ? "\(id), world reward" : id }

    public func restore(_ snapshot: [UInt8], to index: Int) throws(EnvironmentError) {
        guard var environment = self[index] as? any StateCodable else { throw .noSnapshot(environment: id) }
        var coder = StateCoder(reading: snapshot)
        var row = buffers.savedRow(index)
        try coder.code(mark: snapshotMark)
        try row.codeState(with: &coder)
        try environment.codeState(with: &coder)
        try coder.finish()
        place(environment as! World, row, index)
    }
}

extension VectorEnvironment {
    public func copy(_ source: Int, to target: Int) {
        precondition(
            0 <= source && source < count && 0 <= target && target < count,
            "expected environments below \(count) to copy between, found \(source) and \(target)")
        place(self[source], buffers.savedRow(source), target)
    }

    /// Puts a world and its row in an environment's place. A world that was never reset has nothing to observe.
    private func place(_ world: World, _ row: BatchRow, _ index: Int) {
        if row.started {
            self[index] = world
        } else {
            environments[index] = world
            unstarted += buffers.started[index] ? 1 : 0
            buffers.observations.row(index).initializeMemory(
                as: UInt8.self, repeating: 0, count: buffers.observations.rowBytes)
            maskRow?[index] = ActionMask(bits: 0)
        }
        buffers.restore(row, to: index)
    }
}
