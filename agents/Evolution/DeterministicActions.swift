import Environments
import Experience
import Foundation

/// What the outputs of a network do, without chance: the largest one of each choice, bits that are positive, numbers
/// within the bounds of a box.
struct DeterministicActions {
    private enum Kind {
        case choices([Int])
        case bits(Int)
        case numbers(low: [Double], high: [Double], isSquashed: Bool)
    }

    private let kind: Kind

    /// The actions of a space; nil for a space that has no network's outputs for actions.
    ///
    /// - Parameter squashed: whether a number with two bounds is c + h tanh(output), where c is their middle and h half
    ///   their distance; otherwise it is the output, or the bound that is nearest to it.
    init?(_ space: Space, squashed: Bool) {
        switch space {
        case .discrete(let count): kind = .choices([count])
        case .multiDiscrete(let counts): kind = .choices(counts)
        case .multiBinary: kind = .bits(space.count)
        case .box(let low, let high, _, .float32), .box(let low, let high, _, .float64):
            kind = .numbers(low: low, high: high, isSquashed: squashed)
        case .box, .tuple, .dictionary: return nil
        }
    }

    /// The number of outputs that an action takes.
    var outputCount: Int {
        switch kind {
        case .choices(let counts): counts.reduce(0, +)
        case .bits(let count): count
        case .numbers(let low, _, _): low.count
        }
    }

    /// The number of discrete actions; nil for other spaces.
    var discreteCount: Int? {
        if case .choices(let counts) = kind, counts.count == 1 { counts[0] } else { nil }
    }

    /// Writes the action of each row, a valid one where those are known.
    ///
    /// - Parameter outputs: (B, ``outputCount``).
    func write(_ outputs: UnsafeBufferPointer<Float>, _ percepts: Percepts, to actions: MutableRows) {
        for row in 0..<actions.count { write(outputs.row(row, width: outputCount), row, percepts, to: actions) }
    }

    private func write(
        _ outputs: UnsafeBufferPointer<Float>, _ row: Int, _ percepts: Percepts, to actions: MutableRows
    ) {
        switch kind {
        case .choices(let counts):
            let valid = counts.count == 1 ? percepts.validActions(row, of: counts[0]) : nil
            var start = 0
            for place in counts.indices {
                let own = UnsafeBufferPointer(rebasing: outputs[start..<start + counts[place]])
                actions.set(row, place, to: Double(argmax(own, among: valid)))
                start += counts[place]
            }
        case .bits(let count):
            for place in 0..<count { actions.set(row, place, to: outputs[place] > 0 ? 1 : 0) }
        case .numbers(let low, let high, let isSquashed):
            for place in low.indices {
                let (output, low, high) = (Double(outputs[place]), low[place], high[place])
                let hasBounds = low.isFinite && high.isFinite
                let number =
                    isSquashed && hasBounds ? (low + high) / 2 + (high - low) / 2 * tanh(output) : output
                actions.set(row, place, to: number.isNaN ? number : min(max(number, low), high))
            }
        }
    }
}
