import Environments

/// The steps of an episode, or of several one after another, encoded for a network. Storage is kept when emptied.
struct Episode {
    /// (T, inputs).
    private(set) var observations: [Float] = []
    private(set) var actions: [Int32] = []
    /// Rewards while the episode lasts, returns afterwards.
    private(set) var values: [Float] = []

    var count: Int { actions.count }

    mutating func append(
        _ row: UnsafeRawPointer, _ type: ElementType, _ encoding: ObservationEncoding, action: Int, reward: Double
    ) {
        let start = observations.count
        observations.append(contentsOf: repeatElement(0, count: encoding.inputCount))
        observations.withUnsafeMutableBufferPointer { encoding.encode(row, type: type, into: $0.baseAddress! + start) }
        actions.append(Int32(action))
        values.append(Float(reward))
    }

    mutating func append(_ other: Episode) {
        observations.append(contentsOf: other.observations)
        actions.append(contentsOf: other.actions)
        values.append(contentsOf: other.values)
    }

    mutating func removeAll() {
        observations.removeAll(keepingCapacity: true)
        actions.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
    }

    /// Gₜ = rₜ + γ Gₜ₊₁, from the value of what follows the last step.
    mutating func replaceRewardsByReturns(discount: Double, after rest: Double) {
        var following = rest
        for step in values.indices.reversed() {
            following = Double(values[step]) + discount * following
            values[step] = Float(following)
        }
    }

    /// Codes the steps, of `width` inputs each.
    mutating func codeState(
        with coder: inout StateCoder, width: Int, actionCount: Int
    ) throws(EnvironmentError) {
        var steps = count
        // What is read can't hold more numbers than bytes.
        let limit = coder.isReading ? coder.bytes.count / (width + 2) : Int.max
        try coder.code(&steps, in: 0...limit)
        if coder.isReading {
            observations = Array(repeating: 0, count: steps * width)
            actions = Array(repeating: 0, count: steps)
            values = Array(repeating: 0, count: steps)
        }
        for index in observations.indices { try coder.code(&observations[index]) }
        for index in values.indices { try coder.code(&values[index]) }
        try coder.code(&actions, in: 0...Int32(actionCount - 1))
    }

    /// Writes the steps into buffers of a bucket's length: zeros, and a mask of 0, behind the last.
    func pad(
        observations: UnsafeMutableBufferPointer<Float>, actions: UnsafeMutableBufferPointer<Int32>?,
        values: UnsafeMutableBufferPointer<Float>, mask: UnsafeMutableBufferPointer<Float>
    ) {
        Self.pad(self.observations, into: observations)
        if let actions { Self.pad(self.actions, into: actions) }
        Self.pad(self.values, into: values)
        mask.update(repeating: 0)
        mask[..<count].update(repeating: 1)
    }

    private static func pad<Value: ExpressibleByIntegerLiteral>(
        _ source: [Value], into target: UnsafeMutableBufferPointer<Value>
    ) {
        let end = target.update(fromContentsOf: source)
        target[end...].update(repeating: 0)
    }
}
