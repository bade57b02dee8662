import Foundation
import Random

@testable import NeuralNetworks
@testable import TensorCore

/// Training steps as agents and models make them, with numbers to run them on.
struct TrainingStep {
    let program: Program
    /// Everything that a replay changes.
    let variables: [Variable]

    /// Deep Q-learning with a target network: Huber's loss, Adam.
    static func deepQ(hidden: Int, batch: Int = 64, options: PlanOptions) -> TrainingStep {
        var random = RandomStream(seed: 1)
        let sizes = [4, hidden, hidden, 2]
        let network = MultilayerPerceptron(sizes, random: &random)
        let target = MultilayerPerceptron(sizes, random: &random)
        let optimizer = Adam(learningRate: 1e-3)
        let inputs: [Program.Input] = [
            .float32(batch, 4), .int32(batch), .float32(batch), .float32(batch, 4), .float32(batch),
        ]
        let program = Program("deep Q step", inputs: inputs, options: options) { inputs in
            let (states, actions, rewards, nextStates, terminated) = (
                inputs[0], inputs[1], inputs[2], inputs[3], inputs[4]
            )
            let best = target(nextStates).max([-1])
            let goal = rewards + 0.99 * (1 - terminated) * best
            let loss = huberLoss(network(states).gathered(actions), goal.withoutGradient()).mean()
            try optimizer.minimize(loss, network.parameters)
            return [loss]
        }
        return TrainingStep(program: program, variables: network.parameters.variables)
    }

    /// A variational autoencoder of 784-400-20 units on a batch of images, with Adam.
    static func autoencoder(batch: Int = 128, options: PlanOptions) -> TrainingStep {
        var random = RandomStream(seed: 2)
        let encoder = Linear(784, 400, random: &random)
        let mean = Linear(400, 20, random: &random)
        let logVariance = Linear(400, 20, random: &random)
        let decoder = MultilayerPerceptron([20, 400, 784], random: &random)
        let parameters: Parameters = [
            "encoder": encoder.parameters, "mean": mean.parameters, "logVariance": logVariance.parameters,
            "decoder": decoder.parameters,
        ]
        let optimizer = Adam(learningRate: 1e-3)
        let program = Program("autoencoder step", inputs: [.float32(batch, 784)], seed: 9, options: options) { inputs in
            let hidden = encoder(inputs[0]).relu()
            let (mu, logVar) = (mean(hidden), logVariance(hidden))
            let latent = mu + (0.5 * logVar).exp() * .randomNormal(mu.shape)
            let loss =
                binaryCrossEntropy(logits: decoder(latent), targets: inputs[0]).sum()
                + standardNormalDivergence(mean: mu, logVariance: logVar).sum()
            try optimizer.minimize(loss / Double(batch), parameters)
            return [loss]
        }
        return TrainingStep(program: program, variables: parameters.variables)
    }

    /// Fills the plan's inputs with reproducible numbers: floats in [0, 1), most of them near 0 as in images, and
    /// integers 0 and 1.
    static func fill(_ plan: Plan) {
        var random = RandomStream(seed: 5)
        for input in plan.inputs {
            switch input.type {
            case .float32: for index in input.floats.indices { input.floats[index] = Float(pow(random.uniform(), 8)) }
            case .int32: for index in input.integers.indices { input.integers[index] = random.uniform() < 0.5 ? 0 : 1 }
            }
        }
    }
}
