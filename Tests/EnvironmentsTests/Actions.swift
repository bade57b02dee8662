import Environments
import Random

extension BatchedEnvironment {
    /// Writes an action for each environment, all equally likely.
    func writeRandomActions(_ random: inout RandomStream) {
        switch actionSpace {
        case .discrete(let actionCount):
            for index in 0..<count { discreteActions[index] = random.integers(below: actionCount) }
        case .box(let low, let high, _, .float32):
            let actions = continuousActions
            for index in actions.indices {
                let element = index % low.count
                actions[index] = Float(low[element]) + Float(high[element] - low[element]) * random.uniformFloat()
            }
        default: preconditionFailure("no actions are drawn from \(actionSpace)")
        }
    }

    /// Writes the action of one environment, as its numbers.
    func writeAction(_ numbers: [Double], to index: Int = 0) {
        guard case .discrete = actionSpace else {
            for (element, number) in numbers.enumerated() {
                continuousActions[index * numbers.count + element] = Float(number)
            }
            return
        }
        discreteActions[index] = Int(numbers[0])
    }

    /// Gives one environment of another batch the action that one of this has.
    func copyAction(of index: Int, to other: any BatchedEnvironment, _ otherIndex: Int) {
        if case .discrete = actionSpace {
            other.discreteActions[otherIndex] = discreteActions[index]
        } else {
            other.continuousActions[otherIndex] = continuousActions[index]
        }
    }
}
