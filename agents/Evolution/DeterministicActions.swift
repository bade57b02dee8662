import Environments
import Experience

/// What the outputs of a network do, without chance: the largest one of each choice, bits that are positive, numbers
/// within the bounds of a box. They are the modes of a ``PolicyDistribution``.
struct DeterministicActions {
    private let distribution: PolicyDistribution
    /// The bounds of a box.
    private let bounds: (low: [Double], high: [Double])?
    private let isSquashed: Bool

    /// The actions of a space; nil for a space that has no network's outputs for actions.
    ///
    /// - Parameter squashed: whether a number with two bounds is squashed into them; otherwise it is the output, or the
    ///   bound that is nearest to it.
    init?(_ space: Space, squashed: Bool) {
        guard let distribution = PolicyDistribution(space) else { return nil }
        (self.distribution, isSquashed) = (distribution, squashed)
        if case .box(let low, let high, _, _) = space { bounds = (low, high) } else { bounds = nil }
    }

    /// The number of outputs that an action takes.
    var outputCount: Int { distribution.outputCount }

    /// The number of discrete actions; nil for other spaces.
    var discreteCount: Int? { distribution.choiceCount }

    /// Writes the action of each row, a valid one where those are known.
    ///
    /// - Parameter outputs: (B, ``outputCount``).
    func write(_ outputs: UnsafeBufferPointer<Float>, _ percepts: Percepts, to actions: MutableRows) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: distribution.actionCount) { action in
            for row in 0..<actions.count {
                let own = outputs.row(row, width: outputCount)
                if let bounds {
                    write(own, row, within: bounds, to: actions)
                } else {
                    let valid = discreteCount.flatMap { percepts.validActions(row, of: $0) }
                    distribution.mode(own, among: valid, into: action)
                    distribution.write(UnsafeBufferPointer(action), to: row, of: actions, bounds: nil)
                }
            }
        }
    }

    /// Numbers, in the precision of the box; one with a single bound can't be squashed.
    private func write(
        _ outputs: UnsafeBufferPointer<Float>, _ row: Int, within bounds: (low: [Double], high: [Double]),
        to actions: MutableRows
    ) {
        for place in outputs.indices {
            let (low, high, output) = (bounds.low[place], bounds.high[place], Double(outputs[place]))
            let isInside = isSquashed && low.isFinite && high.isFinite
            let number = isInside ? PolicyDistribution.squashed(output, into: low, high) : output
            actions.set(row, place, to: PolicyDistribution.clipped(number, to: low, high))
        }
    }
}
