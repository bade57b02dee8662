import Environments
import Experience
import Random

extension BatchedEnvironment {
    /// Writes an action for each environment, all equally likely.
    func writeRandomActions(_ random: inout RandomStream) {
        switch actionSpace {
        case .discrete(let actionCount):
            for index in 0..<count { actionRows.integers[index] = random.integers(below: actionCount) }
        case .box(let low, let high, _, .float32):
            let actions = actionRows.floats
            for index in actions.indices {
                let element = index % low.count
                actions[index] = Float(low[element]) + Float(high[element] - low[element]) * random.uniformFloat()
            }
        default: preconditionFailure("no actions are drawn from \(actionSpace)")
        }
    }
}
