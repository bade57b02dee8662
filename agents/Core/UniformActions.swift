import Environments
import Experience
import Random

extension Space {
    /// Whether every action can be given the same probability: discrete spaces, and boxes of float32 with bounds.
    var isDrawable: Bool {
        switch self {
        case .discrete, .multiDiscrete, .multiBinary: true
        case .box(let low, let high, _, .float32): (low + high).allSatisfy(\.isFinite)
        default: false
        }
    }
}

extension ActionStreams {
    /// Samples an action for each row, all with the same probability.
    ///
    /// - Precondition: the space is one whose actions can be given the same probability.
    mutating func drawUniformly(from space: Space, on percepts: Percepts, into actions: MutableRows) {
        switch space {
        case .discrete(let count):
            for row in 0..<actions.count {
                let valid = percepts.validActions(row, of: count)
                actions.set(row, 0, to: Double(self[row].action(below: count, among: valid)))
            }
        case .multiDiscrete(let counts):
            draw(actions) { stream, place in Double(stream.integers(below: counts[place])) }
        case .multiBinary: draw(actions) { stream, _ in Double(stream.integers(below: 2)) }
        case .box(let low, let high, _, _):
            draw(actions) { stream, place in low[place] + (high[place] - low[place]) * stream.uniform() }
        case .tuple, .dictionary: preconditionFailure("actions of \(space) can't be sampled")
        }
    }

    private mutating func draw(_ actions: MutableRows, _ number: (inout RandomStream, Int) -> Double) {
        for row in 0..<actions.count {
            for place in 0..<actions.width { actions.set(row, place, to: number(&self[row], place)) }
        }
    }
}
