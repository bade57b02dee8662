import NeuralNetworks
import Random
import TensorCore

extension CheckedStep {
    /// Deep Q-learning of a perceptron on a batch of 64, with a target network, Huber's loss and Adam.
    static func deepQ(hidden: Int) -> CheckedStep {
        CheckedStep(name: "DQN step MLP 4-\(hidden)-\(hidden)-2 b64 Adam") { numbers in
            let sizes = [4, hidden, hidden, 2]
            let network = numbers.perceptron(sizes)
            var replaced = RandomStream(seed: 0)
            let target = MultilayerPerceptron(sizes, random: &replaced)
            target.parameters.copy(from: network.parameters)
            let optimizer = Adam(learningRate: 1e-3)
            let states = Program.Input.float32(64, 4)
            let inputs = [states, .int32(64), .float32(64), states, .float32(64)]
            let program = Program("deep Q step", inputs: inputs) { inputs in
                let (states, actions, rewards, next, ends) = (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4])
                let goal = rewards + 0.99 * (1 - ends) * target(next).max([-1])
                let loss = huberLoss(network(states).gathered(actions), goal.withoutGradient()).mean()
                try optimizer.minimize(loss, network.parameters)
                return [loss]
            }
            let plan = try program.plan()
            numbers.fill(plan.input(0))
            numbers.fill(plan.integerInput(1), below: 2)
            numbers.fill(plan.input(2))
            numbers.fill(plan.input(3))
            numbers.fillRarely(plan.input(4))
            return Made(learning: network.parameters, plan)
        }
    }
}
