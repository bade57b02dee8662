import NeuralNetworks
import Random
import TensorCore

extension CheckedStep {
    /// Deep Q-learning with a perceptron on a batch of 64, with a target network, the Huber loss and Adam.
    static func deepQ(hidden: Int) -> CheckedStep {
        deepQ("DQN step MLP 4-\(hidden)-\(hidden)-2 b64 Adam", [4], actions: 2, batch: 64, Adam(learningRate: 1e-3)) {
            MultilayerPerceptron([4, hidden, hidden, 2], random: &$0)
        }
    }

    /// The same with the network of MinAtar's authors (Young & Tian 2019) and their centred RMSProp.
    static var deepQMinAtar: CheckedStep {
        deepQ(
            "DQN step MinAtar conv16-fc128 b32 RMSProp", [10, 10, 4], actions: 6, batch: 32,
            RMSProp(learningRate: 2.5e-4, decay: 0.95, epsilon: 0.01, centred: true)
        ) {
            Sequential([
                Conv2d(4, 16, kernel: (3, 3), random: &$0), Activation.relu, Function { $0.flattened() },
                Linear(1024, 128, random: &$0), Activation.relu, Linear(128, 6, random: &$0),
            ])
        }
    }

    /// The same with the network for Atari games (Mnih et al. 2015).
    static var deepQNature: CheckedStep {
        deepQ(
            "DQN step Nature CNN 84x84x4 b32 Adam", [84, 84, 4], actions: 6, batch: 32, Adam(learningRate: 1e-3)
        ) { natureNetwork(&$0) }
    }

    /// Three convolutions and two affine layers, (B, 84, 84, 4) → (B, 6).
    static func natureNetwork(_ random: inout RandomStream) -> Sequential {
        Sequential([
            Conv2d(4, 32, kernel: (8, 8), stride: (4, 4), random: &random), Activation.relu,
            Conv2d(32, 64, kernel: (4, 4), stride: (2, 2), random: &random), Activation.relu,
            Conv2d(64, 64, kernel: (3, 3), random: &random), Activation.relu, Function { $0.flattened() },
            Linear(3136, 512, random: &random), Activation.relu, Linear(512, 6, random: &random),
        ])
    }

    private static func deepQ<Network: Layer>(
        _ name: String, _ observation: Shape, actions: Int, batch: Int,
        _ optimizer: @autoclosure @escaping () -> any Optimizer,
        _ make: @escaping (inout RandomStream) -> Network
    ) -> CheckedStep {
        CheckedStep(name: name) { numbers in
            let network = numbers.filled(make)
            var replaced = RandomStream(seed: 0)
            let target = make(&replaced)
            target.parameters.copy(from: network.parameters)
            let optimizer = optimizer()
            let states = Program.Input.float32(rows: batch, observation)
            let inputs = [states, .int32(batch), .float32(batch), states, .float32(batch)]
            let program = Program("deep Q step", inputs: inputs) { inputs in
                let (states, actions, rewards, next, ends) = (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4])
                let goal = rewards + 0.99 * (1 - ends) * target(next).max([-1])
                let loss = huberLoss(network(states).gathered(actions), goal.withoutGradient()).mean()
                try optimizer.minimize(loss, network.parameters)
                return [loss]
            }
            let plan = try program.plan()
            numbers.fill(plan.input(0))
            numbers.fill(plan.integerInput(1), below: actions)
            numbers.fill(plan.input(2))
            numbers.fill(plan.input(3))
            numbers.fillRarely(plan.input(4))
            return Made(learning: network.parameters, plan)
        }
    }
}
