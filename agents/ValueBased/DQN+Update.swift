import NeuralNetworks
import TensorCore

extension DQN {
    /// What an update reads and changes besides its minibatch.
    struct Update {
        var network, target: any Layer
        var optimizer: any Optimizer
        var settings: DQNSettings
        var returns: any ReturnDistribution
        var actionCount: Int
    }

    /// Inputs: s (B, …), a (B), r (B), s′ (B, …), 1 − terminal (B), and with prioritised replay the rows' weights (B).
    /// Outputs: the loss, the mean of Q(s, a), and with prioritised replay the rows' priorities (B).
    static func learningProgram(_ update: Update, rows: Program.Input, seed: UInt64 = 0) -> Program {
        let (settings, returns, size) = (update.settings, update.returns, update.settings.batchSize)
        let weights: [Program.Input] = settings.prioritized ? [.float32(size)] : []
        let inputs: [Program.Input] = [rows, .int32(size), .float32(size), rows, .float32(size)] + weights
        func outputs(_ network: any Layer, _ input: Tensor) -> Tensor {
            Mode.training { network(input) }.reshaped(to: [size, update.actionCount, returns.atoms])
        }
        return Program("dqn update", inputs: inputs, seed: seed) { inputs in
            let (s, a, r, next, continues) = (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4])
            let following = outputs(update.target, next)
            let judged = settings.double ? outputs(update.network, next) : following
            let best = returns.values(judged).argmax()
            let said = outputs(update.network, s).gathered(a)
            let (losses, priorities) = returns.loss(
                said, next: following.gathered(best), rewards: settings.rewardScale * r,
                discounts: settings.discount * continues)
            let loss = (settings.prioritized ? losses * inputs[5] : losses).mean()
            let limit = settings.gradientClipping
            try update.optimizer.minimize(loss, update.network.parameters, clippingNorm: limit > 0 ? limit : nil)
            return [loss, returns.values(said).mean()] + (settings.prioritized ? [priorities] : [])
        }
    }
}
