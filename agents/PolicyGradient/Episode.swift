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

    /// Codes the steps.
    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        var (steps, elements) = (count, observations.count)
        try coder.code(&steps, in: 0...1 << 40)
        try coder.code(&elements, in: 0...1 << 40)
        if coder.isReading { removeAll() }
        for index in 0..<elements { try Self.code(&observations, index, with: &coder, empty: 0) { try $1.code(&$0) } }
        for index in 0..<steps {
            try Self.code(&actions, index, with: &coder, empty: 0) { try $1.code(&$0, in: 0...Int32.max) }
            try Self.code(&values, index, with: &coder, empty: 0) { try $1.code(&$0) }
        }
    }

    /// Codes one element of an array that grows as it is read.
    private static func code<Value>(
        _ array: inout [Value], _ index: Int, with coder: inout StateCoder, empty: Value,
        _ body: (inout Value, inout StateCoder) throws(EnvironmentError) -> Void
    ) throws(EnvironmentError) {
        if coder.isReading { array.append(empty) }
        try body(&array[index], &coder)
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
