import NeuralNetworks
import TensorCore

extension CheckedStep {
    /// The policy gradient over one episode of 500 steps, with Adam.
    static var reinforce: CheckedStep {
        CheckedStep(name: "REINFORCE step MLP 4-128-2 T500") { numbers in
            let policy = numbers.perceptron([4, 128, 2])
            let optimizer = Adam(learningRate: 1e-2)
            let program = Program("REINFORCE step", inputs: [.float32(500, 4), .int32(500), .float32(500)]) { inputs in
                let (states, actions, returns) = (inputs[0], inputs[1], inputs[2])
                let loss = -(policy(states).logSoftmax().gathered(actions) * returns).mean()
                try optimizer.minimize(loss, policy.parameters)
                return [loss]
            }
            let plan = try program.plan()
            numbers.fill(plan.input(0))
            numbers.fill(plan.integerInput(1), below: 2)
            numbers.fill(plan.input(2), 0, 1)
            return Made(learning: policy.parameters, plan)
        }
    }
}
