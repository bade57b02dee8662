import Agents
import Experience
import NeuralNetworks

extension CheckedStep {
    /// A whole update of PPO: ten epochs over 2,048 steps in minibatches of 64, with perceptrons of their own for the
    /// policy and the value. Its results are the losses of the first ten minibatches.
    static var proximalPolicy: CheckedStep {
        CheckedStep(name: "PPO update MLP 4-64-64-2 T2048 b64 x10 Adam") { numbers in
            let rows = 2048
            let environment = EnvironmentDescription(
                id: "Numbers", observationSpace: .box(-10...10, shape: [4]), actionSpace: .discrete(2),
                elementType: .float32, mayHaveActionMasks: false)
            // The default settings: Stable-Baselines3's.
            let learning = try WindowLearning(PPO(environment: environment, seed: 0))
            for network in ["policy", "value"] {
                let own = learning.parameters.entries.filter { $0.path.hasPrefix(network) }
                numbers.fill(Parameters(own.map { ($0.path, $0.variable) }))
            }
            numbers.fill(learning.observations)
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: rows) { actions in
                numbers.fill(actions, below: 2)
                for row in 0..<rows { learning.actions[row] = Float(actions[row]) }
            }
            let (old, advantages, returns) = (learning.columns[0], learning.columns[1], learning.columns[2])
            numbers.fill(old, -0.9, -0.5)
            numbers.fill(advantages)
            numbers.fill(returns)
            let order = numbers.order(rows)
            return Made(parameters: learning.parameters, run: learning.update) {
                (0..<10).map { learning.loss(learningFrom: order[64 * $0..<64 * ($0 + 1)]) }
            }
        }
    }
}
